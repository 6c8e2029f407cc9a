"""A small world of name servers and caching resolvers on virtual time, deterministic, with faults and a known truth."""

import asyncio
import random
from dataclasses import dataclass, field

from propagation import Outcome, PropagationTimeout, Target, Watch
from propagation.answer import Answer, AnswerKind, Endpoint
from propagation.questions import Runtime
from tests.unit.virtual_time import START, run_in_virtual_time

ROUND_TRIP_SECONDS = 0.01
PARENT_ADDRESS = "10.9.9.9"
TIMEOUT_SECONDS = 2.0
NAME = "www.example.com"
RED = frozenset({"198.51.100.1", "198.51.100.2"})
BLUE = frozenset({"203.0.113.1", "203.0.113.2"})

SILENCE = Answer(AnswerKind.NO_ANSWER, detail="no answer over UDP in 2 s")
SERVFAIL = Answer(AnswerKind.FAILURE, detail="SERVFAIL")
REFUSED = Answer(AnswerKind.FAILURE, detail="REFUSED")
NXDOMAIN = Answer(AnswerKind.NXDOMAIN, ttl_seconds=30, detail="NXDOMAIN")
NODATA = Answer(AnswerKind.NODATA, ttl_seconds=30, detail="NODATA")


@dataclass(frozen=True)
class Fault:
    """Between two moments (seconds after START) every question about the live names is answered so."""

    answer: Answer
    begins: float = 0.0
    ends: float = float("inf")
    everything: bool = False


@dataclass
class Server:
    """An authoritative server: both colours from `raised`, the incoming only from `switched`, the old only in `flips`.

    `loss`: the share of questions that get lost. `own_switch`: names that have a record of their own, and when the
    server switches that; until then it gives the old colour.
    """

    switched: float
    loss: float = 0.0
    raised: float = 0.0
    faults: tuple[Fault, ...] = ()
    flips: tuple[tuple[float, float], ...] = ()
    own_switch: dict[str, float] = field(default_factory=dict)


@dataclass
class Resolver:
    """Caches in front of one server, of which each question meets one at random.

    They keep answers `keeps` seconds longer than they may (about some names `keeps_of` says otherwise); all hold an old
    answer fetched at `old_from`. The first `stuck_caches` of the `caches` always answer the old colour, with a whole
    TTL left.
    """

    upstream: str
    faults: tuple[Fault, ...] = ()
    keeps: float = 0.0
    keeps_of: dict[str, float] = field(default_factory=dict)
    cache: dict[tuple[str, int], tuple[Answer, float]] = field(default_factory=dict)
    old_from: float | None = None
    caches: int = 1
    stuck_caches: int = 0


@dataclass
class World:
    """Answers any question; moments are seconds after START. `balancers`: colour → (from when, addresses) in order."""

    servers: dict[str, Server]
    resolvers: dict[str, Resolver] = field(default_factory=lambda: {"192.0.2.53": Resolver("10.0.0.1")})
    ttl_seconds: int = 60
    names: tuple[str, ...] = (NAME,)
    outgoing: tuple[str, ...] = ("red",)
    balancers: dict[str, list[tuple[float, frozenset[str]]]] = field(
        default_factory=lambda: {"red": [(0.0, RED)], "blue": [(0.0, BLUE)]}
    )
    own_names_exist: bool = True
    zone: str | None = None
    by_parent: tuple[str, ...] = ()
    private: bool = False
    seed: int = 7
    round_trip_seconds: float = ROUND_TRIP_SECONDS
    asked: list[tuple[float, Endpoint, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.zone_servers: tuple[str, ...] = ()
        self.ns_addresses = {f"ns-{n}.example.net": address for n, address in enumerate(self.servers, start=1)}
        self.ns_unknown_until: dict[str, float] = {}
        for resolver in self.resolvers.values():
            if resolver.old_from is not None:
                old = Answer(AnswerKind.RECORDS, self.balancers[self.outgoing[0]][0][1], float(self.ttl_seconds))
                expires = resolver.old_from + self.ttl_seconds
                resolver.cache = {
                    (name, number): (old, expires + resolver.keeps_of.get(name, resolver.keeps))
                    for name in self.names
                    for number in range(resolver.caches)
                }

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time() - START

    def holds_old(self) -> list[str]:
        """The resolvers that hold an answer of the old colour now."""
        old = frozenset[str]().union(*(had for colour in self.outgoing for _, had in self.balancers[colour]))
        return [
            address
            for address, resolver in self.resolvers.items()
            if any(
                name in self.names and expires > self.now and answer.records & old
                for (name, _), (answer, expires) in resolver.cache.items()
            )
        ]

    @property
    def truly_released(self) -> float:
        """When no compliant cache can hold an answer of the outgoing colour any more."""
        last_old = [max([server.switched, *(ends for _, ends in server.flips)]) for server in self.servers.values()]
        return max(last_old) + self.ttl_seconds

    def target(self, minimum_ttl_seconds: float | None = None) -> Target:
        colours = ("blue", *self.outgoing)
        return Target(
            name=self.names[0],
            expected="blue",
            further=self.names[1:],
            answers={colour: f"{colour}.{NAME}" for colour in colours},
            sources={colour: f"{colour}.balancer.example.net" for colour in colours},
            ns_names=() if self.private else self.zone_servers or tuple(self.ns_addresses),
            zone=self.zone,
            private=self.private,
            resolvers=tuple(Endpoint(address) for address in self.resolvers),
            minimum_ttl_seconds=minimum_ttl_seconds,
        )

    def watch(self, target: Target | None = None, no_route: tuple[str, ...] = ()) -> Watch:
        """A watch in this world, for the running loop."""
        runtime = Runtime(
            self.ask,
            asyncio.get_running_loop().time,
            is_routable=lambda server: server.address not in no_route,
        )
        return Watch(target or self.target(), runtime)

    async def ask(self, server: Endpoint, name: str, rdtype: str, *, recursive: bool) -> Answer:
        """The edge of the watch, with the time it takes."""
        self.asked.append((self.now, server, name))
        await asyncio.sleep(self.round_trip_seconds / 2)
        answer = self._answer(server.address, name, rdtype, recursive=recursive)
        await asyncio.sleep(TIMEOUT_SECONDS if answer.kind is AnswerKind.NO_ANSWER else self.round_trip_seconds / 2)
        return answer

    def _answer(self, address: str, name: str, rdtype: str, *, recursive: bool) -> Answer:
        if address == PARENT_ADDRESS or rdtype == "NS" or name == "servers.parent.example":
            return self._parent(address, name, rdtype)
        return self._resolve(address, name, rdtype) if recursive else self._serve(address, name)

    def _parent(self, address: str, name: str, rdtype: str) -> Answer:
        """The parent zone, com, and its one server; it fails where `by_parent` is empty."""
        known = {
            ("com", "NS"): frozenset({"servers.parent.example"}),
            ("servers.parent.example", "A"): frozenset({PARENT_ADDRESS}),
        }
        if address == PARENT_ADDRESS:
            return Answer(AnswerKind.RECORDS, frozenset(self.by_parent), 3600) if self.by_parent else SERVFAIL
        found = known.get((name, rdtype))
        return Answer(AnswerKind.RECORDS, found, 3600) if found else NODATA

    def _serve(self, address: str, name: str) -> Answer:
        server = self.servers[address]
        if self.random.random() < server.loss:
            return SILENCE
        fault = self._fault(server.faults, name)
        if fault is not None:
            return fault
        if name in server.own_switch:
            return self._addresses("blue" if self.now >= server.own_switch[name] else self.outgoing[0])
        if name not in self.names:
            return self._balancer(name) if self.own_names_exist else NXDOMAIN
        flipped = any(begins <= self.now < ends for begins, ends in server.flips)
        if self.now >= server.switched and not flipped:
            colour = "blue"
        elif flipped or self.now < server.raised:
            colour = self.outgoing[0]
        else:
            colour = self.random.choice(("blue", *self.outgoing))
        return self._addresses(colour)

    def _resolve(self, address: str, name: str, rdtype: str) -> Answer:
        resolver = self.resolvers[address]
        fault = self._fault(resolver.faults, name)
        if fault is not None:
            return fault
        if name.startswith("ns-"):
            return self._name_server(name, rdtype)
        number = self.random.randrange(resolver.caches) if resolver.caches > 1 else 0
        if number < resolver.stuck_caches and name in self.names:
            return self._addresses(self.outgoing[0])
        answer, expires = resolver.cache.get((name, number), (SERVFAIL, 0.0))
        if self.now >= expires:
            answer = self._fetch(resolver.upstream, name)
            if answer.kind in (AnswerKind.FAILURE, AnswerKind.NO_ANSWER):
                return SERVFAIL
            expires = self.now + (answer.ttl_seconds or 0) + resolver.keeps_of.get(name, resolver.keeps)
            resolver.cache[name, number] = (answer, expires)
        return Answer(answer.kind, answer.records, float(int(expires - self.now)), answer.detail)

    def _fetch(self, upstream: str, name: str) -> Answer:
        """As a resolver does it: from its favourite server, or else from any that answers."""
        if "balancer" in name:
            return self._balancer(name)
        answer = SERVFAIL
        for address in (upstream, *self.servers):
            answer = self._serve(address, name)
            if answer.kind not in (AnswerKind.FAILURE, AnswerKind.NO_ANSWER):
                break
        return answer

    def _name_server(self, name: str, rdtype: str) -> Answer:
        if self.now < self.ns_unknown_until.get(name, 0.0):
            return SERVFAIL
        address = self.ns_addresses[name]
        is_v6 = ":" in address
        if (rdtype == "AAAA") == is_v6:
            return Answer(AnswerKind.RECORDS, frozenset({address}), 3600)
        return NODATA

    def _fault(self, faults: tuple[Fault, ...], name: str) -> Answer | None:
        for fault in faults:
            if fault.begins <= self.now < fault.ends and (fault.everything or name in self.names):
                return fault.answer
        return None

    def _balancer(self, name: str) -> Answer:
        return self._addresses(name.split(".", maxsplit=1)[0])

    def _addresses(self, colour: str) -> Answer:
        current = [addresses for begins, addresses in self.balancers[colour] if begins <= self.now]
        return Answer(AnswerKind.RECORDS, current[-1], float(self.ttl_seconds))


@dataclass
class Ending:
    """How a wait ended: `at` seconds after START; `error` is None where it succeeded.

    `holding`: resolvers that held an answer of the old colour then, to any name.
    """

    outcome: Outcome
    at: float
    lines: list[str]
    error: PropagationTimeout | None
    holding: list[str]


def servers(*switched: float) -> dict[str, Server]:
    """Authoritative servers that switch at these moments."""
    return {f"10.0.0.{number}": Server(moment) for number, moment in enumerate(switched, start=1)}


def wait_in(
    world: World,
    *,
    start_at: float | None = 0.0,
    wait_at: float = 0.0,
    deadline_seconds: float = 300.0,
    minimum_ttl_seconds: float | None = None,
    no_route: tuple[str, ...] = (),
) -> Ending:
    """Start a watch at `start_at` (None: leave that to `wait`) and wait from `wait_at`."""

    async def main() -> Ending:
        watch = world.watch(world.target(minimum_ttl_seconds), no_route)
        if start_at is not None:
            await asyncio.sleep(start_at)
            watch.start()
        await asyncio.sleep(wait_at - (start_at or 0.0))
        lines: list[str] = []
        try:
            outcome = await watch.wait(deadline_seconds, lines.append)
        except PropagationTimeout as error:
            return Ending(error.outcome, world.now, lines, error, world.holds_old())
        return Ending(outcome, world.now, lines, None, world.holds_old())

    return run_in_virtual_time(main())
