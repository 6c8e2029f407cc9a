"""How far a long `pulumi` command is, for who waits for it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cutover.printable import printable
from lab.pulumi_command import Event
from lab.ticker import Report, ticking


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
