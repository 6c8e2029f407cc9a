"""Saying what an answer is worth: by values that are expected, by addresses of names, or by whether all agree."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Coroutine
from typing import Any, Protocol

from propagation.answer import AnswerKind, Endpoint
from propagation.criterion import DEFAULT_TTL_SECONDS
from propagation.observation import (
    Observation,
    Sighting,
    Worth,
    classify,
    few,
    judge,
    observe,
    observe_empty,
    records_by_answer,
    remember,
)
from propagation.questions import Limiter, TimedAnswer, all_of
from propagation.target import Target

# An answer is judged by look-ups at most so old. For the expected one half a TTL will do: so there is one after every
# switch and before the end, should an address have moved from one answer to another.
FRESH_SECONDS = 5.0
FRESH_TTLS = 0.5
# Load balancers show only some of their addresses at a time, and caches show them for one TTL.
REMEMBER_TTLS = 2


class Judge(Protocol):
    """Says what answers are worth; `in_doubt` counts those that it is still finding out about."""

    in_doubt: int

    async def judge(self, server: Endpoint, timed: TimedAnswer, *, recursive: bool) -> Observation: ...


class ExpectedValues:
    """An answer with all of `values`, and nothing but them, is as it should be."""

    def __init__(self, values: Collection[str]) -> None:
        self._values = frozenset(values)
        self.in_doubt = 0

    async def judge(self, server: Endpoint, timed: TimedAnswer, *, recursive: bool) -> Observation:  # noqa: ARG002  # as in Judge
        """Compare with what is expected; the summary says what is missing, and what there is too much."""
        answer = timed.answer
        if answer.kind is not AnswerKind.RECORDS:
            return observe_empty(answer, asked_at=timed.asked_at, at=timed.at)
        verdict = Worth.EXPECTED if answer.records == self._values else Worth.OTHER
        parts = [f"answers {few(answer.records)}"]
        if missing := self._values - answer.records:
            parts.append(f"missing: {few(missing)}")
        if too_much := answer.records - self._values:
            parts.append(f"too much: {few(too_much)}")
        return observe(answer, verdict, "; ".join(parts), asked_at=timed.asked_at, at=timed.at)


class Agreement:
    """All servers give the same answer: the one that a server changed to last.

    The servers that tell are the authoritative ones; where there are none (`by_resolvers`) the resolvers. An answer
    other than the same server's last one begins again, so that nothing counts that was said of an earlier answer.
    """

    def __init__(self, *, by_resolvers: bool) -> None:
        self._by_resolvers = by_resolvers
        self._newest: frozenset[str] | None = None
        self._last: dict[Endpoint, frozenset[str]] = {}
        self.in_doubt = 0

    async def judge(self, server: Endpoint, timed: TimedAnswer, *, recursive: bool) -> Observation:
        """Compare with the newest answer, and note whether this is a newer one."""
        answer = timed.answer
        if answer.kind is not AnswerKind.RECORDS:
            return observe_empty(answer, asked_at=timed.asked_at, at=timed.at)
        changed = False
        if recursive == self._by_resolvers:
            before = self._last.get(server)
            self._last[server] = answer.records
            changed = before is not None and before != answer.records
            if changed or self._newest is None:
                self._newest = answer.records
        agrees = answer.records == self._newest and not changed
        verdict = Worth.EXPECTED if agrees else Worth.OTHER
        return observe(answer, verdict, f"answers {few(answer.records)}", asked_at=timed.asked_at, at=timed.at)


class AddressJudge:
    """Judges answers; asks for the addresses of each when those it knows are old or leave an answer unexplained.

    `in_doubt` counts answers that are not the expected one for all that is known, with look-ups still under way.
    """

    def __init__(self, target: Target, limiter: Limiter) -> None:
        self._target = target
        self._limiter = limiter
        self._sightings: tuple[Sighting, ...] = ()
        self._known: dict[Endpoint, dict[str, frozenset[str]]] = {}
        self._asked_at: dict[Endpoint | None, float] = {}
        self._locks: defaultdict[Endpoint | None, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._ttl_seconds = 0.0
        self.in_doubt = 0

    async def judge(self, server: Endpoint, timed: TimedAnswer, *, recursive: bool) -> Observation:
        """What the answer of `server` is worth."""
        if timed.answer.kind is AnswerKind.RECORDS:
            doubt = self._verdict(server, timed) is not Worth.EXPECTED
            self.in_doubt += doubt
            try:
                await self._catch_up(server, timed, recursive=recursive)
            finally:
                self.in_doubt -= doubt
        known = self._by_answer(server)
        return judge(timed.answer, known, self._target.expected, asked_at=timed.asked_at, at=timed.at)

    async def _catch_up(self, server: Endpoint, timed: TimedAnswer, *, recursive: bool) -> None:
        is_expected = self._verdict(server, timed) is Worth.EXPECTED
        fresh_seconds = max(FRESH_SECONDS, FRESH_TTLS * self._ttl_seconds) if is_expected else FRESH_SECONDS
        await self._refresh(server, timed.at - fresh_seconds, lambda: self._ask_in_zone(server, recursive=recursive))
        if self._verdict(server, timed) is Worth.UNKNOWN:
            await self._refresh(server, timed.asked_at, lambda: self._ask_in_zone(server, recursive=recursive))
        if self._verdict(server, timed) is Worth.UNKNOWN:
            await self._refresh(None, timed.asked_at, self._ask_sources)

    def _verdict(self, server: Endpoint, timed: TimedAnswer) -> Worth:
        return classify(timed.answer.records, self._by_answer(server), self._target.expected)

    def _by_answer(self, server: Endpoint) -> dict[str, frozenset[str]]:
        if server not in self._known:
            self._known[server] = records_by_answer(self._sightings, server, self._target.expected)
        return self._known[server]

    async def _refresh(
        self, view: Endpoint | None, not_before: float, look_up: Callable[[], Coroutine[Any, Any, list[Sighting]]]
    ) -> None:
        """Look up unless that was done at or after `not_before`; those who come together share one look-up."""
        async with self._locks[view]:
            if self._asked_at.get(view, float("-inf")) >= not_before:
                return
            self._asked_at[view] = now = self._limiter.clock()
            new = await look_up()
            keep_seconds = REMEMBER_TTLS * (self._ttl_seconds or DEFAULT_TTL_SECONDS)
            self._sightings = remember(self._sightings, new, now - keep_seconds)
            self._known.clear()

    async def _ask_in_zone(self, server: Endpoint, *, recursive: bool) -> list[Sighting]:
        """What `server` itself says of each answer's own name."""
        asked_at = self._limiter.clock()
        found = await all_of(
            self._sight(server, server, label, name, asked_at, recursive=recursive)
            for label, name in self._target.answers.items()
        )
        return [sighting for sightings in found for sighting in sightings]

    async def _ask_sources(self) -> list[Sighting]:
        """What the resolvers say of the names that the answers come from."""
        asked_at = self._limiter.clock()
        found = await all_of(
            self._sight(None, resolver, label, name, asked_at, recursive=True)
            for label, name in self._target.sources.items()
            for resolver in self._target.resolvers
        )
        return [sighting for sightings in found for sighting in sightings]

    async def _sight(
        self, view: Endpoint | None, server: Endpoint, label: str, name: str, asked_at: float, *, recursive: bool
    ) -> list[Sighting]:
        """The addresses of one answer by one name.

        What a cache says is as old as the part of its TTL that is gone; authoritative answers tell how much that is.
        """
        answer = await self._limiter(server, name, self._target.rdtype, recursive=recursive)
        if answer.kind is not AnswerKind.RECORDS or answer.ttl_seconds is None:
            return []
        if not recursive:
            self._ttl_seconds = max(self._ttl_seconds, answer.ttl_seconds)
        age_seconds = max(0.0, self._ttl_seconds - answer.ttl_seconds) if recursive else 0.0
        return [Sighting(view, label, record, asked_at - age_seconds) for record in answer.records]


def judge_of(target: Target, limiter: Limiter) -> Judge:
    """Who says what answers are worth, by what is expected."""
    if target.agreement:
        return Agreement(by_resolvers=target.private)
    return ExpectedValues(target.values) if target.values else AddressJudge(target, limiter)
