"""Waiting until DNS has let go of the outgoing colour."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from cutover.propagation import client, name_servers
from cutover.propagation.answer import Ask, Endpoint
from cutover.propagation.concurrently import result_of
from cutover.propagation.outcome import Clocks, Outcome, PropagationTimeout, outcome_of
from cutover.propagation.target import Target
from cutover.propagation.watchers import Watchers
from cutover.propagation.words import Progress, timeout_message

POLL_SECONDS = 0.1


class Watch:
    """One wait for DNS.

    `start` begins to watch in the background, so that the moment at which each server switches is really seen;
    `wait` returns when DNS has let go. Both belong to the same event loop, which nothing else should block meanwhile.
    """

    def __init__(
        self,
        target: Target,
        *,
        ask: Ask = client.ask,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
        is_routable: Callable[[Endpoint], bool] = name_servers.is_routable,
    ) -> None:
        self._target = target
        self._clock = clock
        self._sleep = sleep
        self._utc_now = utc_now
        self._new_watchers = partial(Watchers, target, ask, clock, sleep, is_routable)
        self._watchers = self._new_watchers()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to watch in the background; harmless when already begun. Answers of the old colour are normal now."""
        if self._task is None:
            # What was seen before a time in which nobody watched proves nothing.
            self._watchers = self._new_watchers()
            self._task = asyncio.get_running_loop().create_task(self._watchers.run(), name="DNS watch")

    async def wait(self, deadline_seconds: float, report: Callable[[str], object] = lambda _: None) -> Outcome:
        """Return when DNS has let go; `start`s the watch unless that was done, and stops it in any case.

        `report` is called with a line of progress on every change, and every few seconds.
        Raises PropagationTimeout `deadline_seconds` after this call, and whatever went wrong in the background.
        """
        self.start()
        called_at = self._clock()
        try:
            await self._until_done(called_at, deadline_seconds, Progress(report))
            return self._outcome(called_at, done=True)
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Stop watching. Raises what went wrong in the background, if anything did."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            result_of(task)

    async def _until_done(self, called_at: float, deadline_seconds: float, progress: Progress) -> None:
        deadline = called_at + deadline_seconds
        while True:
            self._raise_if_broken()
            now = self._clock()
            picture, status = self._watchers.picture(), self._watchers.status(now)
            if status.done and not self._watchers.in_doubt:
                return
            if now >= deadline:
                message = timeout_message(picture, status, now, deadline_seconds)
                raise PropagationTimeout(message, self._outcome(called_at, done=False))
            progress.tell(picture, status, now)
            moments = [now + POLL_SECONDS, deadline]
            if status.released_at is not None and status.released_at > now:
                moments.append(status.released_at)
            await self._sleep(min(moments) - now)

    def _raise_if_broken(self) -> None:
        if self._task is not None and self._task.done():
            task, self._task = self._task, None
            result_of(task)

    def _outcome(self, called_at: float, *, done: bool) -> Outcome:
        clocks = Clocks(self._clock(), self._utc_now())
        return outcome_of(
            self._watchers.picture(),
            self._watchers.status(clocks.now),
            clocks,
            done=done,
            incoming=self._target.incoming,
            waited_seconds=round(clocks.now - called_at, 3),
            queries=self._watchers.queries,
        )
