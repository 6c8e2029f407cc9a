"""May this colour be tagged in? Every condition that fails is named, with what was seen and what is allowed."""

from collections.abc import Mapping
from typing import Any

import pytest

from cutover import readiness
from cutover.capacity import CapacitySeen, Target
from cutover.cluster_facts import ClusterFacts
from cutover.readiness import Check
from cutover.refusal import Refusal
from tests.unit.stack_values import facts

WEIGHTS = "www.shop.example: amber 100, violet 0"


def seen(*states: str) -> CapacitySeen:
    targets = {f"i-{number}": Target(state) for number, state in enumerate(states)}
    return CapacitySeen("group-1", frozenset(targets), targets)


def test_a_colour_that_is_asleep_cannot_be_tagged_in() -> None:
    with pytest.raises(Refusal) as refused:
        readiness.require_awake("violet", {"amber": facts("amber")})
    assert refused.value.problem == "violet cannot be tagged in: awake"
    assert "asleep or was never built" in refused.value.seen
    assert refused.value.allowed == "a colour that is up: amber"
    assert refused.value.next_step == "pulumi config set awake true -s violet && pulumi up -s violet"


def test_when_no_colour_is_up_it_says_so() -> None:
    with pytest.raises(Refusal, match="a colour that is up: none is"):
        readiness.require_awake("violet", {})


def test_a_colour_that_is_awake_gives_its_facts() -> None:
    assert readiness.require_awake("amber", {"amber": facts("amber")}) == facts("amber")


def failed(capacity: int, built_for: int, *states: str) -> list[str]:
    return [
        check.name for check in readiness.checks(facts("amber", built_for), capacity, seen(*states)) if not check.holds
    ]


def test_a_colour_with_its_whole_capacity_healthy_is_ready() -> None:
    assert failed(2, 2, "healthy", "healthy") == []


def test_a_colour_with_one_target_too_few_is_not_ready() -> None:
    assert failed(2, 2, "healthy", "unhealthy") == ["capacity"]
    assert failed(2, 2, "healthy") == ["capacity"]


@pytest.mark.parametrize("built_for", [2, 4])
def test_a_colour_built_for_another_capacity_is_not_ready(built_for: int) -> None:
    assert failed(3, built_for, *["healthy"] * 4) == ["declared"]


def test_what_the_project_declares_now_counts_and_not_what_the_cluster_was_built_for() -> None:
    assert failed(4, 2, "healthy", "healthy") == ["declared", "capacity"]


def test_nothing_is_refused_when_all_holds() -> None:
    readiness.refuse_unready("amber", (Check("declared", True, "", ""),), WEIGHTS)


def test_the_refusal_has_each_check_that_failed_and_who_has_the_traffic() -> None:
    found = (
        Check("declared", False, "built for 2 instances", "4"),
        Check("other", True, "fine", "fine"),
        Check("capacity", False, "1 healthy", "4 healthy"),
    )
    with pytest.raises(Refusal) as refused:
        readiness.refuse_unready("amber", found, WEIGHTS)
    refusal = refused.value
    assert refusal.problem == "amber is not ready to carry the traffic: declared, capacity"
    assert refusal.seen == f"built for 2 instances; 1 healthy (Route 53 now: {WEIGHTS})"
    assert refusal.allowed == "4; 4 healthy"
    assert refusal.next_step == "pulumi up -s amber, then pulumi up -s live again"


def test_facts_are_read_from_the_output_of_a_stack_whose_numbers_are_floats() -> None:
    output: Mapping[str, Any] = {
        "colour": "amber",
        "release": "1.0.0",
        "region": "eu-central-1",
        "capacity": 4.0,
        "group": "amber-group",
        "target_group_arn": "arn:of:amber",
        "dns_name": "amber.elb.example",
        "zone_id": "ZONE-OF-AMBER",
    }
    found = ClusterFacts.of(output)
    assert found == facts("amber")
    assert isinstance(found.capacity, int)
