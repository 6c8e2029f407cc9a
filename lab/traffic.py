"""A steady client: it makes requests at a rate, and counts what it is served."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Self

import dns.resolver

# As patient as a browser; a machine that is busy is not a failed request.
TIMEOUT_SECONDS = 20.0


@dataclass
class Served:
    """What a client was served: requests by colour, and the first few failures in words."""

    by_colour: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """All requests sent, failed ones included."""
        return self.failed + sum(self.by_colour.values())


def resolving(resolver: str, port: int) -> dns.resolver.Resolver:
    """Asks this resolver, and keeps nothing itself."""
    made = dns.resolver.Resolver(configure=False)
    made.nameservers, made.port, made.cache = [resolver], port, None
    return made


class Steady:
    """Makes `per_second` requests a second while the context lasts; `served` is complete once it has ended."""

    def __init__(self, per_second: float) -> None:
        self._pause_seconds = 1 / per_second
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.served = Served()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        due = time.monotonic()
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            due += self._pause_seconds
            self._request()

    def _request(self) -> None:
        """One request, whatever comes of it, noted by `_note`."""
        raise NotImplementedError

    def _note(self, served_by: str | None, failure: object = None) -> None:
        """Who served it, or why nobody did."""
        if served_by is not None:
            self.served.by_colour[served_by] += 1
            return
        self.served.failed += 1
        if len(self.served.failures) < 10:
            self.served.failures.append(f"{time.strftime('%H:%M:%S')} {failure!r}")
