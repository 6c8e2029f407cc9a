"""A colour that is awake stays in its network: AWS moves no load balancer, and deletes no subnet that is in use."""

import re
from collections.abc import Sequence

import pytest

from cutover.layout import refuse_fewer_zones, refuse_moved
from cutover.owned import Owned
from cutover.refusal import Refusal
from tests.components import pulumi_mocks
from tests.components.pulumi_mocks import ZONES
from tests.unit.stack_values import OWN, PROJECT

MOVED = '{"amber": "10.30.0.0/16", "violet": "10.20.0.0/16"}'


def network(cidr: str = "10.10.0.0/16", zones: int = 2) -> list[Owned]:
    """The network of amber as its state has it."""
    prefix = cidr.rpartition(".0.0/")[0]
    subnets = [
        Owned(
            f"amber-{side}-{number}",
            "aws:ec2/subnet:Subnet",
            {"availabilityZone": ZONES[number - 1], "cidrBlock": f"{prefix}.{offset + 16 * number}.0/20"},
        )
        for number in range(1, zones + 1)
        for side, offset in (("public", 0), ("private", 128))
    ]
    return [Owned("amber", "aws:ec2/vpc:Vpc", {"cidrBlock": cidr}), *subnets]


def declare(owned: Sequence[Owned], **changes: str) -> pulumi_mocks.Declaration:
    shared = {key: text for key, text in changes.items() if key != "awake"}
    own = {key: text for key, text in changes.items() if key == "awake"}
    return pulumi_mocks.declare("amber", {**OWN["amber"], **own}, {**PROJECT, **shared}, owned=owned)


def test_a_network_that_stays_is_no_matter() -> None:
    refuse_moved("amber", "10.10.0.0/16", network())
    assert len(declare(network()).of("Subnet")) == 4


def test_another_range_is_refused_before_anything_is_declared() -> None:
    with pytest.raises(Refusal) as refused:
        declare(network(), cidrs=MOVED)
    assert refused.value.problem == "the network of amber cannot move while amber is awake"
    assert "is to lie in 10.30.0.0/16, and lies in 10.10.0.0/16" in refused.value.seen
    assert "awake false -s amber && pulumi up -s amber, then" in refused.value.next_step
    assert "put `cidrs` back in Pulumi.yaml" in refused.value.next_step


def test_half_a_network_in_another_range_is_refused_too() -> None:
    """As a VPC leaves it that was lost from the state, or replaced by an update that failed."""
    with pytest.raises(Refusal, match="cannot move"):
        refuse_moved("amber", "10.30.0.0/16", network()[1:])
    with pytest.raises(Refusal, match="cannot move"):
        refuse_moved("amber", "10.30.0.0/16", [*network("10.30.0.0/16")[:1], *network()[1:]])


def test_a_wider_or_narrower_range_is_another_one() -> None:
    for cidr in ("10.10.0.0/17", "10.10.128.0/17"):
        with pytest.raises(Refusal, match="cannot move"):
            refuse_moved("amber", cidr, network())


def test_asleep_or_never_built_it_may_lie_anywhere() -> None:
    assert declare((), cidrs=MOVED).of("Vpc")[0].inputs["cidrBlock"] == "10.30.0.0/16"
    assert declare(network(), cidrs=MOVED, awake="false").of("Vpc") == []


def test_a_zone_that_is_taken_out_of_an_awake_colour_is_refused_before_anything_is_declared() -> None:
    with pytest.raises(Refusal) as refused:
        declare(network(zones=3))
    assert refused.value.problem == "amber cannot leave a zone while amber is awake"
    assert re.search(r"availabilityZones: 2, and amber lies in .*a, .*b, .*c$", refused.value.seen)
    assert refused.value.allowed == "3 or more, or fewer while it is asleep"
    assert "put `availabilityZones` back" in refused.value.next_step


def test_a_zone_more_moves_nothing_and_is_allowed() -> None:
    assert len(declare(network(), availabilityZones="3").of("Subnet")) == 6
    refuse_fewer_zones("amber", 3, {1: "a", 2: "b"})
    refuse_fewer_zones("amber", 2, {})
