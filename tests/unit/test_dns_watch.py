"""The whole watch in a simulated world on virtual time: what it concludes, when, and how much it asks."""

import asyncio
import json
import re

import pytest

from propagation import Endpoint, PropagationTimeout, Watch
from propagation.answer import Answer, AnswerKind
from propagation.questions import Runtime
from tests.unit.dns_world import (
    BLUE,
    NAME,
    NODATA,
    NXDOMAIN,
    RED,
    REFUSED,
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

OTHER_RED = frozenset({"198.51.100.77"})
OTHER_BLUE = frozenset({"203.0.113.77"})


def assert_in_time(ending: Ending, truth: float, late_seconds: float = 1.0) -> None:
    assert ending.error is None, str(ending.error)
    assert ending.outcome.done
    assert truth <= ending.at <= truth + late_seconds


def resolvers(count: int, **first: object) -> dict[str, Resolver]:
    """So many resolvers, each in front of a server of its own; `first` are the peculiarities of the first."""
    return {
        f"192.0.2.{number}": Resolver(f"10.0.0.{number}", **(first if number == 1 else {}))  # type: ignore[arg-type]  # test data
        for number in range(1, count + 1)
    }


def test_it_ends_one_ttl_after_the_last_server_switched() -> None:
    world = World(servers(10.0, 12.3, 17.9, 11.1), resolvers=resolvers(4))
    assert_in_time(wait_in(world), 17.9 + 60)


def test_a_server_that_lags_by_30_seconds_is_waited_for_and_named_meanwhile() -> None:
    world = World(servers(10, 40, 10, 10), resolvers=resolvers(2))
    ending = wait_in(world)
    assert_in_time(ending, 100)
    assert any("3 of 4" in line and "ns-2.example.net (10.0.0.2) answers red for" in line for line in ending.lines)
    assert not any("10.0.0.1" in line for line in ending.lines if "3 of 4" in line)


def test_two_answers_at_the_same_weight_never_pass_for_switched() -> None:
    world = World(servers(float("inf"), float("inf"), float("inf")))
    ending = wait_in(world, deadline_seconds=60)
    assert ending.error is not None
    assert all(server.switched_at is None for server in ending.outcome.servers)


def test_a_server_that_flips_back_starts_the_wait_again() -> None:
    world = World({**servers(10, 10), "10.0.0.3": Server(10, flips=((30, 41),))})
    assert_in_time(wait_in(world), 41 + 60)


def test_a_server_that_flips_back_right_before_the_end_is_noticed() -> None:
    world = World({**servers(10), "10.0.0.2": Server(10, flips=((66.5, 75),))}, outgoing=("red", "green"))
    world.balancers["green"] = [(0.0, OTHER_RED)]
    assert_in_time(wait_in(world), 75 + 60)


def test_a_dead_server_is_never_taken_for_switched_and_is_named() -> None:
    world = World({**servers(10, 10, 10), "10.0.0.4": Server(10, faults=(Fault(SILENCE, everything=True),))})
    ending = wait_in(world, deadline_seconds=100)
    assert ending.error is not None
    assert ending.at == pytest.approx(100)
    assert re.search(
        r"www\.example\.com at ns-4\.example\.net \(10\.0\.0\.4\): no answer .* for 9\d s", str(ending.error)
    )
    assert "ns-1" not in str(ending.error)
    assert any("3 of 4 authoritative" in line for line in ending.lines)


def test_a_server_that_was_dead_is_waited_for_a_full_ttl_after_it_came_back() -> None:
    world = World({**servers(10, 10), "10.0.0.3": Server(10, faults=(Fault(SILENCE, 0, 50, everything=True),))})
    assert_in_time(wait_in(world), 50 + 60)


def test_a_server_that_dies_after_it_switched_holds_up_the_end_only_while_it_is_dead() -> None:
    world = World({**servers(10, 10), "10.0.0.3": Server(10, faults=(Fault(SILENCE, 40, 90, everything=True),))})
    assert_in_time(wait_in(world), 90)


@pytest.mark.parametrize(
    "answer", [SERVFAIL, REFUSED, NXDOMAIN, NODATA, SILENCE], ids=lambda answer: str(answer.detail)
)
def test_what_is_no_answer_of_the_new_colour_never_counts_at_a_name_server(answer: Answer) -> None:
    world = World({**servers(10), "10.0.0.2": Server(10, faults=(Fault(answer),))}, ttl_seconds=20)
    ending = wait_in(world, deadline_seconds=40)
    assert ending.error is not None
    assert f"(10.0.0.2): {answer.detail} for" in str(ending.error)


@pytest.mark.parametrize("answer", [SERVFAIL, REFUSED, NXDOMAIN, NODATA], ids=lambda answer: str(answer.detail))
def test_a_resolver_that_answers_with_an_error_is_waited_for_and_named(answer: Answer) -> None:
    world = World(servers(10), resolvers=resolvers(1, faults=(Fault(answer),)), ttl_seconds=20)
    ending = wait_in(world, deadline_seconds=40)
    assert ending.error is not None
    assert f"www.example.com at resolver 192.0.2.1: {answer.detail} for" in str(ending.error)
    assert not ending.outcome.resolvers[0].unreachable


def test_a_resolver_that_recovers_ends_the_wait() -> None:
    world = World(servers(10), resolvers=resolvers(1, faults=(Fault(SERVFAIL, 0, 100),)))
    assert_in_time(wait_in(world), 100, late_seconds=2.5)


def test_a_resolver_that_cannot_be_reached_is_reported_and_not_fatal() -> None:
    world = World(servers(10, 10), resolvers=resolvers(2, faults=(Fault(SILENCE, everything=True),)))
    ending = wait_in(world)
    assert_in_time(ending, 70)
    assert [resolver.unreachable for resolver in ending.outcome.resolvers] == [True, False]
    assert ending.outcome.resolvers[0].status == SILENCE.detail


def test_a_resolver_is_not_given_up_before_it_was_asked_three_times() -> None:
    world = World(servers(0), resolvers=resolvers(1, faults=(Fault(SILENCE),)), ttl_seconds=1)
    ending = wait_in(world)
    assert len([server for _, server, name in world.asked if server.address == "192.0.2.1" and name == NAME]) >= 3
    assert ending.error is None
    # Asked every 0.3 s to begin with, and each question is lost for two seconds.
    assert 2 + 0.3 + 0.3 <= ending.at <= 2 + 1


def test_a_resolver_that_outlives_the_ttl_has_to_agree_for_one_ttl_since_its_last_old_answer() -> None:
    world = World(servers(10, 10), resolvers=resolvers(2, keeps=45, old_from=9.9))
    ending = wait_in(world, start_at=9.95)
    assert ending.error is None
    # It gives in after 45 s and is asked four times in a TTL: so the last old answer is at most 15 s older.
    gives_in = 9.9 + 60 + 45
    assert gives_in + 60 - 15 <= ending.at <= gives_in + 60 + 1
    assert any("resolver" in line for line in ending.lines)


def test_a_resolver_of_three_caches_one_of_them_stuck_never_passes() -> None:
    world = World(servers(10, 10), resolvers=resolvers(2))
    world.resolvers["192.0.2.1"].caches, world.resolvers["192.0.2.1"].stuck_caches = 3, 1
    ending = wait_in(world, deadline_seconds=250)
    assert ending.error is not None
    assert "192.0.2.1" in str(ending.error)
    assert "192.0.2.2" not in str(ending.error)
    assert "ns-" not in str(ending.error)


def test_a_resolver_of_four_caches_that_all_keep_to_the_ttl_delays_nothing() -> None:
    world = World(servers(10, 10), resolvers=resolvers(2))
    world.resolvers["192.0.2.1"].caches = 4
    assert_in_time(wait_in(world), 70)


def test_a_resolver_that_stays_stale_is_named_at_the_deadline_with_its_ttl() -> None:
    world = World(servers(10, 10), resolvers=resolvers(2, keeps=500, old_from=9.9))
    ending = wait_in(world, start_at=9.95, wait_at=20, deadline_seconds=100)
    assert ending.error is not None
    assert "resolver 192.0.2.1: answers red for 110 s (198.51.100.1, 198.51.100.2), 449 s of TTL left" in str(
        ending.error
    )
    assert "192.0.2.2" not in str(ending.error)
    assert "ns-" not in str(ending.error)
    assert "stale: 192.0.2.1 answers red" in ending.lines[-1]


def test_a_resolver_that_fetched_the_old_answer_right_before_the_switch_delays_nothing() -> None:
    world = World(servers(10, 10), resolvers=resolvers(2, old_from=9.99))
    assert_in_time(wait_in(world, start_at=9.995), 70)


def test_a_resolver_is_asked_when_its_answer_expires_and_not_at_an_interval() -> None:
    world = World(servers(10, 10), resolvers=resolvers(1, old_from=0.5))
    wait_in(world, start_at=5)
    moments = [moment for moment, server, name in world.asked if server.address == "192.0.2.1" and name == NAME]
    assert moments[0] == pytest.approx(5, abs=0.1)
    switched = float(moments[1])
    assert 10 <= switched <= 11.5
    # Then four times in the TTL, when the old answer leaves the cache, and at the end.
    expected = [switched + 15, switched + 30, switched + 45, 60.6]
    assert moments[2:6] == pytest.approx(sorted(expected), abs=0.5)
    assert len([moment for moment in moments if moment < 70]) <= 8
    assert len([moment for moment in moments if moment >= 70]) == 12


def test_started_early_it_sees_each_server_switch_and_so_ends_earlier() -> None:
    def ending(start_at: float | None) -> Ending:
        return wait_in(World(servers(10, 12)), start_at=start_at, wait_at=40)

    assert_in_time(ending(0.0), 12 + 60)
    assert_in_time(ending(None), 40 + 60)


def test_what_is_over_before_the_call_of_wait_returns_at_once() -> None:
    ending = wait_in(World(servers(10, 10)), wait_at=100)
    assert ending.at == pytest.approx(100)
    assert ending.outcome.waited_seconds == pytest.approx(0)


def test_the_deadline_counts_from_the_call_of_wait() -> None:
    ending = wait_in(World(servers(float("inf"))), start_at=0, wait_at=50, deadline_seconds=30)
    assert ending.error is not None
    assert ending.at == pytest.approx(80)


def test_the_first_answer_ever_needs_no_other_one() -> None:
    world = World(servers(10, 10), outgoing=())
    world.servers["10.0.0.2"].faults = (Fault(NXDOMAIN, 0, 15),)
    assert_in_time(wait_in(world, start_at=11), 15 + 60)


def test_a_load_balancer_that_changes_addresses_delays_nothing() -> None:
    world = World(servers(10, 10), resolvers=resolvers(2))
    world.balancers["blue"] = [(0, BLUE), (31, OTHER_BLUE), (69, BLUE | OTHER_BLUE)]
    assert_in_time(wait_in(world), 70)


def test_a_server_on_new_addresses_of_the_old_colour_is_stale() -> None:
    world = World({"10.0.0.1": Server(10, flips=((40, 50),))}, outgoing=("red", "green"))
    world.balancers["green"] = [(0, RED)]
    world.balancers["red"] = [(0, RED), (39, OTHER_RED)]
    assert_in_time(wait_in(world), 50 + 60)


def test_an_address_that_moves_to_the_expected_answer_counts_for_it() -> None:
    world = World(servers(40, 40), resolvers=resolvers(2))
    world.balancers["red"] = [(0, RED), (20, OTHER_RED)]
    world.balancers["blue"] = [(0, BLUE), (25, RED)]
    assert_in_time(wait_in(world), 100)


def test_an_address_that_moves_to_another_answer_counts_against_it() -> None:
    world = World(servers(float("inf"), 10))
    world.balancers["blue"] = [(0, BLUE), (20, OTHER_BLUE)]
    world.balancers["red"] = [(0, RED), (25, BLUE)]
    ending = wait_in(world, deadline_seconds=100)
    assert ending.error is not None
    assert "(10.0.0.1): answers red for" in str(ending.error)


def test_where_the_own_names_are_gone_the_load_balancers_names_tell() -> None:
    assert_in_time(wait_in(World(servers(10, 10), own_names_exist=False)), 70)


def test_addresses_of_no_answer_never_count() -> None:
    world = World(servers(10), ttl_seconds=20)
    stranger = Answer(AnswerKind.RECORDS, frozenset({"192.0.2.99"}), 20.0)
    world.servers["10.0.0.1"].faults = (Fault(stranger),)
    ending = wait_in(world, deadline_seconds=60)
    assert ending.error is not None
    assert "(10.0.0.1): answers unknown addresses for 60 s (192.0.2.99)" in str(ending.error)


def test_nothing_ends_while_an_answer_of_unknown_addresses_is_still_looked_up() -> None:
    stranger = Answer(AnswerKind.RECORDS, frozenset({"192.0.2.99"}), 60.0)
    world = World(
        {**servers(0), "10.0.0.2": Server(10, faults=(Fault(stranger, 69.6, 80),))},
        resolvers=resolvers(2, faults=(Fault(SILENCE, everything=True),)),
    )
    assert_in_time(wait_in(world), 80 + 60)


def test_an_address_of_two_name_servers_is_watched_once() -> None:
    world = World(servers(0, 0))
    world.ns_addresses = {"ns-1.example.net": "10.0.0.1", "ns-2.example.net": "10.0.0.1"}
    ending = wait_in(world)
    assert [server.server for server in ending.outcome.servers] == ["ns-1.example.net (10.0.0.1)"]
    assert (
        len([at for at, server, name in world.asked if server.address == "10.0.0.1" and name == NAME and at < 2]) == 20
    )


def test_lost_packets_cost_little_time() -> None:
    late = []
    for seed in range(3):
        world = World({f"10.0.0.{n}": Server(10 + n, loss=0.05) for n in range(1, 5)}, seed=seed, ttl_seconds=20)
        ending = wait_in(world)
        assert_in_time(ending, 34, late_seconds=3)
        late.append(ending.at - 34)
    assert sorted(late)[1] <= 1


def test_a_longer_ttl_known_to_the_caller_is_waited_for() -> None:
    assert_in_time(wait_in(World(servers(10), ttl_seconds=20), minimum_ttl_seconds=45), 55)


def test_a_short_ttl_makes_a_short_wait() -> None:
    assert_in_time(wait_in(World(servers(10, 10), ttl_seconds=5)), 15)


def test_ipv6_servers_are_watched_where_there_is_a_route_and_reported_where_not() -> None:
    world = World({**servers(10), "2001:db8::53": Server(30)})
    assert_in_time(wait_in(world), 90)
    ending = wait_in(world, no_route=("2001:db8::53",), start_at=None)
    assert_in_time(ending, 70)
    assert ending.outcome.skipped == ("ns-2.example.net (2001:db8::53)",)


def test_without_a_route_to_any_server_there_is_no_success() -> None:
    ending = wait_in(World(servers(10)), no_route=("10.0.0.1",), deadline_seconds=100)
    assert ending.error is not None
    assert "no name server can be asked, there is no route to ns-1.example.net (10.0.0.1)" in str(ending.error)


def test_a_name_server_whose_address_is_not_known_holds_up_the_end() -> None:
    world = World(servers(10, 10), resolvers={"192.0.2.1": Resolver("10.0.0.1")})
    world.ns_unknown_until = {"ns-2.example.net": 33}
    ending = wait_in(world)
    assert any("ns-2.example.net has no known address" in line for line in ending.lines)
    assert_in_time(ending, 33 + 60, late_seconds=2.5)


def test_a_name_server_whose_address_is_never_known_is_named() -> None:
    world = World(servers(10, 10))
    world.resolvers["192.0.2.53"].faults = (Fault(SERVFAIL, everything=True),)
    ending = wait_in(world, deadline_seconds=100)
    assert ending.error is not None
    assert re.search(
        r"name server ns-2\.example\.net: no known address \(its A+ records: SERVFAIL\)", str(ending.error)
    )


def test_an_early_deadline_says_how_long_caches_may_still_hold_the_old_answer() -> None:
    ending = wait_in(World(servers(10, 10)), deadline_seconds=30)
    assert ending.error is not None
    text = r"every name server has switched, the last (19|20) s ago.* for another 4[01] s"
    assert re.search(text, str(ending.error))
    assert "192.0.2.53" not in str(ending.error)


def test_the_outcome_is_plain_json_and_tells_when_each_server_switched() -> None:
    ending = wait_in(World(servers(10, 12), resolvers=resolvers(2)))
    outcome = ending.outcome.as_dict()
    assert json.loads(json.dumps(outcome)) == outcome
    first, second = outcome["servers"]
    assert first["server"] == "ns-1.example.net (10.0.0.1)"
    assert first["status"] == "answers blue"
    assert first["switched_at"] < second["switched_at"] == outcome["since"] < outcome["released_at"]
    assert outcome["resolvers"][0]["seen_at"] >= outcome["since"]
    assert outcome["ttl_seconds"] == 60
    assert outcome["queries"] == ending.outcome.queries > 40


def test_progress_counts_down_the_ttl() -> None:
    ending = wait_in(World(servers(10, 10)))
    assert any(
        re.fullmatch(r"DNS: 2 of 2 authoritative .*; resolvers 1 of 1; \d+ s of TTL left", x) for x in ending.lines
    )
    assert len(ending.lines) < 30


def test_a_server_that_has_switched_is_asked_seldom() -> None:
    world = World(servers(0, 30))
    wait_in(world)
    asked = [moment for moment, server, name in world.asked if server.address == "10.0.0.1" and name == NAME]
    assert len([moment for moment in asked if moment < 2]) == 20
    assert len([moment for moment in asked if moment > 2]) <= 20


def test_many_names_take_no_longer_and_queries_grow_linearly() -> None:
    def ending(count: int) -> Ending:
        names = tuple(f"n{number}.example.com" for number in range(count))
        return wait_in(World(servers(5, 5), names=names, ttl_seconds=10))

    one, ten, fifty = ending(1), ending(10), ending(50)
    assert_in_time(ten, 15)
    assert_in_time(fifty, 15, late_seconds=2.5)
    assert ten.outcome.queries <= 10 * one.outcome.queries
    assert fifty.outcome.queries <= 50 * one.outcome.queries
    assert fifty.at <= 1.2 * one.at


def test_servers_far_away_that_switch_together_delay_nothing() -> None:
    assert_in_time(wait_in(World(servers(10, 10, 10, 10), round_trip_seconds=0.1)), 70)


def test_a_dead_address_is_not_flooded_for_many_names_once_it_is_back_and_delays_nothing() -> None:
    dead = Server(5, faults=(Fault(SILENCE, 0, 40, everything=True),))
    names = tuple(f"n{number}.example.com" for number in range(20))
    world = World({"10.0.0.1": Server(5), "10.0.0.2": dead}, names=names, ttl_seconds=10)
    assert_in_time(wait_in(world), 50, late_seconds=1.5)
    asked = [moment for moment, server, _ in world.asked if server.address == "10.0.0.2"]
    # Their bursts, and not as much again that had queued up before.
    assert len([moment for moment in asked if 40 <= moment < 42]) <= 1.4 * 20 * len(names)


@pytest.mark.parametrize("round_trip_seconds", [0.01, 0.1])
@pytest.mark.parametrize("after_seconds", [0.02 * step for step in range(30)])
def test_a_server_that_falls_silent_amid_its_burst_is_heard_as_soon_as_it_is_back(
    after_seconds: float, round_trip_seconds: float
) -> None:
    silence = Fault(SILENCE, 10 + after_seconds, 12.5, everything=True)
    world = World({"10.0.0.1": Server(10, faults=(silence,))}, ttl_seconds=10, round_trip_seconds=round_trip_seconds)
    ending = wait_in(world)
    assert ending.error is None
    assert 20 <= ending.at <= 12.5 + 10 + 1


@pytest.mark.parametrize("round_trip_seconds", [0.3, 0.4, 0.5, 0.7, 1.0])
def test_a_slow_server_is_not_taken_for_a_silent_one(round_trip_seconds: float) -> None:
    world = World({"10.0.0.1": Server(10)}, ttl_seconds=10, round_trip_seconds=round_trip_seconds)
    assert_in_time(wait_in(world), 20, late_seconds=1 + 4 * round_trip_seconds)


def test_an_exception_in_the_background_ends_the_wait_with_it() -> None:
    async def broken(server: Endpoint, name: str, rdtype: str, *, recursive: bool) -> Answer:
        if name == NAME:
            raise ZeroDivisionError("a mistake of ours")
        return await world.ask(server, name, rdtype, recursive=recursive)

    async def main() -> None:
        watch = Watch(world.target(), Runtime(broken, asyncio.get_running_loop().time))
        watch.start()
        await asyncio.sleep(10)
        with pytest.raises(ZeroDivisionError, match="a mistake of ours"):
            await watch.wait(300)

    world = World(servers(10))
    run_in_virtual_time(main())


def test_stopping_leaves_nothing_running_and_tells_of_an_exception() -> None:
    async def broken(server: Endpoint, name: str, rdtype: str, *, recursive: bool) -> Answer:
        raise ZeroDivisionError(f"a mistake of ours {server, name, rdtype, recursive}")

    async def main() -> None:
        good, bad = world.watch(), Watch(world.target(), Runtime(broken, asyncio.get_running_loop().time))
        for watch in (good, good, bad):
            watch.start()
        await asyncio.sleep(3)
        await good.stop()
        with pytest.raises(ZeroDivisionError):
            await bad.stop()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    world = World(servers(10))
    run_in_virtual_time(main())


def test_a_second_wait_begins_from_nothing() -> None:
    async def main() -> None:
        watch = world.watch()
        with pytest.raises(PropagationTimeout):
            await watch.wait(30)
        await asyncio.sleep(60)
        outcome = await watch.wait(300)
        assert world.truly_released <= 90 + 60 <= world.now <= 90 + 61
        assert outcome.waited_seconds == pytest.approx(60, abs=1)

    world = World(servers(10, 12))
    run_in_virtual_time(main())


def test_a_wait_that_is_cancelled_stops_asking() -> None:
    async def main() -> None:
        watch = world.watch()
        waiting = asyncio.create_task(watch.wait(300))
        await asyncio.sleep(5)
        waiting.cancel()
        await asyncio.wait({waiting})
        assert waiting.cancelled()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    world = World(servers(10))
    run_in_virtual_time(main())
