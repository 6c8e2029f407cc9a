"""The lab's DNS servers for one scenario: what they serve when, and the truth about it."""

import asyncio
import time
from dataclasses import dataclass, replace

from bench.propagation import question
from bench.propagation.scenario import NAME_SERVERS, Scenario
from lab.aws.record_set import RecordSet
from lab.dns.fleet import Fleet
from lab.dns.service import RESOLVERS
from lab.dns.world import LOAD_BALANCER_DOMAIN, Host, World, Zone
from lab.messages import ServerFault

ZONE, NAME = "shop.example.", "www.shop.example."
NAME_SERVER_ADDRESSES = {f"ns-{n}.servers.example.": (f"127.53.0.{n}",) for n in range(1, NAME_SERVERS + 1)}
OUTGOING, INCOMING = "amber", "green"
ADDRESSES = {OUTGOING: ("198.51.100.1", "198.51.100.2"), INCOMING: ("203.0.113.1", "203.0.113.2")}
NS_TTL_SECONDS = 172800
USER_TIMEOUT_SECONDS = 2.0
USERS_SECONDS = 1.0  # how often the rest of the world asks each resolver
SILENT_BEFORE_SECONDS = 1.0
# From the hook that starts our watch to the change: what the provider and Route 53 take at least.
ABOUT_TO_CHANGE_SECONDS = 0.5


def load_balancer(colour: str) -> str:
    """The DNS name of the colour's load balancer."""
    return f"{colour}.{LOAD_BALANCER_DOMAIN}"


@dataclass(frozen=True)
class Truth:
    """Monotonic times. `servers`: when no cache that keeps to the TTL can hold the outgoing colour any more.

    `resolvers`: when every resolver of the lab, however long it keeps answers, had let go of it.
    """

    servers: float
    resolvers: float

    @property
    def released_at(self) -> float:
        """When both hold."""
        return max(self.servers, self.resolvers)


class Stage:
    """Plays one scenario on loopback; `switched_at` is the moment 0 of the scenario on the monotonic clock."""

    servers = tuple(address for addresses in NAME_SERVER_ADDRESSES.values() for address in addresses)

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._fleet = Fleet(
            self._world({OUTGOING: 100, INCOMING: 0}),
            NAME_SERVER_ADDRESSES,
            RESOLVERS,
            parents={},
            alias_ttl_seconds=scenario.ttl_seconds,
        )
        self.port = self._fleet.port
        # Until then the caches of the world fill.
        self.switched_at = time.monotonic() + max(scenario.ttl_seconds, scenario.both_seconds)
        self.switched = asyncio.Event()
        self._old_kept_until = 0.0

    async def __aenter__(self) -> "Stage":
        await self._fleet.__aenter__()
        for number in range(NAME_SERVERS):
            self._set_server(number, ServerFault())
        self._fleet.set(RESOLVERS[0], ServerFault(lag_seconds=self._scenario.stretch_seconds))
        self._playing = asyncio.create_task(self._play())
        await self._sleep_until(-ABOUT_TO_CHANGE_SECONDS)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._playing.cancel()
        await asyncio.wait({self._playing})
        await self._fleet.__aexit__(None, None, None)

    async def switch(self) -> None:
        """Wait for the last change: from then on the incoming colour only, as soon as the servers have it."""
        await self._sleep_until(0.0)
        self.switched_at = time.monotonic()
        self._fleet.change(self._world({OUTGOING: 0, INCOMING: 100}))
        self.switched.set()

    def truth(self) -> Truth:
        """The truth by now: to be asked for when everybody has ended."""
        assert not self._playing.done(), self._playing
        last = 0.0
        for entries in self._fleet.truth(NAME).servers.values():
            ends = [entry.since for entry in entries[1:]] + [time.monotonic()]
            old = [
                end for entry, end in zip(entries, ends, strict=True) if set(ADDRESSES[OUTGOING]) & set(entry.addresses)
            ]
            last = max([last, *old])
        return Truth(last + self._scenario.ttl_seconds, self._old_kept_until)

    async def _play(self) -> None:
        """Everything that happens but the last change; runs until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._raise())
            group.create_task(self._fall_silent())
            group.create_task(self._flip())
            group.create_task(self._note_what_is_held())
            for address, age_seconds in zip(RESOLVERS, self._scenario.age_seconds, strict=True):
                group.create_task(self._use(address, age_seconds))

    async def _raise(self) -> None:
        if self._scenario.both_seconds:
            await self._sleep_until(-self._scenario.both_seconds)
            self._fleet.change(self._world({OUTGOING: 100, INCOMING: 100}))

    async def _fall_silent(self) -> None:
        if self._scenario.silent_until is not None:
            await self._sleep_until(-SILENT_BEFORE_SECONDS)
            self._set_server(2, ServerFault(fault="drop"))
            if self._scenario.silent_until != float("inf"):
                await self._sleep_until(self._scenario.silent_until)
                self._set_server(2, ServerFault())

    async def _flip(self) -> None:
        if self._scenario.flip is not None:
            begins, ends = self._scenario.flip
            await self._sleep_until(begins)
            # Back to before the first of the changes, counted from the moment at which it got stuck.
            ago = time.monotonic() - self.switched_at + self._scenario.both_seconds + 1
            self._set_server(0, ServerFault(lag_seconds=ago, fault="stuck"))
            await self._sleep_until(ends)
            self._set_server(0, ServerFault())

    def _set_server(self, number: int, fault: ServerFault) -> None:
        """Set the fault of a name server, on top of its lag and its slowness."""
        if number == 1 and self._scenario.slow_milliseconds:
            fault = ServerFault(fault="slow", slow_milliseconds=self._scenario.slow_milliseconds)
        lag_seconds = fault.lag_seconds + self._scenario.lag_seconds[number]
        self._fleet.set(self.servers[number], replace(fault, lag_seconds=lag_seconds))

    async def _use(self, resolver: str, age_seconds: float) -> None:
        """What the rest of the world does with a resolver: it keeps it from being without an answer for long."""
        await self._sleep_until(-age_seconds)
        while True:
            await question.addresses_of(NAME, resolver, self.port, recursive=True, timeout_seconds=USER_TIMEOUT_SECONDS)
            await asyncio.sleep(USERS_SECONDS)

    async def _note_what_is_held(self) -> None:
        """Note how long the resolvers hold the outgoing colour, often enough to see everything they ever hold."""
        stretches = {address: self._fleet.timelines[address].latest.fault.lag_seconds for address in RESOLVERS}
        while True:
            for address, entries in self._fleet.truth(NAME).resolvers.items():
                for held in entries:
                    if set(held.addresses) & set(ADDRESSES[OUTGOING]):
                        self._old_kept_until = max(self._old_kept_until, held.expires_at + stretches[address])
            await asyncio.sleep(self._scenario.ttl_seconds / 4)

    async def _sleep_until(self, moment: float) -> None:
        await asyncio.sleep(self.switched_at + moment - time.monotonic())

    def _world(self, weights: dict[str, int]) -> World:
        live = [
            RecordSet(NAME, "A", set_identifier=colour, weight=weight, alias=load_balancer(colour))
            for colour, weight in weights.items()
        ]
        own = [RecordSet(f"{colour}.{NAME}", "A", alias=load_balancer(colour)) for colour in weights]
        hosts = {name: Host(addresses, NS_TTL_SECONDS) for name, addresses in NAME_SERVER_ADDRESSES.items()}
        for colour in weights:
            hosts[load_balancer(colour)] = Host(ADDRESSES[colour], self._scenario.ttl_seconds)
        return World((Zone(ZONE, (*live, *own)),), hosts)
