"""Which answers a name may have had, and when: what a test of "never a moment of no answer" is judged by."""

import pytest

from lab.aws.record_set import RecordSet
from lab.dns.answers import over_time, possible
from lab.dns.timeline import Timeline
from lab.dns.world import History, Host, World, Zone
from lab.messages import Answer, Answers, ServerFault

ONE, TWO = "one-1.eu-central-1.elb.amazonaws.com.", "two-1.eu-central-1.elb.amazonaws.com."
WWW, API = "www.example.test.", "api.example.test."
ALIAS_TTL = 60
APEX = (
    RecordSet("example.test.", "NS", 172800, ("ns.awsdns-1.com.",)),
    RecordSet("example.test.", "SOA", 900, ("ns.awsdns-1.com. host.example. 1 7200 900 1209600 86400",)),
)
HOSTS = {ONE: Host(("127.64.0.2", "127.64.0.1"), ALIAS_TTL), TWO: Host(("127.64.0.3",), ALIAS_TTL)}
TO_ONE = Answer(1.0, "NOERROR", ("127.64.0.1", "127.64.0.2"), ALIAS_TTL)
TO_TWO = Answer(1.0, "NOERROR", ("127.64.0.3",), ALIAS_TTL)
NO_DATA, NO_NAME = Answer(1.0, "NOERROR", (), 900), Answer(1.0, "NXDOMAIN", (), 900)


def pair(one: int, two: int) -> tuple[RecordSet, ...]:
    return (
        RecordSet(WWW, "A", set_identifier="one", weight=one, alias=ONE),
        RecordSet(WWW, "A", set_identifier="two", weight=two, alias=TWO),
    )


def world(*record_sets: RecordSet) -> World:
    return World((Zone("example.test.", APEX + record_sets),), HOSTS)


def answers(name: str, *record_sets: RecordSet) -> tuple[Answer, ...]:
    return possible(world(*record_sets), name, ALIAS_TTL)


def test_one_answer_is_certain_where_only_one_has_weight() -> None:
    assert answers(WWW, *pair(100, 0)) == (TO_ONE,)


def test_answers_are_as_likely_as_their_weights_and_the_likeliest_is_first() -> None:
    first, second = answers(WWW, *pair(25, 75))
    assert (first.chance, first.addresses) == (0.75, TO_TWO.addresses)
    assert (second.chance, second.addresses) == (0.25, TO_ONE.addresses)


def test_with_all_weights_zero_every_answer_is_possible() -> None:
    assert [one.chance for one in answers(WWW, *pair(0, 0))] == [0.5, 0.5]


def test_an_alias_to_the_pair_has_the_answers_of_the_pair() -> None:
    further = RecordSet(API, "A", alias=WWW)
    assert answers(API, further, *pair(25, 75)) == answers(WWW, *pair(25, 75))


def test_a_pair_of_aliases_to_a_pair_has_the_chances_of_both_and_equal_answers_count_once() -> None:
    further = (
        RecordSet(API, "A", set_identifier="a", weight=1, alias=WWW),
        RecordSet(API, "A", set_identifier="b", weight=1, alias=TWO),
    )
    assert {one.addresses: one.chance for one in answers(API, *further, *pair(1, 1))} == {
        TO_TWO.addresses: 0.75,
        TO_ONE.addresses: 0.25,
    }


def test_what_is_not_there_is_told_apart_from_what_has_no_addresses() -> None:
    assert answers(API) == (NO_NAME,)
    assert answers(API, RecordSet(API, "TXT", 30, ('"text"',))) == (NO_DATA,)
    assert answers("www.elsewhere.test.") == (Answer(1.0, "REFUSED"),)


def test_a_cname_is_followed_to_a_load_balancer_and_kept_for_the_shorter_time() -> None:
    assert answers(API, RecordSet(API, "CNAME", 30, (TWO,))) == (Answer(1.0, "NOERROR", TO_TWO.addresses, 30),)


def test_a_cname_to_where_the_lab_does_not_reach_leads_somewhere() -> None:
    (found,) = answers(API, RecordSet(API, "CNAME", 30, ("host.elsewhere.test",)))
    assert (found.elsewhere, found.addresses, found.leads_somewhere) == ("host.elsewhere.test.", (), True)


def test_a_cname_to_a_load_balancer_that_is_gone_leads_nowhere() -> None:
    (found,) = answers(API, RecordSet(API, "CNAME", 30, ("gone-1.eu-central-1.elb.amazonaws.com",)))
    assert (found.rcode, found.leads_somewhere) == ("NXDOMAIN", False)


def test_aliases_that_lead_in_a_circle_lead_nowhere() -> None:
    there = (RecordSet(WWW, "A", alias=API), RecordSet(API, "A", alias=WWW))
    assert answers(WWW, *there) == (NO_DATA,)


def intervals(found: list[Answers]) -> list[tuple[float, float, tuple[Answer, ...]]]:
    return [(one.since, one.until, one.answers) for one in found]


@pytest.fixture
def history() -> History:
    """The name goes from one to two, but for a second in between it is not there."""
    there = History(0.0, world(*pair(100, 0)))
    there.add(5.0, world())
    there.add(6.0, world(*pair(0, 100)))
    return there


def test_a_gap_of_a_second_is_there_to_be_seen(history: History) -> None:
    found = over_time(history, Timeline(0.0), WWW, ALIAS_TTL, now=10.0)
    assert intervals(found) == [(0.0, 5.0, (TO_ONE,)), (5.0, 6.0, (NO_NAME,)), (6.0, 10.0, (TO_TWO,))]
    assert [one.always_lead_somewhere for one in found] == [True, False, True]


def test_a_server_that_lags_had_the_gap_later(history: History) -> None:
    timeline = Timeline(0.0)
    timeline.set(1.0, ServerFault(lag_seconds=2.0))
    found = over_time(history, timeline, WWW, ALIAS_TTL, now=10.0)
    assert [(one.since, one.until) for one in found if not one.always_lead_somewhere] == [(7.0, 8.0)]


def test_a_server_that_is_silent_gives_nobody_an_answer(history: History) -> None:
    timeline = Timeline(0.0)
    timeline.set(2.0, ServerFault(fault="drop"))
    timeline.set(3.0, ServerFault())
    found = over_time(history, timeline, WWW, ALIAS_TTL, now=4.0)
    assert intervals(found) == [(0.0, 2.0, (TO_ONE,)), (2.0, 3.0, ()), (3.0, 4.0, (TO_ONE,))]
    assert found[1].fault == "drop"
    assert not found[1].always_lead_somewhere


def test_an_alias_to_a_load_balancer_that_is_gone_may_lead_nowhere_if_it_has_any_weight() -> None:
    gone = RecordSet(WWW, "A", set_identifier="two", weight=1, alias="gone-1.eu-central-1.elb.amazonaws.com.")
    history = History(0.0, world(pair(99, 0)[0], gone))
    (found,) = over_time(history, Timeline(0.0), WWW, ALIAS_TTL, now=1.0)
    assert [one.leads_somewhere for one in found.answers] == [True, False]
    assert not found.always_lead_somewhere
