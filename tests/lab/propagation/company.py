"""Many plays at once in one process, each with servers of its own, and how busy the process was meanwhile."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tests.lab.propagation.play import Ending, going_on
from tests.lab.propagation.pulse import Pulse

T = TypeVar("T")
# One core carries so many without being late itself; on a busy machine there are fewer.
AT_ONCE = 8
# Worlds in step would all be busy at the same moment.
BETWEEN_SECONDS = 0.25
CALM_WITHIN_SECONDS, CALM_SECONDS = 1.0, 0.1
# A wait that was later than this while the process was late by that much in all is measured again.
LATE_SECONDS, DISTURBED_SECONDS = 1.0, 0.1
TRIES = 3


@dataclass(frozen=True)
class Performance(Generic[T]):
    """How one play ended; `stalled_seconds`: by how much the process itself was late while that was decided."""

    play: T
    ending: Ending
    stalled_seconds: float

    @property
    def late_seconds(self) -> float:
        """How late the wait was, without what the process was late."""
        return self.ending.late_seconds - self.stalled_seconds

    @property
    def is_disturbed(self) -> bool:
        """Whether it was late on a machine that was too busy for this to say anything."""
        return self.ending.late_seconds > LATE_SECONDS and self.stalled_seconds > DISTURBED_SECONDS


async def perform_all(
    plays: Sequence[T], perform: Callable[[T], Awaitable[Ending]], at_once: int = AT_ONCE
) -> list[Performance[T]]:
    """Perform all of them, some at a time, and those that were disturbed once or twice more; returns every try."""
    pulse, found = Pulse(), list[Performance[T]]()
    stage = Stage(pulse, at_once)

    async def one(play: T) -> None:
        for _ in range(TRIES):
            await stage.enter()
            try:
                ending = await perform(play)
            finally:
                stage.leave()
            stalled_seconds = pulse.stalled_seconds(ending.began + ending.decided_from, ending.began + ending.ended_at)
            found.append(Performance(play, ending, stalled_seconds))
            if not found[-1].is_disturbed:
                return

    async with going_on(pulse.beat()):
        await asyncio.gather(*(one(play) for play in plays))
    return found


class Stage:
    """Lets plays in one after the other, as long as the process keeps up; one is always let in."""

    def __init__(self, pulse: Pulse, at_once: int) -> None:
        self._pulse = pulse
        self._at_once = at_once
        self._door = asyncio.Lock()
        self._inside = 0

    async def enter(self) -> None:
        """Wait for one's turn."""
        async with self._door:
            await asyncio.sleep(BETWEEN_SECONDS)
            while self._inside and (self._inside >= self._at_once or self._is_busy()):
                await asyncio.sleep(BETWEEN_SECONDS / 5)
            self._inside += 1

    def leave(self) -> None:
        """Make room."""
        self._inside -= 1

    def _is_busy(self) -> bool:
        now = time.monotonic()
        return self._pulse.stalled_seconds(now - CALM_WITHIN_SECONDS, now) > CALM_SECONDS
