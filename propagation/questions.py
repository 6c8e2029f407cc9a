"""Questions to few servers, many at once: without crowding any of them, and with the time at which each was asked."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from propagation import client
from propagation.answer import Answer, AnswerKind, Ask, Endpoint

# At most so many questions under way at one address: 28 about a name that is followed and eight about others (poll.py);
# what is looked up besides takes its turn among them. A dead server keeps each for the whole of its timeout, so fewer
# would leave names waiting long after it came back.
AT_ONCE = 36
# The addresses of a name elsewhere are taken to be the same for so long.
FRESH_SECONDS = 5.0

T = TypeVar("T")


@dataclass(frozen=True)
class Runtime:
    """What a wait stands on: who asks, a monotonic clock, sleep, the time of day, and which servers can be reached."""

    ask: Ask = client.ask
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    utc_now: Callable[[], datetime] = lambda: datetime.now(UTC)
    is_routable: Callable[[Endpoint], bool] = client.is_routable


@dataclass(frozen=True)
class TimedAnswer:
    """An answer and when, in monotonic seconds, it was asked for and came."""

    answer: Answer
    asked_at: float
    at: float


class Limiter:
    """Asks, with a bound on the questions under way at each server; counts the `queries` to each."""

    def __init__(self, runtime: Runtime) -> None:
        self._ask = runtime.ask
        self.clock = runtime.clock
        self._turns: defaultdict[Endpoint, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
        self.queries: Counter[Endpoint] = Counter()

    async def __call__(self, server: Endpoint, name: str, rdtype: str, *, recursive: bool) -> Answer:
        return (await self.timed(server, name, rdtype, recursive=recursive)).answer

    async def timed(self, server: Endpoint, name: str, rdtype: str, *, recursive: bool) -> TimedAnswer:
        """Ask and note the times; waiting for one's turn is not part of them."""
        async with self._turns[server]:
            self.queries[server] += 1
            asked_at = self.clock()
            answer = await self._ask(server, name, rdtype, recursive=recursive)
            return TimedAnswer(answer, asked_at, self.clock())


async def first_to_know(
    name: str, rdtype: str, servers: Sequence[Endpoint], ask: Ask, *, recursive: bool = True
) -> Answer:
    """Ask all `servers` (resolvers where `recursive`) at once for the `rdtype` records of `name`; the first to have
    any wins.

    A NODATA counts only when none has any: a name server that is overlooked could stay stale unseen.
    Returns an Answer of kind RECORDS or NODATA, or, where none knows, the last failure.
    """
    questions = [asyncio.create_task(ask(server, name, rdtype, recursive=recursive)) for server in servers]
    second_best = Answer(AnswerKind.NO_ANSWER, detail="no answer from anybody")
    try:
        for question in asyncio.as_completed(questions):
            answer = await question
            if answer.kind is AnswerKind.RECORDS:
                return answer
            if second_best.kind is not AnswerKind.NODATA:
                second_best = answer
        return second_best
    finally:
        for task in questions:
            task.cancel()


class Aliases:
    """Follows a CNAME out of the zone: to an answer that ends with a name which is not the server's own, it gives the
    records that resolvers have for that name."""

    def __init__(self, rdtype: str, resolvers: Sequence[Endpoint], limiter: Limiter) -> None:
        self._rdtype, self._resolvers, self._limiter = rdtype, resolvers, limiter
        self._known: dict[str, tuple[float, Answer]] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def followed(self, timed: TimedAnswer) -> TimedAnswer:
        """What was answered, with records where its alias has any; the TTL stays that of the server's own records."""
        if not timed.answer.alias:
            return timed
        found = await self._look_up(timed.answer.alias, timed.asked_at)
        if found.kind is not AnswerKind.RECORDS:
            return timed
        ttl_seconds = timed.answer.longest_ttl_seconds
        answer = replace(
            timed.answer, kind=AnswerKind.RECORDS, records=found.records, ttl_seconds=ttl_seconds, detail=""
        )
        return replace(timed, answer=answer)

    async def _look_up(self, alias: str, not_before: float) -> Answer:
        async with self._locks[alias]:
            asked_at, answer = self._known.get(alias, (float("-inf"), Answer(AnswerKind.NODATA)))
            if asked_at < not_before - FRESH_SECONDS:
                asked_at = self._limiter.clock()
                answer = await first_to_know(alias, self._rdtype, self._resolvers, self._limiter)
                self._known[alias] = asked_at, answer
            return answer


async def all_of(coroutines: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Run `coroutines` at once and return their results in order; raises an ExceptionGroup when one fails."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(coroutine) for coroutine in coroutines]
    return [task.result() for task in tasks]


def result_of(task: asyncio.Task[T]) -> T:
    """The result of a finished `task`; of an exception group the first exception is raised: that has the message."""
    try:
        return task.result()
    except BaseExceptionGroup as group:
        first: BaseException = group
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise first from group
