"""The record of a wait for DNS: plain data that can be kept and shown."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from cutover.propagation.criterion import Picture, ResolverView, ServerView, Status


@dataclass(frozen=True)
class ServerOutcome:
    """What one authoritative address says about one live name; times are ISO 8601 in UTC."""

    name: str
    server: str
    status: str
    status_since: str | None
    switched_at: str | None
    ttl_seconds: float | None


@dataclass(frozen=True)
class ResolverOutcome:
    """What one resolver says about one live name; times are ISO 8601 in UTC."""

    name: str
    resolver: str
    status: str
    status_since: str | None
    seen_at: str | None
    ttl_left_seconds: float | None
    unreachable: bool


@dataclass(frozen=True)
class Outcome:
    """How a wait ended, for the record; JSON-serialisable by `as_dict`.

    `done`: whether DNS has let go. `unlocated`: name servers without a known address, with the reason. `skipped`:
    addresses that this machine has no route to. `since`: when the last server switched; `released_at`: one TTL later.
    """

    done: bool
    incoming: str
    servers: tuple[ServerOutcome, ...]
    resolvers: tuple[ResolverOutcome, ...]
    unlocated: Mapping[str, str]
    skipped: tuple[str, ...]
    ttl_seconds: float
    since: str | None
    released_at: str | None
    waited_seconds: float
    queries: int

    @property
    def summary(self) -> str:
        """How it ended, in one line."""
        servers, resolvers = {s.server for s in self.servers}, {r.resolver for r in self.resolvers if not r.unreachable}
        return (
            f"DNS answers with nobody else after {self.waited_seconds:.1f} s of waiting ({len(servers)} authoritative"
            f" addresses and {len(resolvers)} resolvers, {self.queries} queries, TTL {self.ttl_seconds:.0f} s)"
        )

    @property
    def unseen(self) -> tuple[str, ...]:
        """Resolvers that never answered, and addresses that this machine has no route to: reported, not fatal."""
        return (*dict.fromkeys(r.resolver for r in self.resolvers if r.unreachable), *self.skipped)

    def as_dict(self) -> dict[str, Any]:
        """The same as plain dicts, lists, strings and numbers."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain


class PropagationTimeout(Exception):
    """The deadline passed and DNS has not let go; `outcome` tells how far it is."""

    def __init__(self, message: str, outcome: Outcome) -> None:
        super().__init__(message)
        self.outcome = outcome


@dataclass(frozen=True)
class Clocks:
    """One moment on the monotonic clock, `now`, and on the wall, `utc_now`: for turning one into the other."""

    now: float
    utc_now: datetime

    def iso(self, moment: float | None) -> str | None:
        """A monotonic time as ISO 8601, to the millisecond."""
        if moment is None:
            return None
        return (self.utc_now + timedelta(seconds=moment - self.now)).isoformat(timespec="milliseconds")


def _server_outcome(view: ServerView, clocks: Clocks) -> ServerOutcome:
    return ServerOutcome(
        view.name,
        view.server,
        view.said.summary if view.said else "not asked yet",
        clocks.iso(view.since),
        clocks.iso(view.switched_at),
        view.ttl_seconds,
    )


def _resolver_outcome(view: ResolverView, clocks: Clocks) -> ResolverOutcome:
    left = ttl_left_seconds(view, clocks.now)
    return ResolverOutcome(
        view.name,
        view.server,
        view.said.summary if view.said else "not asked yet",
        clocks.iso(view.since),
        clocks.iso(view.seen_at),
        None if left is None else round(left, 3),
        view.is_unreachable,
    )


def ttl_left_seconds(view: ResolverView, now: float) -> float | None:
    """How long the answer a resolver gave last may still be in its cache."""
    if view.last is None or view.last.ttl_seconds is None:
        return None
    return max(0.0, view.last.at + view.last.ttl_seconds - now)


def outcome_of(
    picture: Picture,
    status: Status,
    clocks: Clocks,
    *,
    done: bool,
    incoming: str,
    waited_seconds: float,
    queries: int,
) -> Outcome:
    """The record of a wait that ends now."""
    return Outcome(
        done=done,
        incoming=incoming,
        servers=tuple(_server_outcome(view, clocks) for view in sorted(picture.servers, key=_by_server)),
        resolvers=tuple(_resolver_outcome(view, clocks) for view in picture.resolvers),
        unlocated=picture.unlocated,
        skipped=tuple(picture.skipped),
        ttl_seconds=status.ttl_seconds,
        since=clocks.iso(status.since),
        released_at=clocks.iso(status.released_at),
        waited_seconds=waited_seconds,
        queries=queries,
    )


def _by_server(view: ServerView) -> tuple[str, str]:
    return view.server, view.name
