"""The record of a wait for DNS: plain data that can be kept and shown. With many names, one entry for each server."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from propagation.observation import Worth, in_words


@dataclass(frozen=True)
class ServerOutcome:
    """What one authoritative address says; times are ISO 8601 in UTC.

    Of its `names` so many are `waiting`. `name`, `status`, `verdict`, `records` and `status_since` are of the one
    that has been waiting for longest, else of the first. `switched_at`: when the last name switched, if all have.
    `ttl_seconds`: the largest TTL it gave for any of them. `queries` were sent to it, about these names and others.
    """

    server: str
    names: int
    waiting: int
    name: str
    status: str
    verdict: str
    records: tuple[str, ...]
    status_since: str | None
    switched_at: str | None
    ttl_seconds: float | None
    queries: int


@dataclass(frozen=True)
class ResolverOutcome:
    """What one resolver says, like ServerOutcome; `seen_at`: when the expected answer was last seen of every name.

    `ttl_left_seconds`: what is left of the TTL of the answer in `status`. `longest_ttl_seconds`: the largest it gave.
    """

    resolver: str
    names: int
    waiting: int
    name: str
    status: str
    verdict: str
    records: tuple[str, ...]
    status_since: str | None
    seen_at: str | None
    ttl_left_seconds: float | None
    longest_ttl_seconds: float | None
    unreachable: bool
    queries: int


@dataclass(frozen=True)
class Outcome:
    """How a wait ended, for the record; JSON-serialisable by `as_dict`.

    `done`: whether DNS has let go. `own_name_servers` and `parent_name_servers` (None: the parent was not seen): to
    whom the zone is delegated. `unlocated`: name servers without a known address, with the reason. `skipped`: addresses
    that this machine has no route to. `since`: when the last server switched; `released_at`: one TTL later.
    `waited_seconds` since `called_at`, until `ended_at`. Not part of the record: `said_by_servers` and
    `said_by_resolvers`, the last answer of each about each name; `delegation_warnings`, those among the `warnings`.
    """

    @dataclass(frozen=True)
    class Said:
        """What `server` answered last about `name`, in words, with its records.

        `verdict`: one of expected, other, unknown (addresses that nobody knows), negative, failure and no_answer; empty
        while nothing has come.
        """

        server: str
        name: str
        verdict: str
        status: str
        records: tuple[str, ...] = ()

        @property
        def in_words(self) -> str:
            """What it said, with the records where they are not part of it."""
            return in_words(self.status, self.records)

    done: bool
    expected: str
    names: tuple[str, ...]
    rdtype: str
    servers: tuple[ServerOutcome, ...]
    resolvers: tuple[ResolverOutcome, ...]
    unlocated: Mapping[str, str]
    skipped: tuple[str, ...]
    own_name_servers: tuple[str, ...]
    parent_name_servers: tuple[str, ...] | None
    private: bool
    warnings: tuple[str, ...]
    ttl_seconds: float
    since: str | None
    released_at: str | None
    called_at: str
    ended_at: str
    waited_seconds: float
    queries: int
    said_by_servers: tuple[Said, ...] = ()
    said_by_resolvers: tuple[Said, ...] = ()
    delegation_warnings: tuple[str, ...] = ()

    @property
    def is_as_expected(self) -> bool:
        """Whether at this moment everybody who answers at all answers as it should be."""
        verdicts = {one.verdict for one in self._answering}
        return verdicts == {Worth.EXPECTED.name.lower()} and not self.unlocated

    @property
    def is_the_same_everywhere(self) -> bool:
        """Whether at this moment everybody who answers at all gives the same data, and does give any."""
        answers = {one.records for one in self._answering}
        return len(answers) == 1 and () not in answers and not self.unlocated

    @property
    def _answering(self) -> list[ServerOutcome | ResolverOutcome]:
        return [*self.servers, *(resolver for resolver in self.resolvers if not resolver.unreachable)]

    @property
    def summary(self) -> str:
        """How it ended, in one line."""
        reached = sum(not resolver.unreachable for resolver in self.resolvers)
        return (
            f"DNS answers with nobody else after {self.waited_seconds:.1f} s of waiting ({len(self.servers)} "
            f"authoritative addresses and {reached} resolvers, {self.queries} queries, TTL {self.ttl_seconds:.0f} s)"
        )

    def as_dict(self) -> dict[str, Any]:
        """The same as plain dicts, lists, strings and numbers."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        for name in ("said_by_servers", "said_by_resolvers", "delegation_warnings"):
            del plain[name]
        return plain


class PropagationTimeout(Exception):
    """The deadline passed and DNS has not let go; `outcome` tells how far it is."""

    def __init__(self, message: str, outcome: Outcome) -> None:
        super().__init__(message)
        self.outcome = outcome
