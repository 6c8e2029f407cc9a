"""Asking one server again and again, without waiting for what gets lost; or about many names, as often as needed."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from propagation.questions import Runtime
from propagation.schedule import LONGEST_BACKOFF_SECONDS, PROBE_SECONDS

# A burst is 20; with a timeout of 2 s and a question each 0.3 s there are seven more until the first is lost.
UNDER_WAY_AT_MOST = 28
# So many about further names, which leaves room for those about the first one.
CONFIRMING_AT_ONCE = 8
# Nobody sleeps longer without regard for what the others have found.
NAP_SECONDS = 1.0
# Nor so short that the clock may not have moved after it.
SHORTEST_NAP_SECONDS = 0.001


class Schedule(Protocol):
    """When one server is asked about one name, and how often at once; every answer may change it."""

    def next_at(self) -> float:
        """When to ask next, in monotonic seconds; a time in the past means now."""
        ...

    def how_many(self, under_way: int, overdue_at: float | None) -> int:
        """How many questions to send now, while so many may still be answered.

        `overdue_at`: when the latest was asked of those that have been under way for longer; None: there is none.
        """
        ...

    def patience_seconds(self, overdue_at: float | None) -> float | None:
        """How long to wait for the answers before going on; None: for as long as it takes."""
        ...

    def counted_seconds(self) -> float:
        """For how long a question counts as one that may still be answered."""
        ...


class Wakeup:
    """Wakes everybody who sleeps, because one of them has found something out."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._called: asyncio.Future[None] | None = None

    def call(self) -> None:
        """End all naps that were begun before."""
        if self._called is not None:
            self._called.set_result(None)
            self._called = None

    async def sleep_until(self, moment: Callable[[], float]) -> None:
        """Sleep until the time that `moment` gives, which may change as others find things out."""
        while (pause := moment() - self._runtime.clock()) > 0:
            await self._nap(min(max(pause, SHORTEST_NAP_SECONDS), NAP_SECONDS))

    async def _nap(self, seconds: float) -> None:
        """Return when called, and after `seconds` at the latest."""
        if self._called is None:
            self._called = asyncio.get_running_loop().create_future()
        nap: asyncio.Future[object] = asyncio.ensure_future(self._runtime.sleep(seconds))
        either: set[asyncio.Future[Any]] = {nap, self._called}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if nap.done():
                nap.result()
        finally:
            nap.cancel()


async def poll(
    schedule: Schedule, ask: Callable[[], Coroutine[Any, Any, None]], runtime: Runtime, wakeup: Wakeup
) -> None:
    """`ask` again and again, each in a task of its own: what became of a question is noted whenever it is known."""
    async with asyncio.TaskGroup() as group:
        under_way: dict[asyncio.Task[None], float] = {}
        while True:
            await wakeup.sleep_until(schedule.next_at)
            under_way = {task: asked_at for task, asked_at in under_way.items() if not task.done()}
            now, counted_seconds = runtime.clock(), schedule.counted_seconds()
            overdue = [asked_at for asked_at in under_way.values() if now - asked_at >= counted_seconds]
            overdue_at = max(overdue, default=None)
            count = schedule.how_many(len(under_way) - len(overdue), overdue_at)
            patience_seconds = schedule.patience_seconds(overdue_at)
            asked = {group.create_task(ask()): now for _ in range(count)}
            under_way |= asked
            if not asked:
                await asyncio.wait(under_way, timeout=patience_seconds, return_when=asyncio.FIRST_COMPLETED)
            elif len(under_way) < UNDER_WAY_AT_MOST:
                await asyncio.wait(asked, timeout=patience_seconds)
            else:
                await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)


@dataclass(frozen=True)
class Sent:
    """How often a question was sent, and when last."""

    times: int = 0
    at: float = float("-inf")

    def again_at(self) -> float:
        """When it is sent again, if no good answer comes: after 0.3 s, then ever more seldom, at most every 2 s."""
        return self.at + min(PROBE_SECONDS * 2.0 ** (self.times - 1), LONGEST_BACKOFF_SECONDS)


async def confirm(
    names: Sequence[str],
    next_at: Callable[[str, Sent], float],
    ask: Callable[[str], Coroutine[Any, Any, None]],
    runtime: Runtime,
    wakeup: Wakeup,
) -> None:
    """For ever `ask` about each of `names` when `next_at` says so, given how often it was asked about; some at once."""
    sent = dict.fromkeys(names, Sent())
    async with asyncio.TaskGroup() as group:
        under_way: set[asyncio.Task[None]] = set()
        while True:
            await wakeup.sleep_until(lambda: min(next_at(name, sent[name]) for name in names))
            now = runtime.clock()
            due = [name for name in names if next_at(name, sent[name]) <= now]
            for name in due[: CONFIRMING_AT_ONCE - len(under_way)]:
                sent[name] = Sent(sent[name].times + 1, now)
                task = group.create_task(ask(name))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            if len(under_way) == CONFIRMING_AT_ONCE:
                await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
