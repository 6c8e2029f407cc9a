"""A steady client of the live name: it resolves through a caching resolver, and counts what it is served."""

import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from typing import Self

import dns.resolver

from lab.client import Addresses

# As patient as a browser; a machine that is busy is not a failed request.
TIMEOUT_SECONDS = 20.0
# Requests go to loopback, whatever proxy the environment names.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


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


class SteadyClient(Steady):
    """Asks for `name` at the lab's common port, each time after asking the resolver anew.

    Every request is a new connection, as from a new visitor.
    """

    def __init__(self, addresses: Addresses, name: str, per_second: float = 20.0) -> None:
        super().__init__(per_second)
        self._name, self._port = name, addresses.http_port
        self._resolver = resolving(addresses.resolvers[0], addresses.dns_port)

    def _request(self) -> None:
        try:
            address = self._resolver.resolve(self._name, "A", lifetime=TIMEOUT_SECONDS)[0].to_text()
            request = urllib.request.Request(f"http://{address}:{self._port}/", headers={"Host": self._name})
            with _DIRECT.open(request, timeout=TIMEOUT_SECONDS) as response:
                response.read()
                self._note(str(response.headers["X-Colour"]))
        except (OSError, urllib.error.HTTPError, dns.exception.DNSException) as failure:
            self._note(None, failure)
