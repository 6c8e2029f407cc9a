"""All DNS servers of the lab: which addresses there are, and the start of all of them on one port.

All of 127.0.0.0/8 must be local, as it is on Linux.
"""

import asyncio
import logging
import random
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import dns.name
import dns.rdatatype
from dns.rdatatype import RdataType

from lab.aws.record_set import absolute
from lab.dns import answers, delegation, doh
from lab.dns.authoritative import AuthoritativeServer, choose, public
from lab.dns.cache import Cache
from lab.dns.endpoint import Sockets, bind, serve
from lab.dns.lookup import look_up
from lab.dns.outcome import Outcome
from lab.dns.resolver import CachingResolver, asking
from lab.dns.responder import Responder
from lab.dns.timeline import Timeline
from lab.dns.truth import served
from lab.dns.world import History, World
from lab.messages import Answers, Cached, Truth

RESOLVERS = ("127.53.1.1", "127.53.1.2", "127.53.1.3", "127.53.1.4")
PARENTS = {name: (f"127.53.2.{number}",) for number, name in enumerate(delegation.PARENTS, start=1)}
Servers = Mapping[str, Sequence[str]]
log = logging.getLogger("lab.dns")


@dataclass(frozen=True)
class Plan:
    """The addresses of name servers and parents, by name (with a dot at the end), and of resolvers, all bound."""

    name_servers: Servers
    parents: Servers
    resolvers: Sequence[str]
    port: int
    sockets: Mapping[str, Sockets]

    def servers(self) -> list[str]:
        """The addresses of all authoritative servers."""
        return _addresses({**self.name_servers, **self.parents})


def bound(name_servers: Servers, resolvers: Sequence[str], parents: Servers = PARENTS) -> Plan:
    """Bind all of these addresses on one free port."""
    port, sockets = bind([*_addresses({**name_servers, **parents}), *resolvers])
    return Plan(name_servers, parents, resolvers, port, sockets)


def plan(names: Sequence[str]) -> Plan:
    """Give every name server an address, the first one also ::1 where this machine has IPv6, and bind them all."""
    name_servers = {name: [f"127.53.0.{number}"] for number, name in enumerate(names, start=1)}
    if has_ipv6():
        name_servers[names[0]].append("::1")
    else:
        log.warning("this machine has no ::1: no name server has an IPv6 address")
    return bound(name_servers, RESOLVERS)


class DnsService:
    """The authoritative servers and the resolvers, from one history of what there is to resolve.

    delegated: the names of the name servers that the parents name; none: those of the hosted zones.
    """

    def __init__(
        self,
        plan: Plan,
        history: History,
        timelines: Mapping[str, Timeline],
        alias_ttl_seconds: int,
        delegated: Callable[[], Sequence[str]] = tuple,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._plan = plan
        self._history = history
        self._timelines = timelines
        self._alias_ttl_seconds = alias_ttl_seconds
        self._delegated = delegated
        self._clock = clock
        self._name_servers = self._authoritative(plan.name_servers, public)
        self._parents = self._authoritative(plan.parents, self._above)
        self._resolvers = {
            address: CachingResolver(
                self._whom_to_ask,
                asking(plan.port),
                partial(Cache, alias_ttl_seconds),
                timelines[address],
                clock,
                self._inside,
            )
            for address in plan.resolvers
        }
        self.doh_urls: dict[str, str] = {}
        self._closing: list[Callable[[], None]] = []

    async def start(self, secure: Callable[[str], ssl.SSLContext] | None = None) -> None:
        """Answer within the running loop from now on.

        secure: what the resolver at an address presents over HTTPS; without it there is no HTTPS.
        """
        for address, responder in self._responders().items():
            self._closing.append(await serve(self._plan.sockets[address], responder))
        if secure is not None:
            for address, resolver in self._resolvers.items():
                self.doh_urls[address], close = await doh.serve(address, resolver, secure(address))
                self._closing.append(close)

    def queries(self) -> dict[str, int]:
        """Address -> messages received there since the start, over UDP, TCP and HTTPS."""
        return {address: responder.received for address, responder in self._responders().items()}

    def _responders(self) -> dict[str, Responder]:
        return {**self._name_servers, **self._parents, **self._resolvers}

    def stop(self) -> None:
        """Close all sockets."""
        for close in self._closing:
            close()

    async def use(self, name: str, rdtype: str) -> None:
        """Ask every cache of every resolver for `name`, so that each holds whatever it can get."""
        question = dns.name.from_text(name), dns.rdatatype.from_text(rdtype)
        await asyncio.gather(*(resolver.fill(*question) for resolver in self._resolvers.values()))

    def truth(self, name: str) -> Truth:
        """What each server served and each resolver holds for `name` (lower case, with a dot at the end)."""
        now = self._clock()
        return Truth(
            name,
            {address: served(self._history, self._timelines[address], name, now) for address in self._name_servers},
            self.held(name),
        )

    def answers_over_time(self, name: str) -> dict[str, list[Answers]]:
        """What each authoritative server may have answered for `name` (lower case, with a dot at the end), and when."""
        now = self._clock()
        return {
            address: answers.over_time(self._history, self._timelines[address], name, self._alias_ttl_seconds, now)
            for address in self._name_servers
        }

    def held(self, name: str) -> dict[str, list[Cached]]:
        """What each resolver holds for `name` (lower case, with a dot at the end)."""
        return {address: resolver.cached(name) for address, resolver in self._resolvers.items()}

    def _authoritative(self, servers: Servers, view: Callable[[World], World]) -> dict[str, AuthoritativeServer]:
        return {
            address: AuthoritativeServer(
                self._history, self._timelines[address], self._alias_ttl_seconds, view, self._clock
            )
            for address in _addresses(servers)
        }

    def _above(self, world: World) -> World:
        return delegation.parent_zones(world, self._plan.parents, self._delegated())

    def _whom_to_ask(self) -> list[str]:
        """The servers that the parents name, in any order, and after them the parents."""
        named = self._delegated() or delegation.name_servers_of_all(self._history.latest) or self._plan.name_servers
        addresses = [address for name in named for address in self._plan.name_servers.get(absolute(name), ())]
        return [*_shuffled(addresses), *_shuffled(self._parents)]

    async def _inside(self, qname: dns.name.Name, kind: RdataType) -> Outcome | None:
        """What a private zone says of a name, if it is in one."""
        world = self._history.latest.private
        if world.zone_of(qname.to_text().lower()) is None:
            return None
        return look_up(world, qname, kind, choose, self._alias_ttl_seconds)


def _addresses(servers: Servers) -> list[str]:
    return [address for addresses in servers.values() for address in addresses]


def _shuffled(addresses: Iterable[str]) -> list[str]:
    every = list(addresses)
    return random.sample(every, len(every))


def has_ipv6() -> bool:
    """Whether this machine has ::1."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
