"""Waiting until DNS has let go of every other answer."""

import asyncio
from collections.abc import Callable

from propagation import client
from propagation.criterion import Status
from propagation.messages import Progress, timeout_message
from propagation.outcome import Outcome, PropagationTimeout
from propagation.questions import Runtime, result_of
from propagation.record import Clocks, outcome_of
from propagation.target import Target
from propagation.watchers import Watchers

POLL_SECONDS = 0.1
# While a TTL has to pass, however the answers are.
QUIET_POLL_SECONDS = 0.5
# When the TTL is over and any answer may be the last; who is late after so long is not waited for so closely.
FINAL_POLL_SECONDS = 0.02
FINAL_SECONDS = 1.0


class Watch:
    """One wait for DNS.

    `start` begins to watch in the background, so that the moment at which the last server switches is really seen;
    `wait` returns when DNS has let go. Both belong to the same event loop, which nothing else should block meanwhile.
    Raises ValueError when a resolver of the target is to be asked over HTTPS, and the packages for that are missing.
    """

    def __init__(self, target: Target, runtime: Runtime | None = None) -> None:
        client.refuse_unaskable(target.resolvers)
        self._target = target
        self._runtime = runtime or Runtime()
        self._watchers = Watchers(target, self._runtime)
        self._task: asyncio.Task[None] | None = None
        self._called_at: float | None = None

    def start(self) -> None:
        """Begin to watch in the background; harmless when already begun. Older answers are normal now."""
        self._start(at_once=False)

    def _start(self, *, at_once: bool) -> None:
        if self._task is None:
            # What was seen before a time in which nobody watched proves nothing.
            self._watchers = Watchers(self._target, self._runtime, at_once=at_once)
            self._task = asyncio.get_running_loop().create_task(self._watchers.run(), name="DNS watch")

    async def wait(self, deadline_seconds: float, report: Callable[[str], object] = lambda _: None) -> Outcome:
        """Return when DNS has let go; `start`s the watch unless that was done, and stops it in any case.

        `report` is called with a line of progress on every change, and every few seconds.
        Raises PropagationTimeout `deadline_seconds` after this call, and whatever went wrong in the background.
        """
        self.start()
        self._called_at = self._runtime.clock()
        try:
            await self._until_done(self._called_at + deadline_seconds, deadline_seconds, Progress(report))
            return self.outcome(done=True)
        finally:
            await self.stop()

    async def look(self, deadline_seconds: float) -> Outcome:
        """Return as soon as everybody has said something, or after `deadline_seconds`; otherwise like `wait`."""
        return await self.glance(deadline_seconds, lambda _: not self._watchers.in_doubt)

    async def glance(self, deadline_seconds: float, is_enough: Callable[[Outcome], bool]) -> Outcome:
        """All that is known as soon as everybody has said something and that `is_enough`, or after `deadline_seconds`.

        A question that gets lost is asked again, and what a server said last counts. Raises as `wait` does.
        """
        self._start(at_once=True)
        self._called_at = self._runtime.clock()
        try:
            while self._runtime.clock() < self._called_at + deadline_seconds:
                self._raise_if_broken()
                if self._watchers.picture().is_complete and is_enough(self.outcome()):
                    break
                await self._runtime.sleep(FINAL_POLL_SECONDS)
        finally:
            await self.stop()
        return self.outcome()

    async def stop(self) -> None:
        """Stop watching. Raises what went wrong in the background, if anything did."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            result_of(task)

    def outcome(self, *, done: bool = False) -> Outcome:
        """How far DNS is now, for the record; `done` is for those who have compared it with the criterion."""
        clocks = Clocks(self._runtime.clock(), self._runtime.utc_now())
        called_at = clocks.now if self._called_at is None else self._called_at
        return outcome_of(
            self._watchers.picture(),
            self._watchers.status(clocks.now),
            clocks,
            done=done,
            target=self._target,
            called_at=called_at,
            queries=self._watchers.queries_by_server,
            queries_in_all=self._watchers.queries,
        )

    async def _until_done(self, deadline: float, deadline_seconds: float, progress: Progress) -> None:
        while True:
            self._raise_if_broken()
            now = self._runtime.clock()
            picture, status = self._watchers.picture(), self._watchers.status(now)
            if status.done and not self._watchers.in_doubt:
                return
            if now >= deadline:
                message = timeout_message(picture, status, now, deadline_seconds)
                raise PropagationTimeout(message, self.outcome())
            progress.tell(picture, status, now)
            await self._runtime.sleep(min(_next_poll(status, now), deadline) - now)

    def _raise_if_broken(self) -> None:
        if self._task is not None and self._task.done():
            task, self._task = self._task, None
            result_of(task)


def _next_poll(status: Status, now: float) -> float:
    if status.released_at is None or now > status.released_at + FINAL_SECONDS:
        return now + POLL_SECONDS
    if now < status.released_at:
        return min(status.released_at, now + QUIET_POLL_SECONDS)
    return now + FINAL_POLL_SECONDS
