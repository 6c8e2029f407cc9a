"""When in-charge is written anew: lost, unreadable, or changed by hand; never without need."""

import json
from typing import Any

import pytest

from cutover import in_charge, restoration
from cutover.in_charge import History, Version
from cutover.owned import Owned
from cutover.restoration import COUNT, Evidence, Restoration
from cutover.weights import Weights

NAME, PARAMETER = "www.shop.example", "/tag-team/www.shop.example/in-charge"
ATTEMPT = {"active": "amber", "release": "1.0.0", "names": [NAME], "endpoint": {}, "shares": {"amber": 100}}
WRITTEN = json.dumps({"colour": "amber", "release": "1.0.0", "attempt": "one"})
IN_PLACE: Weights = {NAME: {"amber": 100, "violet": 0}}
LOST: tuple[str, ...] = ()


def state(ready: dict[str, Any] | None = None, written: str | None = WRITTEN) -> list[Owned]:
    made = [Owned("ready", "pulumi:index:Stash", {"input": ready or ATTEMPT, "output": ready or ATTEMPT})]
    if written is not None:
        outputs = {"name": PARAMETER, "insecureValue": written}
        made.append(Owned("in-charge", "aws:ssm/parameter:Parameter", outputs))
    return made


def decide(
    owned: list[Owned], *values: str, weights: Weights = IN_PLACE, attempt: dict[str, Any] | None = None
) -> Restoration:
    versions = [Version(number, float(number), value) for number, value in enumerate(values, start=1)]
    return restoration.decide(Evidence(owned, in_charge.history_of(versions, 99.0), weights), attempt or ATTEMPT)


def test_with_nothing_lost_nothing_is_restored() -> None:
    assert decide(state(), WRITTEN) == Restoration()
    assert decide(state({**ATTEMPT, "shares": {"amber": 100.0}}), WRITTEN) == Restoration(), "numbers of the engine"
    assert decide(state(), "amber", WRITTEN) == Restoration(), "put right again"


def test_a_lost_parameter_makes_the_same_attempt_another_one() -> None:
    assert decide(state()) == Restoration(1, f"{PARAMETER} was lost", lost=True)
    assert decide(state({**ATTEMPT, COUNT: 1})).count == 2
    assert decide(state({**ATTEMPT, COUNT: 1.0})).count == 2


def test_what_was_restored_once_stays_counted_so_that_the_next_update_changes_nothing() -> None:
    assert decide(state({**ATTEMPT, COUNT: 1}), WRITTEN) == Restoration(1)


def test_another_attempt_needs_no_count() -> None:
    violet = {**ATTEMPT, "active": "violet"}
    assert decide(state({**ATTEMPT, COUNT: 3}), WRITTEN, attempt=violet) == Restoration()


def test_another_attempt_says_too_that_what_was_before_it_is_not_known() -> None:
    violet = {**ATTEMPT, "active": "violet", "shares": {"violet": 100}}
    assert decide(state({**ATTEMPT, COUNT: 3}), attempt=violet) == Restoration(1, f"{PARAMETER} was lost", lost=True)
    # A tag-back after a wait that failed: the other one has carried everything, and was never named.
    back = decide(state(violet), WRITTEN, weights={NAME: {"amber": 0, "violet": 100}})
    assert back.count == 1
    assert "the weights are not what in-charge says" in back.because


def test_a_name_that_is_new_has_no_weights_yet_and_that_is_no_change_by_hand() -> None:
    both = {**ATTEMPT, "names": [NAME, "api.shop.example"]}
    assert decide(state(), WRITTEN, weights={**IN_PLACE, "api.shop.example": {}}, attempt=both) == Restoration()


def test_before_the_first_one_was_written_nothing_is_lost() -> None:
    assert decide(state(written=None)) == Restoration()
    assert decide([]) == Restoration()


@pytest.mark.parametrize("value", ["amber", "{}", "[]"])
def test_one_that_cannot_be_read_is_repaired(value: str) -> None:
    found = decide(state(), WRITTEN, value)
    assert found.count == 1
    assert "cannot be read: version 2" in found.because
    assert not found.lost
    assert decide(state(), value).lost


def test_one_that_somebody_wrote_is_repaired() -> None:
    found = decide(state(), WRITTEN, '{"colour": "violet"}')
    assert (found.count, found.lost) == (1, False)
    assert "is not what the state has of it" in found.because


def test_an_attempt_that_has_not_ended_is_not_taken_for_a_change_by_hand() -> None:
    before = json.dumps({"colour": "violet", "release": "2.0.0"})
    assert decide(state(written=before), before) == Restoration()
    assert decide(state(written=before), before, WRITTEN) == Restoration(), "cut short between AWS and the state"
    assert decide(state(written="{not JSON"), WRITTEN) == Restoration()


@pytest.mark.parametrize(
    "now",
    [
        {NAME: {"amber": 0, "violet": 0}},
        {NAME: {"amber": 100, "violet": 1}},
        {NAME: {"amber": 100, "before": 1}},
        {NAME: {}},
    ],
)
def test_weights_that_this_stack_did_not_set_are_waited_for_and_written_down(now: Weights) -> None:
    assert "the weights are not what in-charge says" in decide(state(), WRITTEN, weights=now).because


@pytest.mark.parametrize(
    "now", [{NAME: {"amber": 100}}, {NAME: {"amber": 50, "violet": 0}}, {NAME: {"amber": 100, "before": 0}}]
)
def test_a_set_without_weight_beside_it_makes_no_difference(now: Weights) -> None:
    assert decide(state(), WRITTEN, weights=now) == Restoration()


def test_a_share_is_no_change_by_hand() -> None:
    sharing = {**ATTEMPT, "shares": {"amber": 100, "violet": 5}}
    both: Weights = {NAME: {"amber": 100, "violet": 5}}
    written = json.dumps({"colour": "amber", "release": "1.0.0", "share": {"violet": 5}})
    assert decide(state(sharing, written), written, weights=both, attempt=sharing) == Restoration()
    assert decide(state(sharing, written), written, weights=IN_PLACE, attempt=sharing).count == 1


def test_a_share_that_was_cut_short_is_no_change_by_hand() -> None:
    sharing = {**ATTEMPT, "shares": {"amber": 100, "violet": 5}}
    assert decide(state(sharing), WRITTEN, attempt=sharing) == Restoration()


def test_no_history_at_all_is_the_same_as_an_empty_one() -> None:
    assert restoration.decide(Evidence(state(), History(), IN_PLACE), ATTEMPT).lost
