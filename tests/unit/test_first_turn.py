"""A further name that has another record comes in once its clients can be served, and not by a tag-in."""

from typing import Any

import pytest

from cutover import first_turn
from cutover.first_turn import Turn
from cutover.further_names import Switch, astray
from cutover.record_set import RecordSet
from cutover.refusal import Refusal
from tests.unit.zone_of import simple

WWW, API, OLD = "www.shop.example", "api.shop.example", "old.shop.example"
SWITCH = Switch(WWW, "ZONE")
STRANGE = astray({name: [RecordSet.of(simple(name, "192.0.2.7"))] for name in (API, OLD)}, (API, OLD), SWITCH)
WHY = ["certificate of amber: ISSUED, for www.shop.example"]


def turn(**changes: Any) -> Turn:
    usual = {"active": "amber", "idle": "violet", "is_in_charge": True, "is_carried": True, "uncovered": {}}
    return Turn(**{**usual, **changes})


@pytest.mark.parametrize("is_in_charge", [True, False])
def test_once_everybody_who_serves_it_covers_it_it_is_refused_with_the_batch(is_in_charge: bool) -> None:
    with pytest.raises(Refusal, match=f"{API}, {OLD} do not follow {WWW}") as refused:
        first_turn.left_out(STRANGE, turn(is_in_charge=is_in_charge), SWITCH)
    assert refused.value.next_step.count('"Action": "UPSERT"') == 2


def test_before_that_a_tag_in_leaves_it_alone_and_says_so() -> None:
    coming = turn(is_in_charge=False, uncovered={API: WHY, OLD: WHY})
    names = first_turn.left_out(STRANGE, coming, SWITCH)
    assert names == (API, OLD)
    assert first_turn.warning(names, coming, SWITCH).startswith(f"{API}, {OLD} has a record of its own, and is left")


def test_the_first_colour_is_put_in_charge_without_it() -> None:
    assert first_turn.left_out(STRANGE, turn(is_in_charge=False, is_carried=False), SWITCH) == (API, OLD)


def test_where_no_tag_in_is_under_way_it_is_refused_without_a_batch_that_would_hurt_its_clients() -> None:
    with pytest.raises(Refusal, match="could not serve its clients; DNS was not touched") as refused:
        first_turn.left_out(STRANGE, turn(uncovered={API: WHY, OLD: WHY}), SWITCH)
    assert WHY[0] in refused.value.seen
    assert refused.value.next_step.startswith("pulumi up -s violet, then tag violet in")
    assert "change-resource-record-sets" not in refused.value.next_step


def test_of_several_names_those_whose_turn_has_come_are_first() -> None:
    for in_charge in (True, False):
        with pytest.raises(Refusal, match=f"{OLD} does not follow"):
            first_turn.left_out(STRANGE, turn(is_in_charge=in_charge, uncovered={API: WHY}), SWITCH)
