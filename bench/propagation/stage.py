"""The lab's DNS servers for one scenario: what they serve when, and the truth about it."""

import asyncio
import random
import time
from dataclasses import dataclass

import dns.name
from dns.rdatatype import RdataType

from bench.propagation.scenario import NAME_SERVERS, Scenario
from lab.aws.record_set import RecordSet
from lab.dns import lookup, service
from lab.dns.authoritative import AuthoritativeServer
from lab.dns.cache import Cache
from lab.dns.endpoint import serve
from lab.dns.resolver import CachingResolver, asking
from lab.dns.timeline import Timeline
from lab.dns.truth import served
from lab.dns.world import LOAD_BALANCER_DOMAIN, History, Host, World, Zone
from lab.messages import ServerFault

ZONE, NAME = "shop.example.", "www.shop.example."
NS_NAMES = tuple(f"ns-{number}.servers.example." for number in range(1, NAME_SERVERS + 1))
OUTGOING, INCOMING = "amber", "green"
ADDRESSES = {OUTGOING: ("198.51.100.1", "198.51.100.2"), INCOMING: ("203.0.113.1", "203.0.113.2")}
NS_TTL_SECONDS = 172800
USERS_SECONDS = 1.0  # how often the rest of the world asks each resolver
SILENT_BEFORE_SECONDS = 1.0


def load_balancer(colour: str) -> str:
    """The DNS name of the colour's load balancer."""
    return f"{colour}.{LOAD_BALANCER_DOMAIN}"


@dataclass(frozen=True)
class Truth:
    """Unix times. `servers`: when no cache that keeps to the TTL can hold the outgoing colour any more.

    `resolvers`: when every resolver of the lab, however long it keeps answers, had let go of it.
    """

    servers: float
    resolvers: float

    @property
    def released_at(self) -> float:
        return max(self.servers, self.resolvers)


class Stage:
    """Plays one scenario on loopback. `port` is that of all servers; `switched_at` the moment 0 of the scenario."""

    def __init__(self, scenario: Scenario) -> None:
        now = time.time()
        self._scenario = scenario
        self._plan = service.plan(NS_NAMES)
        self.port = self._plan.port
        self.server_addresses = [addresses[0] for addresses in self._plan.name_servers.values()]
        self.switched_at = now + scenario.both_seconds + SILENT_BEFORE_SECONDS
        self._history = History(now, self._world({OUTGOING: 100, INCOMING: 0}))
        self._timelines = {address: Timeline(now) for address in (*self._plan.servers(), *service.RESOLVERS)}
        self._caches = {address: Cache(scenario.ttl_seconds) for address in service.RESOLVERS}
        self._resolvers = {
            address: CachingResolver(self._plan.servers(), asking(self.port), cache, self._timelines[address])
            for address, cache in self._caches.items()
        }
        self._old_kept_until = 0.0

    async def open(self) -> None:
        """Serve, with the outgoing colour in every cache, up to the moment right before the last change."""
        randomness = random.Random(self._scenario.seed)
        for address in self._plan.servers():
            timeline = self._timelines[address]
            server = AuthoritativeServer(
                self._history, timeline, self._scenario.ttl_seconds, randomness=random.Random(randomness.random())
            )
            await serve(self._plan.sockets[address], server)
        for address, resolver in self._resolvers.items():
            await serve(self._plan.sockets[address], resolver)
        self._set_faults()
        if self._scenario.both_seconds:
            self._history.add(time.time(), self._world({OUTGOING: 100, INCOMING: 100}))
        await self._sleep_until(-SILENT_BEFORE_SECONDS)
        if self._scenario.silent_until is not None:
            self._set_server(2, ServerFault(fault="drop"))
        await self._sleep_until(0.0)
        self._fill_caches()

    def switch(self) -> None:
        """The last change: from now on the incoming colour only, as soon as the servers have it."""
        self.switched_at = time.time()
        self._history.add(self.switched_at, self._world({OUTGOING: 0, INCOMING: 100}))

    async def play(self) -> None:
        """Everything that happens after the change; runs until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._heal())
            group.create_task(self._flip())
            for address in self._resolvers:
                group.create_task(self._use(address))

    def truth(self) -> Truth:
        """The truth by now: to be asked for when everybody has ended."""
        now = time.time()
        last_old = max(self._last_old(timeline, now) for timeline in map(self._timelines.get, self._plan.servers()))
        return Truth(last_old + self._scenario.ttl_seconds, self._old_kept_until)

    def _last_old(self, timeline: Timeline | None, now: float) -> float:
        assert timeline is not None
        entries = served(self._history, timeline, NAME, now)
        ends = [entry.since for entry in entries[1:]] + [now]
        old = set(ADDRESSES[OUTGOING])
        return max(end for entry, end in zip(entries, ends, strict=True) if old & set(entry.addresses))

    def _set_faults(self) -> None:
        for number in range(NAME_SERVERS):
            self._set_server(number, ServerFault())
        first = service.RESOLVERS[0]
        self._timelines[first].set(time.time(), ServerFault(lag_seconds=self._scenario.stretch_seconds))

    def _set_server(self, number: int, fault: ServerFault) -> None:
        """Set the fault of a name server, on top of its lag."""
        scenario, slow = self._scenario, number == 1 and self._scenario.slow_milliseconds
        if slow:
            fault = ServerFault(fault="slow", slow_milliseconds=scenario.slow_milliseconds)
        lagging = ServerFault(fault.lag_seconds + scenario.lag_seconds[number], fault.fault, fault.slow_milliseconds)
        for address in self._plan.name_servers[NS_NAMES[number]]:
            self._timelines[address].set(time.time(), lagging)

    def _fill_caches(self) -> None:
        world = self._world({OUTGOING: 100, INCOMING: 0})
        old = lookup.look_up(
            world, dns.name.from_text(NAME), RdataType.A, lambda sets, _: sets[0], self._scenario.ttl_seconds
        )
        for cache, age in zip(self._caches.values(), self._scenario.age_seconds, strict=True):
            cache.put((NAME, RdataType.A), old, time.time() - age)

    async def _heal(self) -> None:
        until = self._scenario.silent_until
        if until is not None and until != float("inf"):
            await self._sleep_until(until)
            self._set_server(2, ServerFault())

    async def _flip(self) -> None:
        if self._scenario.flip is not None:
            begins, ends = self._scenario.flip
            await self._sleep_until(begins)
            # Back to before the first of the changes; what lags, lags behind the moment at which it got stuck.
            ago = time.time() - self.switched_at + self._scenario.both_seconds + SILENT_BEFORE_SECONDS
            self._set_server(0, ServerFault(lag_seconds=ago, fault="stuck"))
            await self._sleep_until(ends)
            self._set_server(0, ServerFault())

    async def _use(self, address: str) -> None:
        """What the rest of the world does with a resolver, and how long it keeps the outgoing colour by that."""
        timeline, stretch = self._timelines[address], self._timelines[address].latest.fault.lag_seconds
        while True:
            await self._resolvers[address].outcome(dns.name.from_text(NAME), RdataType.A)
            for held in self._caches[address].entries(NAME, time.time(), timeline.latest):
                if set(held.addresses) & set(ADDRESSES[OUTGOING]):
                    self._old_kept_until = max(self._old_kept_until, held.expires_at + stretch)
            await asyncio.sleep(USERS_SECONDS)

    async def _sleep_until(self, moment: float) -> None:
        await asyncio.sleep(self.switched_at + moment - time.time())

    def _world(self, weights: dict[str, int]) -> World:
        live = [
            RecordSet(NAME, "A", set_identifier=colour, weight=weight, alias=load_balancer(colour))
            for colour, weight in weights.items()
        ]
        own = [RecordSet(f"{colour}.{NAME}", "A", alias=load_balancer(colour)) for colour in weights]
        hosts = {name: Host(tuple(addresses), NS_TTL_SECONDS) for name, addresses in self._plan.name_servers.items()}
        for colour in weights:
            hosts[load_balancer(colour)] = Host(ADDRESSES[colour], self._scenario.ttl_seconds)
        return World((Zone(ZONE, (*live, *own)),), hosts)
