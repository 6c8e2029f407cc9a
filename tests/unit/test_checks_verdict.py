"""What follows from checks that do not hold: a refusal, a warning, or nothing because of an override."""

from dataclasses import replace

import pytest

from cutover.checks import check
from cutover.checks.check import ALIKE, AWAKE, CAPACITY, LOAD_TEST, PROBES, WAIVABLE, Check, Verdict
from cutover.refusal import Refusal

EVERY = sorted({AWAKE, ALIKE, *WAIVABLE})
NOTHING: frozenset[str] = frozenset()


def failing(name: str) -> Check:
    return Check(name, False, f"{name} is bad", f"{name} to be good")


def names(found: Verdict) -> tuple[list[str], list[str], list[str]]:
    """Those that refuse, those that warn, those that are waived."""
    parts = (found.refusing, found.warning, found.waived)
    return tuple([check.name for check in part] for part in parts)  # type: ignore[return-value]  # three of them


def test_checks_that_hold_have_no_consequence() -> None:
    holding = [Check(name, True, "", "") for name in EVERY]
    assert check.verdict(holding, tag_back=False, waived=NOTHING) == Verdict((), (), ())


@pytest.mark.parametrize("name", sorted({AWAKE, *WAIVABLE}))
def test_each_check_that_fails_alone_refuses_a_tag_in(name: str) -> None:
    assert names(check.verdict([failing(name)], tag_back=False, waived=NOTHING)) == ([name], [], [])


@pytest.mark.parametrize("tag_back", [False, True])
def test_a_difference_between_the_colours_only_warns(tag_back: bool) -> None:
    assert names(check.verdict([failing(ALIKE)], tag_back=tag_back, waived=NOTHING)) == ([], [ALIKE], [])


def test_a_tag_back_is_refused_by_awake_and_capacity_alone() -> None:
    refusing, warning, waived = names(check.verdict(map(failing, EVERY), tag_back=True, waived=NOTHING))
    assert refusing == [AWAKE, CAPACITY]
    assert sorted([*refusing, *warning]) == EVERY
    assert waived == []


def test_a_waived_check_does_not_refuse_and_the_others_still_do() -> None:
    found = check.verdict([failing(CAPACITY), failing(PROBES)], tag_back=False, waived=frozenset({PROBES}))
    assert names(found) == ([CAPACITY], [], [PROBES])


def test_with_capacity_waived_a_tag_back_works_when_aws_says_nothing() -> None:
    found = check.verdict(map(failing, sorted(WAIVABLE)), tag_back=True, waived=frozenset({CAPACITY}))
    assert found.refusing == ()
    assert [waived.name for waived in found.waived] == [CAPACITY]


def test_a_check_that_the_config_makes_optional_only_warns() -> None:
    optional = replace(failing(LOAD_TEST), only_warns=True)
    assert names(check.verdict([optional], tag_back=False, waived=NOTHING)) == ([], [LOAD_TEST], [])


@pytest.mark.parametrize("tag_back", [False, True])
def test_awake_is_never_waived(tag_back: bool) -> None:
    found = check.verdict([failing(AWAKE)], tag_back=tag_back, waived=frozenset(EVERY))
    assert names(found) == ([AWAKE], [], [])


def test_a_check_that_is_waived_and_holds_is_not_mentioned() -> None:
    found = check.verdict([Check(PROBES, True, "", "")], tag_back=False, waived=frozenset({PROBES}))
    assert found == Verdict((), (), ())


def test_only_a_colour_that_is_asleep_is_hopeless() -> None:
    assert check.verdict([failing(AWAKE)], tag_back=False, waived=NOTHING).hopeless
    assert not check.verdict([failing(CAPACITY)], tag_back=False, waived=NOTHING).hopeless


def test_nothing_is_refused_when_checks_only_warn_or_are_waived() -> None:
    check.refuse(Verdict((), (failing(ALIKE),), (failing(PROBES),)), "amber", "www: amber 100")


def test_the_refusal_names_the_checks_first_then_what_each_saw_and_allows() -> None:
    with pytest.raises(Refusal) as refused:
        check.refuse(Verdict((failing(CAPACITY), failing(PROBES)), (failing(ALIKE),)), "violet", "www: amber 100")
    refusal = refused.value
    assert refusal.problem == "violet is not ready to carry the traffic: capacity, probes"
    assert refusal.seen == "capacity: capacity is bad; probes: probes is bad (Route 53 now: www: amber 100)"
    assert refusal.allowed == "capacity: capacity to be good; probes: probes to be good"
    assert refusal.next_step == "pulumi up -s violet, then pulumi up -s live again"


def test_a_colour_that_is_asleep_is_to_be_woken() -> None:
    with pytest.raises(Refusal) as refused:
        check.refuse(Verdict((failing(AWAKE),), ()), "violet", "")
    assert refused.value.next_step == "pulumi config set awake true -s violet && pulumi up --refresh -s violet"


def test_every_check_has_one_line_that_says_whether_it_holds() -> None:
    assert check.lines([Check(CAPACITY, True, "4 instances", "4"), failing(PROBES)]) == (
        "capacity: ok, 4 instances",
        "probes: NOT READY, probes is bad; allowed: probes to be good",
    )


def test_what_is_not_asked_is_neither_called_good_nor_warned_of() -> None:
    unasked = Check(PROBES, True, "port is not set", "anything", asked=False)
    assert check.lines([unasked]) == ("probes: not asked, port is not set",)
    found = check.verdict([unasked], tag_back=False, waived=frozenset())
    assert (found.refusing, check.warnings(found)) == ((), ())


def test_what_is_waived_is_told_louder_than_what_warns() -> None:
    assert check.warnings(Verdict((failing(CAPACITY),), (failing(ALIKE),), (failing(PROBES),))) == (
        "OVERRIDE waives probes: probes is bad; allowed: probes to be good",
        "alike does not hold: alike is bad; allowed: alike to be good",
    )
