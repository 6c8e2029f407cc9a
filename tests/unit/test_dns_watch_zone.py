"""The whole watch on virtual time, where the zone itself is out of the ordinary."""

import asyncio

import pytest

from propagation import Target
from propagation.answer import Answer, AnswerKind
from tests.unit.dns_world import RED, SERVFAIL, Fault, Resolver, World, servers, wait_in
from tests.unit.virtual_time import run_in_virtual_time

ZONE = "example.com"


def delegated(by_parent: tuple[str, ...], *switched: float, own: int) -> World:
    """A world whose zone has the first `own` of its servers by its own account."""
    world = World(servers(*switched), zone=ZONE, by_parent=by_parent)
    world.zone_servers = tuple(f"ns-{n}.example.net" for n in range(1, own + 1))
    return world


def test_a_parent_that_agrees_changes_nothing() -> None:
    ending = wait_in(delegated(("ns-1.example.net.", "NS-2.example.net."), 10, 12, own=2))
    assert ending.error is None
    assert 72 <= ending.at <= 73
    assert ending.outcome.warnings == ()
    assert ending.outcome.parent_name_servers == ending.outcome.own_name_servers


def test_a_server_that_only_the_parent_names_is_watched_too_and_the_difference_is_told() -> None:
    ending = wait_in(delegated(("ns-1.example.net.", "ns-3.example.net."), 10, 12, 30, own=2))
    assert ending.error is None
    assert 90 <= ending.at <= 91
    assert len(ending.outcome.servers) == 3
    (warning,) = ending.outcome.warnings
    assert "com delegates to ns-1.example.net, ns-3.example.net" in warning
    assert "itself has ns-1.example.net, ns-2.example.net" in warning


def test_an_old_provider_that_the_parent_still_names_holds_up_the_end_and_is_named() -> None:
    ending = wait_in(delegated(("ns-2.example.net.",), 10, float("inf"), own=1), deadline_seconds=100)
    assert ending.error is not None
    assert "ns-2.example.net (10.0.0.2): answers red" in str(ending.error)
    assert "the parent zone com delegates to ns-2.example.net" in str(ending.error)


def test_a_parent_that_is_not_seen_is_reported_and_not_fatal() -> None:
    ending = wait_in(delegated((), 10, own=1))
    assert ending.error is None
    assert 70 <= ending.at <= 71
    assert ending.outcome.parent_name_servers is None
    assert ending.outcome.warnings == ("parent zone not seen: the name servers of com say SERVFAIL of example.com",)


def test_a_parent_that_is_seen_later_is_believed_then() -> None:
    world = delegated((), 10, 40, own=1)

    async def main() -> tuple[str, ...] | None:
        loop = asyncio.get_running_loop()
        watch = world.watch()
        loop.call_later(15, lambda: setattr(world, "by_parent", ("ns-1.example.net.", "ns-2.example.net.")))
        outcome = await watch.wait(300)
        assert 100 <= world.now <= 101
        return outcome.parent_name_servers

    assert run_in_virtual_time(main()) == ("ns-1.example.net", "ns-2.example.net")


def private(*moments: float, **first: object) -> World:
    """Resolvers whose caches switch when the hidden servers behind them do."""
    resolvers = {
        f"192.0.2.{n}": Resolver(f"10.0.0.{n}", **(first if n == 1 else {}))  # type: ignore[arg-type]  # test data
        for n in range(1, len(moments) + 1)
    }
    world = World(servers(*moments), resolvers, private=True)
    for server in world.servers.values():
        server.raised = server.switched
    return world


def test_in_a_private_zone_the_resolvers_agree_for_one_ttl() -> None:
    ending = wait_in(private(0, 0))
    assert ending.error is None
    assert 60 <= ending.at <= 61
    assert ending.outcome.servers == ()
    assert ending.outcome.private


def test_a_resolver_of_a_private_zone_that_switches_last_counts() -> None:
    ending = wait_in(private(0, 30))
    assert ending.error is None
    # Its old answer of the first look leaves its cache at 60.
    assert 120 <= ending.at <= 121


def test_a_private_zone_that_resolvers_do_not_know_is_never_propagated() -> None:
    world = private(0, faults=(Fault(Answer(AnswerKind.NXDOMAIN, ttl_seconds=30, detail="NXDOMAIN")),))
    ending = wait_in(world, deadline_seconds=100)
    assert ending.error is not None
    assert "www.example.com at resolver 192.0.2.1: NXDOMAIN" in str(ending.error)
    assert "the zone is private: only resolvers inside its network know it" in str(ending.error)


def test_a_private_zone_of_which_no_resolver_says_anything_is_never_propagated() -> None:
    silent = Fault(Answer(AnswerKind.NO_ANSWER, detail="no answer"), everything=True)
    ending = wait_in(private(0, faults=(silent,)), deadline_seconds=100)
    assert ending.error is not None


def agreement(world: World) -> float:
    """When all servers are taken to agree for good."""

    async def main() -> float:
        target = Target(
            name=world.names[0],
            expected="the same everywhere",
            agreement=True,
            ns_names=tuple(world.ns_addresses),
            resolvers=world.target().resolvers,
        )
        await world.watch(target).wait(300)
        return world.now

    return run_in_virtual_time(main())


def test_where_nothing_is_expected_the_servers_have_to_agree_for_one_ttl() -> None:
    assert 60 <= agreement(World(servers(-1, -1))) <= 61
    # They agreed on the old answer from the beginning; then one server had another.
    world = World(servers(30, 38))
    world.servers["10.0.0.1"].raised, world.servers["10.0.0.2"].raised = 30, 38
    assert 98 <= agreement(world) <= 99


def test_a_look_returns_as_soon_as_everybody_has_said_something() -> None:
    world = delegated(("ns-1.example.net.", "ns-2.example.net."), 10, 10, own=2)
    world.servers["10.0.0.1"].raised = world.servers["10.0.0.2"].raised = 10

    async def main() -> None:
        watch = world.watch()
        outcome = await watch.look(10)
        assert world.now < 0.5
        assert [server.records for server in outcome.servers] == [tuple(sorted(RED))] * 2
        assert not outcome.is_as_expected
        assert outcome.is_the_same_everywhere
        assert outcome.queries < 30

    run_in_virtual_time(main())


@pytest.mark.parametrize("answer", [SERVFAIL, Answer(AnswerKind.NO_ANSWER, detail="no answer")])
def test_a_look_does_not_take_a_failing_server_for_agreement(answer: Answer) -> None:
    world = World(servers(0, 0))
    world.servers["10.0.0.2"].faults = (Fault(answer),)

    async def main() -> None:
        outcome = await world.watch().look(10)
        assert world.now < 2.5
        assert not outcome.is_as_expected
        assert not outcome.is_the_same_everywhere

    run_in_virtual_time(main())


def test_a_private_target_has_no_name_servers() -> None:
    with pytest.raises(ValueError, match="no name servers that can be asked"):
        Target(
            name="a",
            expected="b",
            ns_names=("ns-1",),
            resolvers=World(servers(0)).target().resolvers,
            private=True,
        )
