"""What the history of in-charge says, and what of it says nothing."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutover import freeze, in_charge
from cutover.drain import Drain
from cutover.freeze import TrafficState
from cutover.in_charge import Entry, Value, Version

GOOD = {
    "colour": "amber",
    "release": "1.0.0",
    "group": "amber-1",
    "attempt": "one",
    "share": {"violet": 5},
    "override": "probes for amber@1.0.0",
}


def version(number: int, value: object) -> Version:
    return Version(number, 100.0 * number, value if isinstance(value, str) else json.dumps(value))


def test_a_version_names_who_was_in_charge_since_when() -> None:
    found = in_charge.history_of([version(1, GOOD)], 500.0)
    sharing = frozenset({"violet"})
    assert found.entries == (Entry(100.0, "amber", "1.0.0", "amber-1", sharing, "probes for amber@1.0.0"),)
    assert (found.unreadable, found.latest_unreadable, found.read_at) == ((), "", 500.0)
    assert in_charge.warning(found, "/in-charge") == ""


def test_what_is_written_is_read_again() -> None:
    for value in (Value("amber"), Value("amber", "1.0.0", "amber-1", "one", {"violet": 5}, "probes for it", 2)):
        assert Value.parse(value.to_json()) == value
    assert Value("amber", share={"violet": 5}).live == {"amber", "violet"}


def test_what_is_written_is_the_text_that_worlds_have_already() -> None:
    """Another text, be it in the order of its keys, would be a change of every world there is."""
    said = Value("amber", "1.0.0", "amber-1", "one", {"violet": 5}, "probes for amber@1.0.0")
    assert said.to_json() == json.dumps(GOOD)
    assert json.loads(Value("amber").to_json()).keys() == GOOD.keys()
    assert json.loads(Value("amber", restored=2).to_json())["restored"] == 2


def test_versions_are_put_in_their_order() -> None:
    found = in_charge.history_of([version(10, {"colour": "violet"}), version(9, {"colour": "amber"})], 0.0)
    assert [entry.colour for entry in found.entries] == ["amber", "violet"]
    assert found.latest == '{"colour": "violet"}'


def test_before_there_is_one_it_is_empty() -> None:
    found = in_charge.history_of([], 7.0)
    assert (found.entries, found.latest, found.latest_unreadable, found.read_at) == ((), None, "", 7.0)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("amber", "no JSON"),
        ("", "no JSON"),
        ("[" * 3000, "no JSON"),
        ('"amber"', "no JSON object"),
        ([GOOD], "no JSON object"),
        ("null", "no JSON object"),
        ({}, "no colour"),
        ({"colour": ""}, "no colour"),
        ({"colour": None}, "no colour"),
        ({"release": "1.0.0"}, "no colour"),
        ({"colour": ["amber"]}, "colour of another type"),
        ({"colour": {"amber": 1}}, "colour of another type"),
        ({**GOOD, "release": 1.1}, "release of another type"),
        ({**GOOD, "group": ["amber-1"]}, "group of another type"),
        ({**GOOD, "override": {"checks": []}}, "override of another type"),
        ({**GOOD, "share": "violet"}, "share of another type"),
        ({**GOOD, "share": ["violet"]}, "share of another type"),
    ],
)
def test_a_version_that_names_nobody_is_put_aside_and_the_rest_decides(value: object, problem: str) -> None:
    found = in_charge.history_of([version(1, GOOD), version(2, value), version(3, GOOD)], 0.0)
    assert [entry.at for entry in found.entries] == [100.0, 300.0]
    assert len(found.unreadable) == 1
    assert found.unreadable[0].startswith("version 2 is ")
    assert found.unreadable[0].endswith(f"({problem})")
    assert found.latest_unreadable == ""
    assert "skipped: 1 (version 2 is" in in_charge.warning(found, "/in-charge")


def test_the_latest_one_that_names_nobody_is_told_apart() -> None:
    found = in_charge.history_of([version(1, GOOD), version(2, "amber")], 0.0)
    assert found.latest_unreadable == "version 2 is 'amber' (no JSON)"
    assert len(found.entries) == 1


def test_what_somebody_wrote_is_shown_escaped_and_short() -> None:
    found = in_charge.history_of([version(1, "\x1b[31mé" + "x" * 4000)], 0.0)
    assert "\\x1b[31m\\xe9" in found.latest_unreadable
    assert found.latest_unreadable.isprintable()
    assert len(found.latest_unreadable) < 120


def test_many_are_counted_and_the_newest_shown() -> None:
    found = in_charge.history_of([version(number, "x") for number in range(1, 51)], 0.0)
    said = in_charge.warning(found, "/in-charge")
    assert "skipped: 50 (version 48" in said
    assert "version 50" in said
    assert "version 47" not in said


def test_an_entry_that_was_written_anew_says_so() -> None:
    assert in_charge.history_of([version(1, {**GOOD, "restored": 2})], 0.0).entries[0].restored
    assert not in_charge.history_of([version(1, GOOD)], 0.0).entries[0].restored


SAID = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda one: st.lists(one) | st.dictionaries(st.text(), one),
)
BY_HAND = st.text() | SAID | st.fixed_dictionaries({}, optional=dict.fromkeys(GOOD, SAID))


@settings(max_examples=30)
@given(BY_HAND, BY_HAND)
def test_whatever_somebody_wrote_in_between_later_reads_go_on(one: object, other: object) -> None:
    """One that says nothing used to make every later read fail, for as long as AWS keeps it: a hundred versions."""
    written = [version(1, one), version(2, {"colour": "amber"}), version(3, other), version(4, {"colour": "violet"})]
    found = in_charge.history_of(written, 1000.0)
    assert {200.0, 400.0} <= {entry.at for entry in found.entries}
    assert found.latest_unreadable == ""
    assert found.entries[-1].colour == "violet"
    assert len(found.entries) + len(found.unreadable) == 4
    assert in_charge.warning(found, "/in-charge").isprintable()
    weights = {"www": {"amber": 0, "violet": 100}}
    traffic = TrafficState(weights, found.entries, found.read_at, found.latest_unreadable, drain=Drain(60))
    assert freeze.frozen_because("violet", traffic, 1000.0) is not None
    assert freeze.frozen_because("amber", traffic, 400.0 + freeze.DRAIN_SECONDS + 1) is None


@settings(max_examples=30)
@given(BY_HAND)
def test_whatever_the_latest_is_nobody_is_taken_for_idle_by_it(written: object) -> None:
    found = in_charge.history_of([version(1, {"colour": "amber"}), version(2, written)], 1000.0)
    named_nobody = bool(found.latest_unreadable)
    traffic = TrafficState({"www": {"amber": 0, "violet": 0}}, found.entries, 1000.0, found.latest_unreadable)
    assert named_nobody or found.entries[-1].at == 200.0
    assert freeze.frozen_because("amber", traffic, 201.0) is not None
