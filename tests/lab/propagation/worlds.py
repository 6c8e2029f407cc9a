"""Worlds drawn at random: how many servers, how they lag, fail and fall back, and what resolvers make of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from lab.dns.timeline import Timeline
from lab.dns.truth import served
from lab.dns.world import History
from lab.messages import Served, ServerFault
from tests.lab.propagation.oracle import FAILURES
from tests.lab.propagation.simulation import Simulation
from tests.lab.propagation.topology import EXPECTED, NAME, ZONE, Topology
from tests.lab.propagation.truth import TOLERANCE_SECONDS, UNSEEN_SECONDS, latest_met_at

# What a server may have all the time.
QUIRKS = ("none", "truncate_udp", "formerr_edns", "lower_case", "forged")
TROUBLES = (*sorted(FAILURES - {"http_503"}), "nxdomain", "nodata")
FALLS_BACK = ServerFault(lag_seconds=3600)
# Long enough that it cannot be missed between two looks.
LENGTHS = st.floats(1.5, 4).map(lambda seconds: round(seconds, 2))
# Worlds of neighbouring seeds are not to be the same ones, moved by one.
SEEDS_APART = 1_000_003
MOMENTS = st.floats(0, 8).map(lambda seconds: round(seconds, 2))
Settings = list[tuple[float, ServerFault]]


@st.composite
def servers(draw: st.DrawFn) -> Settings:
    """A name server that switches some time after the others, and may fail or fall back for a while."""
    lag = draw(st.one_of(st.just(0.0), st.floats(0, 5).map(lambda seconds: round(seconds, 2))))
    usual = draw(st.sampled_from([ServerFault(lag, quirk) for quirk in QUIRKS] + [ServerFault(lag, "slow", 100)]))
    if not draw(st.booleans()):
        return [(0.0, usual)]
    trouble = draw(st.sampled_from([FALLS_BACK, *(ServerFault(lag, fault) for fault in TROUBLES)]))
    begin = draw(MOMENTS)
    return [*([(0.0, usual)] if begin else []), (begin, trouble), (begin + draw(LENGTHS), usual)]


@st.composite
def resolvers(draw: st.DrawFn, ttl_seconds: int, watched_from: float) -> Settings:
    """A resolver that keeps to the TTL or not, has one cache or more, and may fail for a while or never answer."""
    caches = draw(st.integers(1, 3))
    stretching = draw(st.sampled_from([0, 0, 0, ttl_seconds + 3]))
    usual = ServerFault(0.0, draw(st.sampled_from(QUIRKS)), minimum_ttl_seconds=stretching, caches=caches)
    what = draw(st.sampled_from(["fine", "fine", "fails", "one is stuck", "never answers"]))
    if what == "fine":
        return [(0.0, usual)]
    if what == "never answers":
        return [(0.0, ServerFault(fault="drop"))]
    # Not before the addresses of the name servers are known: a question about them that is lost costs two seconds.
    begin = watched_from + 1.0 + draw(MOMENTS)
    fault = draw(st.sampled_from(TROUBLES)) if what == "fails" else "one_stuck"
    trouble = ServerFault(fault=fault, caches=caches)
    return [(0.0, usual), (begin, trouble), (begin + draw(LENGTHS), usual)]


@st.composite
def simulations(draw: st.DrawFn) -> Simulation:
    """A change in such a world, watched from its beginning or from some time in it."""
    ttl_seconds = draw(st.integers(1, 5))
    name_servers = {f"ns-{n}.dns.example.": [f"127.53.0.{n}"] for n in range(1, draw(st.integers(1, 4)) + 1)}
    addresses = [f"127.53.1.{n}" for n in range(1, draw(st.integers(1, 4)) + 1)]
    watched_from = draw(st.sampled_from([0.0, 0.0, 0.0, 2.0, 5.0]))
    names = draw(st.sampled_from([(NAME,), (NAME, f"shop.{ZONE}"), (NAME, *(f"further-{n}.{ZONE}" for n in range(4)))]))
    everything = {address: draw(servers()) for (address,) in name_servers.values()}
    everything |= {address: draw(resolvers(ttl_seconds, watched_from)) for address in addresses[1:]}
    everything[addresses[0]] = [(0.0, ServerFault(fault=draw(st.sampled_from(QUIRKS))))]
    raised_at = draw(st.floats(0.3, 1.5).map(lambda seconds: round(seconds, 2)))
    simulation = Simulation(
        Topology(name_servers, addresses, ttl_seconds, names=names),
        everything,
        raised_at,
        raised_at + draw(st.sampled_from([0.2, 0.5, 1.5])),
        watched_from,
        deadline_seconds=40.0,
    )
    return without_later_troubles(simulation)


def without_later_troubles(simulation: Simulation) -> Simulation:
    """The same without troubles that begin when it is over, or so shortly before that it is luck if they are seen.

    They would make a wait that is a little late, as all are, a very late one.
    """
    for _ in range(len(simulation.settings) + 1):
        over = latest_met_at(
            planned(simulation),
            simulation.addresses_of(EXPECTED),
            simulation.topology.ttl_seconds,
            simulation.watched_from,
        )
        last = over - UNSEEN_SECONDS - TOLERANCE_SECONDS / 2
        kept = {address: _without(settings, last) for address, settings in simulation.settings.items()}
        if kept == simulation.settings:
            break
        simulation = replace(simulation, settings=kept)
    return simulation


def _without(settings: Sequence[tuple[float, ServerFault]], last: float) -> Settings:
    """Without the trouble, which is the setting before the last, if it begins after `last`."""
    *before, (begin, _), usual = settings if len(settings) > 1 else (*settings, *settings)
    if len(settings) > 1 and begin > last:
        return [*before] or [(0.0, usual[1])]
    return list(settings)


def planned(simulation: Simulation) -> Mapping[str, Sequence[Served]]:
    """What every name server will do, if all happens at its time."""
    history = History(0.0, simulation.world_at(0))
    for at in sorted({simulation.raised_at, simulation.lowered_at, *(at for at, _ in simulation.turns)}):
        history.add(at, simulation.world_at(at))
    found = {}
    for addresses in simulation.topology.name_servers.values():
        for address in addresses:
            timeline = Timeline(0.0)
            for at, fault in simulation.settings.get(address, ()):
                timeline.set(at, fault)
            found[address] = served(history, timeline, simulation.topology.names[0], 3600.0)
    return found


def drawn(count: int, from_seed: int) -> list[Simulation]:
    """So many simulations; the same for the same seed.

    Each is drawn by itself: in one run Hypothesis also makes variants of what it has drawn, and six of one kind are no
    six worlds. It also draws what stands in the project's code as a constant: not here, or a number that is changed
    anywhere would bring other worlds.
    """
    with patch.object(providers, "_get_local_constants", Constants):
        return [_one(from_seed + number * SEEDS_APART) for number in range(count)]


def _one(from_seed: int) -> Simulation:
    found: list[Simulation] = []

    @seed(from_seed)
    @settings(
        max_examples=2, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(simulations())
    def collect(simulation: Simulation) -> None:
        found.append(simulation)

    collect()
    return found[-1]  # the first is the simplest there is, whatever the seed
