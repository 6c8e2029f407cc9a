"""Whatever the lags, TTLs and faults: never early, and at most a second late."""

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from propagation.schedule import LOOKS_PER_TTL, REGULAR_SECONDS
from tests.unit.dns_world import NAME, NXDOMAIN, SERVFAIL, SILENCE, Fault, Resolver, Server, World, wait_in

MOMENTS = st.floats(0, 40)
SHORTEST_TTL_SECONDS = 4
# Caches may keep it no longer than an answer of the old colour.
SHORT_NXDOMAIN = replace(NXDOMAIN, ttl_seconds=SHORTEST_TTL_SECONDS)


@st.composite
def troubles(draw: st.DrawFn, ttl_seconds: int) -> Server:
    """A server that switches some time, may fail for a while, and may fall back to the old colour for a while."""
    switched = draw(MOMENTS)
    faults: tuple[Fault, ...] = ()
    flips: tuple[tuple[float, float], ...] = ()
    if draw(st.booleans()):
        begins = draw(MOMENTS)
        answer = draw(st.sampled_from([SERVFAIL, SILENCE, SHORT_NXDOMAIN]))
        faults = (Fault(answer, begins, begins + draw(st.floats(6, 20)), everything=answer is SILENCE),)
    elif draw(st.booleans()):
        # Long enough to be seen in passing, and not in the last second.
        begins = switched + draw(st.floats(1, ttl_seconds - 1))
        flips = ((begins, begins + draw(st.floats(6, 20))),)
    return Server(switched, faults=faults, flips=flips)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """One to four servers and as many resolvers, each with an old answer fetched at the last moment."""
    ttl_seconds = draw(st.integers(SHORTEST_TTL_SECONDS, 60))
    servers = {f"10.0.0.{n}": draw(troubles(ttl_seconds)) for n in range(1, draw(st.integers(1, 4)) + 1)}
    resolvers = {
        f"192.0.2.{n}": Resolver(address, old_from=server.switched - 0.01)
        for n, (address, server) in enumerate(servers.items())
    }
    names = (NAME, *(f"further-{n}.example.com" for n in range(draw(st.integers(0, 3)))))
    return World(servers, resolvers, ttl_seconds=ttl_seconds, names=names, seed=draw(st.integers(0, 1000)))


def truly_over(world: World) -> float:
    """When the criterion is met: every server has been giving the new colour for one TTL, and none is failing."""
    over = world.truly_released
    faults = [(fault, server) for server in world.servers.values() for fault in server.faults]
    regular_seconds = min(world.ttl_seconds / LOOKS_PER_TTL, REGULAR_SECONDS[1])
    for fault, server in sorted(faults, key=lambda pair: pair[0].begins):
        # Whether the switch, or a fault in the last moment, is still seen is a matter of luck.
        assume(abs(fault.begins - over) > 1 and not 0 < fault.begins - server.switched < 1 + regular_seconds)
        if fault.begins < over:
            hides_the_switch = fault.begins <= server.switched
            over = max(
                over, fault.ends + (world.ttl_seconds if hides_the_switch or fault.answer is SHORT_NXDOMAIN else 0)
            )
    return over


@given(worlds())
@settings(max_examples=12, deadline=None, derandomize=True, database=None)
def test_it_is_never_early_and_hardly_late(world: World) -> None:
    ending = wait_in(world)
    assert ending.error is None, str(ending.error)
    assert ending.at >= world.truly_released
    assert ending.holding == []
    truth = truly_over(world)
    assert truth - 0.02 <= ending.at <= truth + 1
