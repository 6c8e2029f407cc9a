"""A line every few seconds while something takes long. Needs nothing but the standard library."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

TICK_SECONDS = 5.0
Report = Callable[[str], None]


@contextmanager
def ticking(line: Callable[[float], str], report: Report, every_seconds: float = TICK_SECONDS) -> Iterator[None]:
    """Report `line` every so many seconds while the context lasts; it is given the seconds since it began."""
    began, ended = time.monotonic(), threading.Event()

    def tick() -> None:
        while not ended.wait(every_seconds):
            report(line(time.monotonic() - began))

    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield
    finally:
        ended.set()
        ticker.join()
