"""How far a long `pulumi` command is, for who waits for it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cutover.printable import printable
from lab.pulumi_command import Event

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


@contextmanager
def progress(report: Report, title: str) -> Iterator[Callable[[Event], None]]:
    """Report `title`, then every few seconds how many resources are done and what a waiting one says of itself."""
    began, done, says = time.monotonic(), [0], [""]

    def watch(event: Event) -> None:
        done[0] += event.kind == "resOutputsEvent"
        if event.kind == "diagnosticEvent" and event.body.get("ephemeral"):
            says[0] = printable(event.body["message"].strip())

    report(title)
    with ticking(lambda seconds: f"  {seconds:4.0f} s, {done[0]} resources done. {says[0]}", report):
        yield watch
        report(f"  done in {time.monotonic() - began:.0f} s")
