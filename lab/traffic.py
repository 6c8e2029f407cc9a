"""A steady client of the live name: it resolves through a caching resolver, and counts what it is served."""

import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field

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


class SteadyClient:
    """Sends `per_second` requests a second to `name` while the context lasts, each after asking the resolver anew.

    Every request is a new connection, as from a new visitor; `served` is complete once the context has ended.
    """

    def __init__(self, addresses: Addresses, name: str, per_second: float = 20.0) -> None:
        self._name, self._port, self._pause_seconds = name, addresses.http_port, 1 / per_second
        self._resolver = dns.resolver.Resolver(configure=False)
        self._resolver.nameservers = [addresses.resolvers[0]]
        self._resolver.port = addresses.dns_port
        self._resolver.cache = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.served = Served()

    def __enter__(self) -> "SteadyClient":
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
        try:
            address = self._resolver.resolve(self._name, "A", lifetime=TIMEOUT_SECONDS)[0].to_text()
            request = urllib.request.Request(f"http://{address}:{self._port}/", headers={"Host": self._name})
            with _DIRECT.open(request, timeout=TIMEOUT_SECONDS) as response:
                response.read()
                self.served.by_colour[response.headers["X-Colour"]] += 1
        except (OSError, urllib.error.HTTPError, dns.exception.DNSException) as failure:
            self.served.failed += 1
            if len(self.served.failures) < 10:
                self.served.failures.append(f"{time.strftime('%H:%M:%S')} {failure!r}")
