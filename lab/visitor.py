"""A visitor of a live name on any account: as a browser comes, with nothing known but the name and a resolver."""

import http.client
import ssl
from dataclasses import dataclass

import dns.exception

from lab.traffic import TIMEOUT_SECONDS, Steady, resolving

PER_SECOND = 5.0
OK = 200
# Of a colour whose own name did not have the address when it was asked.
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Way:
    """Where the visitor goes: `path` of `name` at `port`, over TLS where `https`.

    `own_names` maps each colour to the name of its own, by whose addresses it is told. `resolver`: an address, or the
    URL of one over HTTPS, asked at `dns_port`.
    """

    name: str
    path: str
    https: bool
    port: int
    own_names: dict[str, str]
    resolver: str
    dns_port: int


class Visitor(Steady):
    """Sends requests to a name, each after asking the resolver anew, and on a connection of its own.

    Who served it is told by the address: load balancers of AWS say nothing of their colour.
    """

    def __init__(self, way: Way) -> None:
        super().__init__(PER_SECOND)
        self._way, self._resolver = way, resolving(way.resolver, way.dns_port)
        self._tls = ssl.create_default_context() if way.https else None
        self._colours: dict[str, str] = {}

    def _request(self) -> None:
        try:
            address = self._addresses(self._way.name)[0]
            status = self._status(address)
            if status != OK:
                raise OSError(f"{address} answered {status}")
            self._note(self._colour(address))
        except (OSError, http.client.HTTPException, dns.exception.DNSException) as failure:
            self._note(None, failure)

    def _addresses(self, name: str) -> list[str]:
        return [found.to_text() for found in self._resolver.resolve(name, "A", lifetime=TIMEOUT_SECONDS)]

    def _colour(self, address: str) -> str:
        if address not in self._colours:
            for colour, own_name in self._way.own_names.items():
                self._colours |= dict.fromkeys(self._addresses(own_name), colour)
        return self._colours.get(address, UNKNOWN)

    def _status(self, address: str) -> int:
        connection = _Connection(address, self._way, self._tls)
        try:
            connection.request("GET", self._way.path, headers={"Host": self._host, "Connection": "close"})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    @property
    def _host(self) -> str:
        way = self._way
        return way.name if way.port == (443 if way.https else 80) else f"{way.name}:{way.port}"


class _Connection(http.client.HTTPConnection):
    """To an address, with the certificate of a name."""

    def __init__(self, address: str, way: Way, tls: ssl.SSLContext | None) -> None:
        super().__init__(address, way.port, timeout=TIMEOUT_SECONDS)
        self._way, self._tls = way, tls

    def connect(self) -> None:
        super().connect()
        if self._tls:
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self._way.name)
