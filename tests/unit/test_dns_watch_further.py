"""Further names, which the same record decides: what is asked about them, when, and what if one is not so."""

import asyncio
from collections import Counter

import pytest

from tests.unit.dns_world import (
    BLUE,
    NAME,
    NXDOMAIN,
    SERVFAIL,
    SILENCE,
    Ending,
    Fault,
    Resolver,
    Server,
    World,
    servers,
    wait_in,
)
from tests.unit.virtual_time import run_in_virtual_time

FURTHER = "shop.example.com"
NAMES = (NAME, FURTHER, "api.example.com")
# Asked of the lab for each of fifty names, when each had a record of its own and was followed like the first.
QUESTIONS_ABOUT_A_NAME_OF_ITS_OWN = 524


def world(*switched: float, names: tuple[str, ...] = NAMES, resolvers: int = 2, **others: object) -> World:
    """Servers that switch at these moments, and resolvers, all of which hold old answers of all names."""
    found = {f"192.0.2.{n}": Resolver("10.0.0.1", old_from=switched[0] - 0.01) for n in range(1, resolvers + 1)}
    return World(servers(*switched), found, names=names, **others)  # type: ignore[arg-type]  # fields by name


def asked(made: World, *names: str) -> list[tuple[float, str]]:
    """When who was asked about any of these."""
    return [(moment, server.address) for moment, server, name in made.asked if name in names]


def assert_in_time(ending: Ending, truth: float, late_seconds: float = 1.0) -> None:
    assert ending.error is None, str(ending.error)
    assert truth <= ending.at <= truth + late_seconds
    assert ending.holding == []


def test_of_each_server_and_resolver_one_question_is_enough() -> None:
    made = world(10, 17.9)
    assert_in_time(wait_in(made, start_at=9.995), 77.9)
    for name in NAMES[1:]:
        assert Counter(server for _, server in asked(made, name)) == dict.fromkeys([*made.servers, *made.resolvers], 1)


def test_a_server_is_not_asked_before_it_has_switched_and_a_resolver_not_before_the_ttl_is_over() -> None:
    made = world(10, 17.9)
    wait_in(made, start_at=9.995)
    moments = {server: moment for moment, server in asked(made, FURTHER)}
    assert 10 <= moments["10.0.0.1"] <= 11
    assert 17.9 <= moments["10.0.0.2"] <= 19
    assert all(moments[resolver] >= 77.9 for resolver in made.resolvers)


def test_fifty_names_take_no_longer_than_one_and_a_tenth_of_the_questions_for_each() -> None:
    def ending(count: int) -> Ending:
        names = (NAME, *(f"n{number}.example.com" for number in range(1, count)))
        return wait_in(world(5, 23, 5, 5, names=names, resolvers=4))

    one, fifty = ending(1), ending(50)
    assert_in_time(fifty, 83)
    assert fifty.at <= one.at + 0.2
    about_each = (fifty.outcome.queries - one.outcome.queries) / 49
    assert about_each <= QUESTIONS_ABOUT_A_NAME_OF_ITS_OWN / 10
    assert about_each == pytest.approx(8, abs=1), "four servers and four resolvers, once each"
    assert [server.names for server in fifty.outcome.servers] == [50] * 4
    assert {server.waiting for server in fifty.outcome.servers} == {0}
    assert {resolver.waiting for resolver in fifty.outcome.resolvers} == {0}


def test_a_further_name_with_a_record_of_its_own_that_leads_elsewhere_is_named() -> None:
    made = world(10, 10)
    made.servers["10.0.0.2"].own_switch = {FURTHER: float("inf")}
    ending = wait_in(made, deadline_seconds=100)
    assert ending.error is not None
    assert f"{FURTHER} at ns-2.example.net (10.0.0.2): answers red" in str(ending.error)
    assert "api.example.com" not in str(ending.error)
    assert "ns-1" not in str(ending.error)
    (first, second) = ending.outcome.servers
    assert (first.waiting, second.waiting, second.name) == (0, 1, FURTHER)
    assert second.switched_at is None


def test_one_that_switches_later_than_the_first_is_waited_for_one_ttl_from_then() -> None:
    made = world(10, 10)
    for server in made.servers.values():
        server.own_switch = {FURTHER: 50}
    assert_in_time(wait_in(made), 110)


def test_a_further_name_that_is_denied_is_no_success() -> None:
    made = world(10)
    real, missing = made._serve, "api.example.com"
    made._serve = lambda address, name: NXDOMAIN if name == missing else real(address, name)  # type: ignore[method-assign]
    ending = wait_in(made, deadline_seconds=100)
    assert ending.error is not None
    assert f"{missing} at ns-1.example.net (10.0.0.1): NXDOMAIN" in str(ending.error)


def test_a_resolver_that_keeps_a_further_name_too_long_has_to_agree_for_one_ttl_more() -> None:
    made = world(10, 10)
    made.resolvers["192.0.2.1"] = Resolver("10.0.0.1", old_from=9.9, keeps_of={FURTHER: 45})
    made.__post_init__()
    ending = wait_in(made, start_at=9.995)
    assert ending.error is None
    # It gives in after 45 s and is asked four times in a TTL: so the last old answer is at most 15 s older.
    gives_in = 9.9 + 60 + 45
    assert gives_in + 60 - 15 <= ending.at <= gives_in + 60 + 1
    assert ending.holding == []


def test_a_resolver_that_stays_stale_about_a_further_name_is_named() -> None:
    made = world(10, 10)
    made.resolvers["192.0.2.1"] = Resolver("10.0.0.1", old_from=9.9, keeps_of={FURTHER: 900})
    made.__post_init__()
    ending = wait_in(made, deadline_seconds=100)
    assert ending.error is not None
    assert f"{FURTHER} at resolver 192.0.2.1: answers red" in str(ending.error)
    assert "192.0.2.2" not in str(ending.error)


def test_a_question_that_is_lost_is_asked_again_soon() -> None:
    made = world(10, 10, ttl_seconds=20)
    real, lost = made._answer, [2]

    def lossy(address: str, name: str, rdtype: str, *, recursive: bool) -> object:
        if name == FURTHER and lost[0]:
            lost[0] -= 1
            return SILENCE
        return real(address, name, rdtype, recursive=recursive)

    made._answer = lossy  # type: ignore[method-assign, assignment]
    assert_in_time(wait_in(made), 30)
    made = world(10, resolvers=1, ttl_seconds=20)
    real, lost = made._answer, [0]
    made._answer = lossy  # type: ignore[method-assign, assignment]

    async def lose_at_the_end() -> None:
        watch = made.watch()
        watch.start()
        await asyncio.sleep(29.5)
        lost[0] = 1
        await watch.wait(60)
        assert 30 <= made.now <= 31

    run_in_virtual_time(lose_at_the_end())


def test_after_a_flip_back_it_is_made_sure_of_again() -> None:
    made = world(10, 10)
    made.servers["10.0.0.2"] = Server(10, flips=((30, 41),))
    assert_in_time(wait_in(made), 41 + 60)
    assert len([moment for moment, server in asked(made, FURTHER) if server == "10.0.0.2"]) == 2


def test_a_server_that_is_dead_is_asked_about_them_when_it_is_back() -> None:
    made = world(10, 10)
    made.servers["10.0.0.2"].faults = (Fault(SILENCE, 12, 90, everything=True),)
    ending = wait_in(made)
    assert_in_time(ending, 90)
    made = world(10, 10)
    made.servers["10.0.0.2"].faults = (Fault(SERVFAIL, 0, 40),)
    assert_in_time(wait_in(made), 100)
    assert all(moment >= 40 for moment, server in asked(made, *NAMES[1:]) if server == "10.0.0.2")


def test_a_resolver_that_never_answers_holds_up_nothing() -> None:
    made = world(10, 10)
    made.resolvers["192.0.2.1"].faults = (Fault(SILENCE, everything=True),)
    ending = wait_in(made)
    assert_in_time(ending, 70)
    assert [resolver.unreachable for resolver in ending.outcome.resolvers] == [True, False]
    assert [server for _, server in asked(made, FURTHER)].count("192.0.2.1") == 0


def test_in_a_private_zone_each_resolver_is_asked_about_each_of_them() -> None:
    made = world(0, resolvers=2, private=True)
    made.servers["10.0.0.1"].raised = 0
    ending = wait_in(made)
    assert ending.error is None
    assert ending.holding == []
    assert {server for _, server in asked(made, FURTHER)} == set(made.resolvers)


@pytest.mark.parametrize("moment", [0.0, float("inf")])
def test_who_only_looks_hears_of_all_names_at_once(moment: float) -> None:
    made = World(servers(moment), names=NAMES)
    made.servers["10.0.0.1"].raised = moment

    async def main() -> None:
        outcome = await made.watch().look(10)
        assert made.now < 0.5
        assert {said.name for said in outcome.said_by_servers} == set(NAMES)
        assert {said.name for said in outcome.said_by_resolvers} == set(NAMES)
        assert {said.verdict for said in outcome.said_by_servers} == {"expected" if moment == 0 else "other"}
        assert outcome.is_as_expected == (moment == 0)

    run_in_virtual_time(main())


def test_a_name_is_not_further_to_itself() -> None:
    with pytest.raises(ValueError, match="a name is there twice"):
        World(servers(0), names=(NAME, FURTHER, NAME)).target()


def test_nothing_but_addresses_of_the_expected_answer_is_good_enough() -> None:
    made = world(10, 10)
    made.balancers["blue"] = [(0, BLUE), (40, frozenset({"203.0.113.77"}))]
    assert_in_time(wait_in(made), 70)
