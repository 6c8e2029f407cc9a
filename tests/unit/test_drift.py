"""A state that says more of the live records than Route 53 does."""

from typing import Any

import pytest

from cutover import drift
from cutover.owned import Owned
from cutover.refusal import Refusal

WWW, API = "www.shop.example", "api.shop.example"


def record(name: str, colour: str, weight: float | None, type_: str = "aws:route53/record:Record") -> Owned:
    policies: list[dict[str, Any]] = [] if weight is None else [{"weight": weight}]
    outputs = {"name": name, "setIdentifier": colour, "weightedRoutingPolicies": policies}
    return Owned(f"{name}-{colour}", type_, outputs)


OWNED = (record(WWW, "amber", 100.0), record(WWW, "violet", 0), record(API, "amber", 0), record(API, "violet", 100))


@pytest.mark.parametrize(
    ("active", "settled"), [("amber", (WWW,)), ("violet", (API,)), ("green", ())], ids=["amber", "violet", "green"]
)
def test_the_state_tells_on_which_names_an_update_would_leave_the_active_colour_alone(
    active: str, settled: tuple[str, ...]
) -> None:
    assert drift.settled_names(OWNED, (WWW, API), active) == settled


def test_what_is_no_weighted_record_of_a_live_name_does_not_count() -> None:
    others = (
        record("other.shop.example", "amber", 100),
        record(WWW, "amber", None),
        record(WWW, "amber", 100, "pulumi:index:Stash"),
        Owned("bare", "aws:route53/record:Record", {}),
    )
    assert drift.settled_names(others, (WWW, API), "amber") == ()


def test_a_weight_that_is_there_is_as_it_should_be() -> None:
    drift.refuse((WWW,), "amber", {WWW: {"amber": 100, "violet": 0}})
    drift.refuse((), "amber", {})


@pytest.mark.parametrize("now", [{WWW: {"violet": 0}}, {WWW: {"amber": 0, "violet": 100}}, {WWW: {}}, {}])
def test_a_weight_that_is_in_the_state_only_is_refused_with_what_there_is(now: dict[str, dict[str, int]]) -> None:
    with pytest.raises(Refusal) as refused:
        drift.refuse((WWW,), "amber", now)
    assert f"amber has not the weight on {WWW}" in refused.value.problem
    assert refused.value.next_step == "pulumi refresh -s live, then pulumi up -s live"
