"""Making the record of a wait: from what is known of every server and name to one entry for each server."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, TypeVar

from propagation.criterion import Picture, Status
from propagation.outcome import Outcome, ResolverOutcome, ServerOutcome
from propagation.resolver_view import ResolverView, held_until
from propagation.server_view import ServerView
from propagation.target import Target

View = ServerView | ResolverView
AnyView = TypeVar("AnyView", ServerView, ResolverView)
NOT_ASKED = "not asked yet"


@dataclass(frozen=True)
class Clocks:
    """One moment on the monotonic clock, `now`, and on the wall, `utc_now`: for turning one into the other."""

    now: float
    utc_now: datetime

    def at(self, moment: float) -> str:
        """A monotonic time as ISO 8601, to the millisecond."""
        return (self.utc_now + timedelta(seconds=moment - self.now)).isoformat(timespec="milliseconds")

    def iso(self, moment: float | None) -> str | None:
        """The same, where there may be no time."""
        return None if moment is None else self.at(moment)


def outcome_of(
    picture: Picture,
    status: Status,
    clocks: Clocks,
    *,
    done: bool,
    target: Target,
    called_at: float,
    queries: Mapping[str, int],
    queries_in_all: int,
) -> Outcome:
    """The record of a wait that ends now; `queries` to each server or resolver by its printable name."""
    further = frozenset(picture.further_servers)
    waiting = frozenset((*status.waiting_servers, *status.waiting_resolvers, *status.waiting_further))
    return Outcome(
        done=done,
        expected=target.expected,
        names=target.names,
        rdtype=target.rdtype,
        servers=tuple(_server(views, further, waiting, clocks, queries) for views in by_server(picture.all_servers)),
        resolvers=tuple(_resolver(views, waiting, clocks, queries) for views in by_server(picture.all_resolvers)),
        unlocated=picture.unlocated,
        skipped=tuple(picture.skipped),
        own_name_servers=picture.delegation.own,
        parent_name_servers=picture.delegation.by_parent,
        private=picture.private,
        warnings=_warnings(picture, status),
        ttl_seconds=status.ttl_seconds,
        since=clocks.iso(status.since),
        released_at=clocks.iso(status.released_at),
        called_at=clocks.at(called_at),
        ended_at=clocks.at(clocks.now),
        waited_seconds=round(clocks.now - called_at, 3),
        queries=queries_in_all,
        said_by_servers=tuple(_last_said(view) for view in picture.all_servers),
        said_by_resolvers=tuple(_last_said(view) for view in picture.all_resolvers),
        delegation_warnings=picture.delegation.warnings,
    )


def _last_said(view: ServerView | ResolverView) -> Outcome.Said:
    last = view.last
    if last is None:
        return Outcome.Said(view.server, view.name, "", NOT_ASKED)
    return Outcome.Said(view.server, view.name, last.verdict.name.lower(), last.summary, last.records)


def by_server(views: Iterable[AnyView]) -> list[list[AnyView]]:
    """The views of each server, by name; the servers in the order of their names."""
    ordered = sorted(views, key=lambda view: (view.server, view.name))
    return [list(group) for _, group in groupby(ordered, key=lambda view: view.server)]


def ttl_left_seconds(view: ResolverView, now: float) -> float | None:
    """How long the answer a resolver gave last may still be in its cache."""
    if view.last is None or view.last.ttl_seconds is None:
        return None
    return max(0.0, held_until(view.last) - now)


def _warnings(picture: Picture, status: Status) -> tuple[str, ...]:
    """What is reported and not fatal."""
    unreachable = dict.fromkeys(view.server for view in status.unreachable)
    stretched = dict.fromkeys(
        f"resolver {view.server} keeps answers for {view.longest_ttl_seconds:.0f} s, longer than their TTL"
        for view in picture.all_resolvers
        if picture.servers and view.longest_ttl_seconds is not None and view.longest_ttl_seconds > status.ttl_seconds
    )
    return (
        *picture.delegation.warnings,
        *(f"resolver {server} gave no answer" for server in unreachable),
        *(f"not asked, there is no route to it: {server}" for server in picture.skipped),
        *stretched,
    )


def _server(
    views: Sequence[ServerView],
    further: frozenset[ServerView],
    waiting: frozenset[View],
    clocks: Clocks,
    queries: Mapping[str, int],
) -> ServerOutcome:
    shown, says = _says(views, waiting, clocks, queries)
    switches = [view.switched_at for view in views if view not in further]
    switched = [moment for moment in switches if moment is not None]
    ttls = [view.ttl_seconds for view in views if view.ttl_seconds is not None]
    return ServerOutcome(
        server=shown.server,
        **says,
        switched_at=clocks.iso(max(switched)) if len(switched) == len(switches) else None,
        ttl_seconds=max(ttls, default=None),
    )


def _resolver(
    views: Sequence[ResolverView], waiting: frozenset[View], clocks: Clocks, queries: Mapping[str, int]
) -> ResolverOutcome:
    shown, says = _says(views, waiting, clocks, queries)
    seen = [view.seen_at for view in views if view.seen_at is not None]
    left = ttl_left_seconds(shown, clocks.now)
    ttls = [view.longest_ttl_seconds for view in views if view.longest_ttl_seconds is not None]
    return ResolverOutcome(
        resolver=shown.server,
        **says,
        seen_at=clocks.iso(min(seen)) if len(seen) == len(views) else None,
        ttl_left_seconds=None if left is None else round(left, 3),
        longest_ttl_seconds=max(ttls, default=None),
        unreachable=any(view.is_unreachable for view in views if view in waiting),
    )


def longest_waiting(views: Sequence[AnyView]) -> AnyView:
    """The view whose server has been saying the same of its name for longest; never asked is longest of all."""
    return min(views, key=lambda view: float("-inf") if view.since is None else view.since)


def _says(
    views: Sequence[AnyView], waiting: frozenset[View], clocks: Clocks, queries: Mapping[str, int]
) -> tuple[AnyView, dict[str, Any]]:
    """The view that is shown for a server or resolver, and what the entries of both kinds say alike."""
    late = [view for view in views if view in waiting]
    shown = late or views
    # Nobody is asked about a further name before the first.
    view = longest_waiting([view for view in shown if view.last is not None] or shown)
    said = view.said
    return view, {
        "names": len(views),
        "waiting": len(late),
        "queries": queries.get(view.server, 0),
        "name": view.name,
        "status": said.summary if said else NOT_ASKED,
        "verdict": said.verdict.name.lower() if said else "",
        "records": said.records if said else (),
        "status_since": clocks.iso(view.since),
    }
