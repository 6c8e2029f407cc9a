"""An event loop on the process's own time: it stands still while the process computes or is kept from running.

Whatever happens within one process, on real sockets, then takes the same time on any machine: seconds pass only while
everybody waits. So how late something is can be said to the tenth of a second, and a question is never lost because
the machine was busy. What a computation itself costs is measured by the benches.
"""

import asyncio
import selectors
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
# So many seconds pass in one of the machine's while everybody waits. What is on its way in the kernel needs
# microseconds; two seconds of silence are still one in which it can come.
PACE = 2.0
# Not zero, so that a clock mistaken for a duration shows.
START = 1000.0


class _PatientSelector(selectors.DefaultSelector):
    """Adds to `now` what it slept, and never more than it was asked to: nobody is called late."""

    now = START

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if there := super().select(0):
            return there
        began = time.monotonic()
        came = super().select(None if timeout is None else timeout / PACE)
        if timeout is not None:
            slept = (time.monotonic() - began) * PACE
            self.now += min(slept, timeout) if came else max(timeout, 0.0)
        return came


class OwnTimeLoop(asyncio.SelectorEventLoop):
    """An event loop on its own time, beginning at START seconds."""

    def __init__(self) -> None:
        self._patient = _PatientSelector()
        super().__init__(self._patient)

    def time(self) -> float:
        return self._patient.now


def now() -> float:
    """The running loop's time."""
    return asyncio.get_running_loop().time()


def run_in_own_time(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end."""
    with asyncio.Runner(loop_factory=OwnTimeLoop) as runner:
        return runner.run(main)
