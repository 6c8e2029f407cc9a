"""The check `dns` by the real watch, on virtual time: how long it asks, and what it makes of what it hears."""

from dataclasses import replace

import pytest

from cutover.checks import dns
from cutover.checks.check import Check
from propagation import Outcome
from tests.unit.dns_world import NAME, NODATA, NXDOMAIN, SERVFAIL, SILENCE, Fault, Resolver, World, servers
from tests.unit.virtual_time import run_in_virtual_time

RESOLVERS = ("192.0.2.53", "192.0.2.54")
REFERRAL = replace(SERVFAIL, detail="lame: refers to the zone www.example.com, which ns-1.other.example. serve")


def world(*switched: float, last: tuple[Fault, ...] = (), loss: float = 0.0) -> World:
    """Servers that answer blue from these moments on and red before; the second one has the faults `last`."""
    made = World(servers(*switched), {address: Resolver("10.0.0.1") for address in RESOLVERS})
    for server in made.servers.values():
        server.raised, server.loss = server.switched, loss
    if last:
        made.servers["10.0.0.2"].faults = last
    return made


def checked(made: World, *carriers: str) -> tuple[Check, float]:
    """The check while `carriers` have weight, and how many seconds it took."""

    async def main() -> tuple[Check, float]:
        expected = dns.choose((NAME,), {NAME: frozenset(carriers)}, frozenset({"red", "blue"}), "blue")
        target = replace(made.target(), expected=expected.asked_for)

        def found(outcome: Outcome) -> Check:
            return dns.check(outcome, expected, "example.com", target.resolvers)

        watch = made.watch(target)
        return found(await watch.glance(dns.SECONDS, lambda outcome: found(outcome).holds)), made.now

    return run_in_virtual_time(main())


@pytest.mark.parametrize("carrying", ["red", "blue"])
def test_where_everybody_answers_it_takes_no_time(carrying: str) -> None:
    moment = 0.0 if carrying == "blue" else float("inf")
    found, seconds = checked(world(moment, moment), carrying)
    assert found.holds
    assert seconds < 0.5


def test_packets_that_get_lost_refuse_nothing() -> None:
    for seed in range(20):
        made = world(0, 0, 0, 0, loss=0.3)
        made.random.seed(seed)
        found, seconds = checked(made, "blue")
        assert found.holds, found.seen
        assert seconds < dns.SECONDS


@pytest.mark.parametrize("fault", [Fault(answer) for answer in (SILENCE, SERVFAIL, NXDOMAIN, NODATA, REFERRAL)])
def test_a_server_that_does_not_come_round_is_named_after_a_few_seconds(fault: Fault) -> None:
    found, seconds = checked(world(0, 0, last=(fault,)), "blue")
    assert not found.holds
    assert found.seen == f"ns-2.example.net (10.0.0.2): {fault.answer.detail} ({NAME})"
    assert dns.SECONDS <= seconds < dns.SECONDS + 0.1


def test_a_server_that_comes_round_in_time_is_enough() -> None:
    assert checked(world(0, 0, last=(Fault(SERVFAIL, ends=1.5),)), "blue")[0].holds
    assert checked(world(0, 2), "blue")[0].holds


def test_a_server_that_is_behind_the_last_tag_in_is_named() -> None:
    found, _ = checked(world(0, float("inf")), "blue")
    assert found.seen.startswith("ns-2.example.net (10.0.0.2): answers red")


def test_while_both_have_weight_either_answer_is_right() -> None:
    assert checked(world(0, float("inf")), "blue", "red")[0].holds


def test_before_the_first_tag_in_a_denial_is_an_answer() -> None:
    made = world(0, 0)
    for server in made.servers.values():
        server.faults = (Fault(NXDOMAIN),)
    found, seconds = checked(made)
    assert found.holds, found.seen
    assert found.seen.endswith(f"were asked about {NAME} and answered; nobody is in charge of {NAME} yet")
    assert seconds < 0.5


def test_one_resolver_out_of_reach_refuses_nothing_and_all_of_them_do() -> None:
    silent = (Fault(SILENCE, everything=True),)
    made = world(0, 0)
    made.resolvers[RESOLVERS[0]].faults = silent
    found, seconds = checked(made, "blue")
    assert found.holds, found.seen
    assert "1 of 2 resolvers" in found.seen
    assert seconds < dns.SECONDS
    made = world(0, 0)
    for resolver in made.resolvers.values():
        resolver.faults = silent
    found, _ = checked(made, "blue")
    assert not found.holds
    assert "name server ns-1.example.net: no known address" in found.seen
