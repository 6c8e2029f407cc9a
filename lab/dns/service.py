"""All DNS servers of the lab: which addresses there are, and the start of all of them on one port.

All of 127.0.0.0/8 must be local, as it is on Linux.
"""

import logging
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lab.dns.authoritative import AuthoritativeServer
from lab.dns.cache import Cache
from lab.dns.endpoint import Responder, Sockets, bind, serve
from lab.dns.resolver import CachingResolver, asking
from lab.dns.timeline import Timeline
from lab.dns.truth import served
from lab.dns.world import History
from lab.messages import Truth

RESOLVERS = ("127.53.1.1", "127.53.1.2", "127.53.1.3", "127.53.1.4")
log = logging.getLogger("lab.dns")


@dataclass(frozen=True)
class Plan:
    """The addresses of the name servers, by name (with a dot at the end), and their bound sockets."""

    name_servers: dict[str, list[str]]
    port: int
    sockets: Mapping[str, Sockets]

    def servers(self) -> list[str]:
        return [address for addresses in self.name_servers.values() for address in addresses]


def plan(names: Sequence[str]) -> Plan:
    """Give every name server an address, the first one also ::1 where this machine has IPv6, and bind them all."""
    name_servers = {name: [f"127.53.0.{number}"] for number, name in enumerate(names, start=1)}
    if has_ipv6():
        name_servers[names[0]].append("::1")
    else:
        log.warning("this machine has no ::1: no name server has an IPv6 address")
    port, sockets = bind([address for addresses in name_servers.values() for address in addresses] + list(RESOLVERS))
    return Plan(name_servers, port, sockets)


class DnsService:
    """The authoritative servers and the resolvers, from one history of what there is to resolve."""

    def __init__(self, plan: Plan, history: History, timelines: Mapping[str, Timeline], alias_ttl_seconds: int) -> None:
        self._plan = plan
        self._history = history
        self._timelines = timelines
        servers = plan.servers()
        self._servers = {
            address: AuthoritativeServer(history, timelines[address], alias_ttl_seconds) for address in servers
        }
        self._resolvers = {
            address: CachingResolver(servers, asking(plan.port), Cache(alias_ttl_seconds), timelines[address])
            for address in RESOLVERS
        }

    async def start(self) -> None:
        responders: dict[str, Responder] = {**self._servers, **self._resolvers}
        for address, responder in responders.items():
            await serve(self._plan.sockets[address], responder)

    def truth(self, name: str) -> Truth:
        """What each server served and each resolver holds for `name` (lower case, with a dot at the end)."""
        now = time.time()
        return Truth(
            name,
            {address: served(self._history, self._timelines[address], name, now) for address in self._servers},
            {address: resolver.cached(name) for address, resolver in self._resolvers.items()},
        )


def has_ipv6() -> bool:
    """Whether this machine has ::1."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
