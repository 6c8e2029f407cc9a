"""Lateness in turns of somebody who does the same kind of work meanwhile, for what takes longer on a slow machine."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PAUSE_SECONDS = 0.1


class Heartbeat:
    """Does `work` over and over, with pauses of PAUSE_SECONDS, and notes when (Unix times) each turn was over.

    A machine that is slow, busy or stopped for a while makes fewer turns of a second, so the number of turns between
    two moments says how late something is without saying how fast the machine is. On a fast one a turn is 0.1 s.
    """

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._turns: list[float] = []
        self._stop = threading.Event()

    def turns_between(self, begin: float, end: float) -> int:
        """How many turns were over between two Unix times."""
        return sum(begin < turn <= end for turn in list(self._turns))

    @contextmanager
    def beating(self) -> Iterator["Heartbeat"]:
        """Beat while the context lasts."""
        thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join()

    def _beat(self) -> None:
        while not self._stop.wait(PAUSE_SECONDS):
            self._work()
            self._turns.append(time.time())
