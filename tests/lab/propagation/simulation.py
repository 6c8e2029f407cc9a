"""One change simulated on real name servers and resolvers, with faults at set times, and one wait for it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from lab.dns.fleet import Fleet
from lab.dns.world import World
from lab.messages import ServerFault
from propagation import Outcome, PropagationTimeout, Target, Watch
from propagation.questions import Runtime
from tests.lab.propagation.topology import BEFORE, EXPECTED, LOWERED, OTHER, RAISED, Topology
from tests.lab.propagation.truth import Truth
from tests.own_time import now

USE_SECONDS = 0.1
Secure = Callable[[str], ssl.SSLContext]


@dataclass(frozen=True)
class Simulation:
    """What happens, in seconds after the beginning.

    settings: address -> since when it misbehaves how, in order. turns: since when load balancers have which addresses.
    lowered: the weights at the end. delegated: whom the parents name, where that is not the zone's own servers.
    """

    topology: Topology
    settings: Mapping[str, Sequence[tuple[float, ServerFault]]] = field(default_factory=dict)
    raised_at: float = 0.3
    lowered_at: float = 0.8
    watched_from: float = 0.0
    deadline_seconds: float = 30.0
    turns: Sequence[tuple[float, Mapping[str, Sequence[str]]]] = ()
    lowered: Mapping[str, int] = field(default_factory=lambda: LOWERED)
    delegated: Sequence[str] = ()

    def world_at(self, moment: float) -> World:
        """All there is to resolve at `moment`."""
        weights = self.lowered if moment >= self.lowered_at else RAISED if moment >= self.raised_at else BEFORE
        turned = [addresses for at, addresses in self.turns if at <= moment]
        return self.topology.world(weights, turned[-1] if turned else None)

    def addresses_of(self, label: str) -> frozenset[str]:
        """All addresses that its load balancer ever has."""
        return frozenset(self.topology.addresses[label]).union(*(addresses[label] for _, addresses in self.turns))


@dataclass(frozen=True)
class Ending:
    """How the wait ended, in seconds of the loop's own time after the beginning.

    released_at: from when no compliant cache could hold the other answer. earliest, latest: between these the whole
    criterion was met (see `Truth`). holding: resolvers with one cache that hold the other answer at the end.
    error: None where it was a success.
    """

    ended_at: float
    released_at: float
    earliest: float
    latest: float
    deadline_at: float
    holding: Sequence[str]
    outcome: Outcome
    error: PropagationTimeout | None

    @property
    def late_seconds(self) -> float:
        """How long it went on waiting for nothing, or after its deadline."""
        return self.ended_at - (self.latest if self.error is None else self.deadline_at)


async def simulate(
    simulation: Simulation,
    new_watch: Callable[[Target], Watch] | None = None,
    secure: Secure | None = None,
    **others: object,
) -> Ending:
    """Simulation it to the end of the wait. `others` are fields of the wait's target; with `secure` it asks over HTTPS.

    All of it on the running loop's time, also what `new_watch` makes.
    """
    topology = simulation.topology
    began = now()
    async with Fleet(
        simulation.world_at(0),
        topology.name_servers,
        topology.resolvers,
        delegated=simulation.delegated,
        alias_ttl_seconds=topology.ttl_seconds,
        secure=secure,
        clock=now,
    ) as fleet:
        clients = Clients(fleet, topology, simulation.addresses_of(OTHER))
        async with going_on(_let_it_happen(simulation, fleet, began), clients.ask()):
            await _until(began + simulation.watched_from)
            watched_from = now()
            target = topology.target(fleet.port, list(fleet.doh_urls.values()), **others)
            watch = new_watch(target) if new_watch else Watch(target, Runtime(clock=now))
            outcome, error = await _end_of(watch, simulation.deadline_seconds)
            ended_at = now()
            holding = clients.holding()
        lowered_at = began + simulation.lowered_at
        both = simulation.addresses_of(OTHER), simulation.addresses_of(EXPECTED)
        truth = Truth(fleet, topology, *both, lowered_at, watched_from, ended_at, clients.old_until)
        earliest, latest = truth.criterion_met()
        released_at = truth.released_at()
    return Ending(
        ended_at=ended_at - began,
        released_at=released_at - began,
        earliest=earliest - began,
        latest=latest - began,
        deadline_at=watched_from + simulation.deadline_seconds - began,
        holding=holding,
        outcome=outcome,
        error=error,
    )


class Clients:
    """Clients of every resolver, who ask so often that each holds an old answer for as long as it can.

    old_until: resolver -> when it was last seen to hold one (the loop's time).
    """

    def __init__(self, fleet: Fleet, topology: Topology, old: frozenset[str]) -> None:
        self._fleet = fleet
        self._scenery = topology
        self._old = old
        self.old_until: dict[str, float] = {}

    async def ask(self) -> None:
        """Ask for ever."""
        while True:
            for name in self._scenery.names:
                await self._fleet.use(name, self._scenery.rdtype)
            self.old_until |= dict.fromkeys(self._with_old_answers(), now())
            await asyncio.sleep(USE_SECONDS)

    def holding(self) -> tuple[str, ...]:
        """Resolvers with one cache that hold an old answer now; of several caches one may stay unseen."""
        timelines = self._fleet.timelines
        return tuple(one for one in self._with_old_answers() if timelines[one].latest.fault.caches == 1)

    def _with_old_answers(self) -> list[str]:
        return [
            resolver
            for name in self._scenery.names
            for resolver, held in self._fleet.held(name).items()
            if any(self._old & set(entry.addresses) for entry in held)
        ]


@asynccontextmanager
async def going_on(*work: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """While this lasts, `work` goes on; what fails in it fails here."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, BaseException) and not isinstance(result, asyncio.CancelledError):
                raise result


async def _end_of(watch: Watch, deadline_seconds: float) -> tuple[Outcome, PropagationTimeout | None]:
    try:
        return await watch.wait(deadline_seconds), None
    except PropagationTimeout as error:
        return error.outcome, error


async def _let_it_happen(simulation: Simulation, fleet: Fleet, began: float) -> None:
    """Let everything happen at its time."""
    changes: list[tuple[float, Callable[[], None]]] = [
        (at, partial(fleet.change, simulation.world_at(at)))
        for at in (simulation.raised_at, simulation.lowered_at, *(at for at, _ in simulation.turns))
    ]
    changes += [
        (at, partial(fleet.set, address, fault))
        for address, settings in simulation.settings.items()
        for at, fault in settings
    ]
    for at, change in sorted(changes, key=lambda item: item[0]):
        await _until(began + at)
        change()


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - now()))
