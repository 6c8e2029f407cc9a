"""What somebody changed by hand, and the engine would not notice."""

from collections.abc import Mapping
from typing import Any

import pytest

from cutover import drift
from cutover.owned import RECORD, Owned
from cutover.refusal import Refusal
from cutover.weighted_set import WeightedSet, WeightedSets, alias, of_route53, of_state, weights_of

NAME = "www.shop.example"


def lead(colour: str, weight: int) -> WeightedSet:
    return alias(weight, f"{colour}.elb.example", "ZBALANCER", evaluates_health=False)


def live(amber: int, violet: int, name: str = NAME) -> dict[str, dict[str, WeightedSet]]:
    return {name: {"amber": lead("amber", amber), "violet": lead("violet", violet)}}


def state(**weights: int) -> list[Owned]:
    return [Owned(f"{NAME}-{colour}", RECORD, outputs(colour, weight)) for colour, weight in weights.items()]


def outputs(colour: str, weight: float) -> Mapping[str, Any]:
    return {
        "name": NAME,
        "setIdentifier": colour,
        "weightedRoutingPolicies": [{"weight": weight}],
        "aliases": [{"name": f"{colour}.elb.example", "zoneId": "ZBALANCER", "evaluateTargetHealth": False}],
        "healthCheckId": "",
    }


def refused(owned: list[Owned], wanted: WeightedSets, seen: WeightedSets) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        drift.refuse(owned, wanted, seen)
    return refusal.value


def test_what_is_as_the_state_and_the_config_have_it_is_no_drift() -> None:
    drift.refuse(state(amber=100, violet=0), live(100, 0), live(100, 0))


@pytest.mark.parametrize(("amber", "violet"), [(0, 0), (100, 50), (50, 0), (0, 100)])
def test_weights_set_by_hand_that_the_engine_would_leave_are_refused(amber: int, violet: int) -> None:
    found = refused(state(amber=100, violet=0), live(100, 0), live(amber, violet))
    assert f"Route 53 now: {NAME}: amber {amber}, violet {violet}" in found.seen
    assert found.next_step.startswith("pulumi refresh -s live --yes && pulumi up -s live; if it says the same again, ")


def test_a_set_that_is_gone_or_leads_elsewhere_or_has_a_health_check_is_refused() -> None:
    found = refused(state(amber=100, violet=0), live(100, 0), {NAME: {"amber": lead("amber", 100)}})
    assert f"{NAME} violet: no record set" in found.seen
    for other in (lead("green", 100), WeightedSet(100), WeightedSet(100, "amber.elb.example", "ZBALANCER", True)):
        assert "amber: weight 100 to" in refused(state(amber=100), live(100, 0), {NAME: {"amber": other}}).seen
    checked = WeightedSet(100, "amber.elb.example", "ZBALANCER", health_check="hc-1")
    assert "(health check hc-1)" in refused(state(amber=100), live(100, 0), {NAME: {"amber": checked}}).seen


@pytest.mark.parametrize(("amber", "violet"), [(0, 0), (100, 100), (0, 100)])
def test_what_the_update_sets_anyway_is_not_refused(amber: int, violet: int) -> None:
    """A tag-in, also one that was cut short after Route 53 and before the state."""
    drift.refuse(state(amber=100, violet=0), live(0, 100), live(amber, violet))


def test_what_the_state_does_not_have_the_update_creates() -> None:
    drift.refuse([], live(100, 0), {NAME: {}})
    drift.refuse(state(amber=100), live(100, 0), {NAME: {"amber": lead("amber", 100)}})


def test_after_a_refresh_the_update_sets_it() -> None:
    drift.refuse(state(amber=0, violet=0), live(100, 0), live(0, 0))  # one of them is left, and is right


def test_strangers_sets_are_nobodys_drift() -> None:
    seen = live(100, 0)
    seen[NAME]["before"] = WeightedSet(0)
    drift.refuse(state(amber=100, violet=0), live(100, 0), seen)


def test_route_53_and_the_state_say_the_same_in_other_words() -> None:
    record = {
        "SetIdentifier": "amber",
        "Weight": 100,
        "AliasTarget": {
            "HostedZoneId": "ZBALANCER",
            "DNSName": "dualstack.Amber.ELB.example.",
            "EvaluateTargetHealth": False,
        },
    }
    assert of_route53(record) == of_state(outputs("amber", 100.0)) == lead("amber", 100)
    assert of_route53({"Weight": 0, "ResourceRecords": [{"Value": "192.0.2.1"}]}) == WeightedSet(0)
    assert of_state({"name": NAME, "records": ["192.0.2.1"]}) is None


def test_weights_alone() -> None:
    assert weights_of(live(100, 0)) == {NAME: {"amber": 100, "violet": 0}}
