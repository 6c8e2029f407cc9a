"""How late the event loop itself was: what a busy machine adds to everything that is measured in it."""

import asyncio
import time

BEAT_SECONDS = 0.02
# What is shorter is no delay of a busy machine, but the work of the worlds themselves.
NOTABLE_SECONDS = 0.03


class Pulse:
    """A task that wants to wake every 20 ms and notes by how much it was late."""

    def __init__(self) -> None:
        self._late: list[tuple[float, float]] = []

    async def beat(self) -> None:
        """Beat for ever."""
        while True:
            due = time.monotonic() + BEAT_SECONDS
            await asyncio.sleep(BEAT_SECONDS)
            now = time.monotonic()
            if now - due > NOTABLE_SECONDS:
                self._late.append((now, now - due))

    def stalled_seconds(self, begin: float, end: float) -> float:
        """The sum of all delays between two monotonic times."""
        return sum(late for at, late in self._late if begin <= at <= end)
