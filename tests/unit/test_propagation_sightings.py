"""Whose addresses are these."""

import pytest

from propagation.answer import Endpoint
from propagation.observation import Sighting, Worth, classify, records_by_answer, remember

HERE, THERE = Endpoint("192.0.2.1"), Endpoint("192.0.2.2")
ANSWERS = {"red": frozenset({"198.51.100.1", "198.51.100.2"}), "blue": frozenset({"203.0.113.1"})}


@pytest.mark.parametrize(
    ("addresses", "verdict"),
    [
        ({"203.0.113.1"}, Worth.EXPECTED),
        ({"198.51.100.1"}, Worth.OTHER),
        ({"203.0.113.1", "198.51.100.2"}, Worth.OTHER),
        ({"192.0.2.9", "198.51.100.2"}, Worth.OTHER),
        ({"203.0.113.1", "192.0.2.9"}, Worth.UNKNOWN),
        ({"192.0.2.9"}, Worth.UNKNOWN),
        (set(), Worth.UNKNOWN),
    ],
)
def test_one_old_address_is_enough_to_be_old_and_all_must_be_new_to_be_new(addresses: set[str], verdict: Worth) -> None:
    assert classify(addresses, ANSWERS, "blue") is verdict


def test_without_known_addresses_nothing_is_new() -> None:
    assert classify({"203.0.113.1"}, {}, "blue") is Worth.UNKNOWN


def test_an_address_is_of_the_answer_it_was_last_seen_at() -> None:
    first, then = Sighting(HERE, "red", "192.0.2.7", 10), Sighting(HERE, "blue", "192.0.2.7", 20)
    assert records_by_answer([then, first], HERE, "blue") == {"blue": {"192.0.2.7"}}
    again = Sighting(HERE, "red", "192.0.2.7", 30)
    assert records_by_answer([first, then, again], HERE, "blue") == {"red": {"192.0.2.7"}}


def test_of_two_equally_fresh_sightings_the_one_of_the_other_answer_counts() -> None:
    both = [Sighting(HERE, "red", "192.0.2.7", 10), Sighting(HERE, "blue", "192.0.2.7", 10)]
    assert records_by_answer(both, HERE, "blue") == {"red": {"192.0.2.7"}}
    assert records_by_answer(both, HERE, "red") == {"blue": {"192.0.2.7"}}


def test_a_servers_own_view_comes_before_fresher_ones_of_others() -> None:
    sightings = [Sighting(HERE, "red", "192.0.2.7", 10), Sighting(THERE, "blue", "192.0.2.7", 20)]
    assert records_by_answer(sightings, HERE, "blue") == {"red": {"192.0.2.7"}}
    assert records_by_answer(sightings, THERE, "blue") == {"blue": {"192.0.2.7"}}


def test_what_others_know_fills_the_gaps() -> None:
    sightings = [Sighting(None, "red", "192.0.2.7", 10), Sighting(THERE, "blue", "192.0.2.8", 20)]
    assert records_by_answer(sightings, HERE, "blue") == {"red": {"192.0.2.7"}, "blue": {"192.0.2.8"}}


def test_addresses_seen_lately_are_remembered_and_old_ones_forgotten() -> None:
    old, recent = Sighting(HERE, "red", "192.0.2.7", 10), Sighting(HERE, "red", "192.0.2.8", 100)
    assert remember([old, recent], [], forget_before=50) == (recent,)
    newer = Sighting(HERE, "red", "192.0.2.8", 110)
    assert remember([recent], [newer], forget_before=50) == (newer,)
    assert remember([newer], [recent], forget_before=50) == (newer,)
