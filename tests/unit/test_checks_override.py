"""An override waives named checks, for one release of one colour and no other."""

import json

import pytest

from cutover.checks import override
from cutover.checks.check import ALIKE, AWAKE, WAIVABLE
from cutover.checks.override import Override, Waiver
from cutover.in_charge import Entry

NOBODY_YET: tuple[Entry, ...] = ()
PROBES_OF_VIOLET = Override("violet", "2.0.0", ("probes",))


def text(attempt: object = "violet@2.0.0", checks: object = ("probes",)) -> str:
    return json.dumps({"attempt": attempt, "checks": checks})


def test_an_attempt_and_its_checks_are_read() -> None:
    assert override.parse(text()) == PROBES_OF_VIOLET


def test_every_check_but_awake_may_be_named() -> None:
    found = override.parse(text(checks=sorted(WAIVABLE)))
    assert found is not None
    assert set(found.checks) == {"capacity", "current", "settled", "probes", "certificate", "release", "offsite"} | {
        "records",
        "dns",
        "load-test",
    }


@pytest.mark.parametrize("nothing", ["", "{}", " {} "])
def test_there_may_be_none(nothing: str) -> None:
    assert override.parse(nothing) is None


@pytest.mark.parametrize("name", [AWAKE, ALIKE, "weights", "Probes", "", "*", None, 1, ["probes"]])
def test_an_unknown_check_is_refused_by_its_name(name: object) -> None:
    with pytest.raises(ValueError, match=r"^checks: ") as refused:
        override.parse(text(checks=["probes", name]))
    assert str(name) in str(refused.value)


@pytest.mark.parametrize("attempt", ["violet", "@2.0.0", "violet@", "", None, 2, ["violet", "2.0.0"]])
def test_an_attempt_is_a_colour_and_a_release(attempt: object) -> None:
    with pytest.raises(ValueError, match=r"^attempt: "):
        override.parse(text(attempt))


@pytest.mark.parametrize("checks", [[], "probes", {"probes": True}, None])
def test_checks_are_a_list_of_at_least_one(checks: object) -> None:
    with pytest.raises(ValueError, match=r"^checks: "):
        override.parse(text(checks=checks))


@pytest.mark.parametrize(
    "malformed",
    ["probes", "[]", '"violet@2.0.0"', "0", '{"attempt": "violet@2.0.0"}', '{"checks": ["probes"]}',
     '{"attempt": "violet@2.0.0", "checks": ["probes"], "until": "tomorrow"}'],
)  # fmt: skip
def test_anything_else_is_malformed(malformed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # JSON's own error is as good
        override.parse(malformed)


def test_it_waives_its_checks_for_its_colour_and_release_and_says_so() -> None:
    waiver = override.decide(PROBES_OF_VIOLET, "violet", "2.0.0", NOBODY_YET)
    assert waiver == Waiver(frozenset({"probes"}), "OVERRIDE in force: probes for violet@2.0.0")


@pytest.mark.parametrize(("colour", "release"), [("amber", "2.0.0"), ("violet", "2.0.1"), ("violet", "2.0.0 ")])
def test_for_another_colour_or_release_it_is_ignored_and_says_so(colour: str, release: str) -> None:
    waiver = override.decide(PROBES_OF_VIOLET, colour, release, NOBODY_YET)
    assert waiver.checks == frozenset()
    assert waiver.line == f"the override of probes for violet@2.0.0 is ignored: this attempt is {colour}@{release}"


def test_without_one_nothing_is_waived_and_nothing_said() -> None:
    assert override.decide(None, "violet", "2.0.0", NOBODY_YET) == Waiver(frozenset(), "")


def test_awake_is_not_waived_even_by_an_override_that_was_not_read_from_config() -> None:
    unread = Override("violet", "2.0.0", (AWAKE, "probes"))
    assert override.decide(unread, "violet", "2.0.0", NOBODY_YET).checks == {"probes"}


def test_it_is_used_up_by_the_attempt_that_it_let_through() -> None:
    history = (Entry(1.0, "violet", "2.0.0", override=str(PROBES_OF_VIOLET)), Entry(2.0, "amber", "1.0.0"))
    waiver = override.decide(PROBES_OF_VIOLET, "violet", "2.0.0", history)
    assert waiver.checks == frozenset()
    assert "it was used" in waiver.line


def test_an_attempt_that_needed_no_override_does_not_use_it_up() -> None:
    history = (Entry(1.0, "violet", "2.0.0"), Entry(2.0, "amber", "1.0.0", override="probes for amber@1.0.0"))
    assert override.decide(PROBES_OF_VIOLET, "violet", "2.0.0", history).checks == {"probes"}


def test_it_is_recorded_for_the_attempt_it_is_for_and_no_other() -> None:
    assert override.in_force(PROBES_OF_VIOLET, {"violet": "2.0.0", "amber": "1"}) == "probes for violet@2.0.0"
    assert override.in_force(PROBES_OF_VIOLET, {"violet": "2.0.1"}) == ""
    assert override.in_force(PROBES_OF_VIOLET, {"amber": "2.0.0"}) == ""
    assert override.in_force(None, {"violet": "2.0.0"}) == ""


def test_when_the_history_is_lost_it_may_have_been_used_and_waives_nothing() -> None:
    waiver = override.decide(PROBES_OF_VIOLET, "violet", "2.0.0", NOBODY_YET, lost=True)
    assert waiver.checks == frozenset()
    assert "the history of in-charge is lost" in waiver.line


def test_the_override_of_a_colour_names_stragglers_and_nothing_else() -> None:
    assert override.parse_of_colour(text(checks=["stragglers"])) == Override("violet", "2.0.0", ("stragglers",))
    assert override.parse_of_colour("{}") is None
    with pytest.raises(ValueError, match=r"^checks: probes"):
        override.parse_of_colour(text(checks=["stragglers", "probes"]))
    with pytest.raises(ValueError, match=r"^checks: stragglers"):
        override.parse(text(checks=["stragglers"]))


def test_the_override_of_a_colour_is_for_the_release_of_its_config() -> None:
    left_behind = Override("violet", "2.0.0", ("stragglers",))
    waiver = override.decide_of_colour(left_behind, "violet", "2.0.0")
    assert waiver == Waiver(frozenset({"stragglers"}), "OVERRIDE in force: stragglers for violet@2.0.0")
    assert override.decide_of_colour(left_behind, "violet", "2.0.1").checks == frozenset()
    assert override.decide_of_colour(left_behind, "amber", "2.0.0").checks == frozenset()
    assert override.decide_of_colour(None, "violet", "2.0.0") == Waiver(frozenset(), "")
