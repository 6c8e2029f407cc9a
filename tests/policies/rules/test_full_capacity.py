from typing import Any

import pytest
from pulumi_policy.proxy import UnknownValueError

from policies.full_capacity import (
    checked_by_the_load_balancer,
    full_capacity,
    no_schedule,
    no_spot,
    nothing_suspended,
    one_size,
    several_subnets,
    several_zones,
)
from tests.policies.rules.declared import GROUP, TEMPLATE, UNKNOWN, defaults, resource, said, said_of_stack

SUBNET, SCHEDULE = "aws:ec2/subnet:Subnet", "aws:autoscaling/schedule:Schedule"
OF_FOUR = defaults(full_capacity, capacity=4)


def group(**props: Any) -> Any:
    sizes = {"minSize": 4.0, "maxSize": 4.0, "desiredCapacity": 4.0}
    return resource(GROUP, **{**sizes, "healthCheckType": "ELB", "targetGroupArns": [UNKNOWN], **props})


def test_a_group_of_exactly_the_capacity_passes() -> None:
    assert said(one_size, group(), **OF_FOUR) == []


@pytest.mark.parametrize("key", ["minSize", "maxSize", "desiredCapacity"])
@pytest.mark.parametrize("size", [0.0, 3.0, 40.0, None])
def test_a_group_of_any_other_size_is_refused_with_the_size_seen(key: str, size: float | None) -> None:
    (finding,) = one_size(group(**{key: size}), OF_FOUR)
    assert finding.wrong == "group it is not held at its full capacity of 4"
    assert f"{key} {'not set' if size is None else int(size)}" in str(finding.seen)


def test_without_a_capacity_to_compare_with_the_sizes_of_a_group_are_still_one() -> None:
    anything = defaults(full_capacity)
    assert said(one_size, group(minSize=9.0, maxSize=9.0, desiredCapacity=9.0), **anything) == []
    assert len(said(one_size, group(minSize=1.0), **anything)) == 1


def test_a_size_that_is_not_known_yet_cannot_be_checked() -> None:
    with pytest.raises(UnknownValueError):
        said(one_size, group(minSize=UNKNOWN), **OF_FOUR)


def test_subnets_are_counted_before_their_ids_are_known() -> None:
    assert said(several_subnets, group(vpcZoneIdentifiers=[UNKNOWN, UNKNOWN]), **OF_FOUR) == []
    assert said(several_subnets, group(vpcZoneIdentifiers=[UNKNOWN]), **OF_FOUR) == [
        "group it is in fewer than 2 availability zones: 1"
    ]
    with pytest.raises(UnknownValueError):
        said(several_subnets, group(vpcZoneIdentifiers=UNKNOWN), **OF_FOUR)


@pytest.mark.parametrize(
    ("zones", "expected"), [(("a", "b"), []), (("a", "a"), ["group it is in fewer than 2 availability zones: 1 (a)"])]
)
def test_subnets_in_one_zone_count_as_one(zones: tuple[str, ...], expected: list[str]) -> None:
    subnets = [resource(SUBNET, f"s{number}", availabilityZone=zone) for number, zone in enumerate(zones)]
    spread = resource(GROUP, made_from={"vpcZoneIdentifiers": subnets}, vpcZoneIdentifiers=[UNKNOWN, UNKNOWN])
    assert said_of_stack(several_zones, spread, *subnets, zones=2) == expected


def test_the_zone_of_a_subnet_that_is_not_known_yet_cannot_be_checked() -> None:
    subnet = resource(SUBNET, availabilityZone=UNKNOWN)
    with pytest.raises(UnknownValueError):
        said_of_stack(several_zones, resource(GROUP, made_from={"vpcZoneIdentifiers": [subnet]}), subnet, zones=2)


def test_subnets_of_another_stack_are_left_to_their_number() -> None:
    assert said_of_stack(several_zones, resource(GROUP, vpcZoneIdentifiers=["subnet-1", "subnet-2"]), zones=2) == []


def test_a_group_that_the_load_balancer_checks_passes_and_any_other_is_refused() -> None:
    assert said(checked_by_the_load_balancer, group()) == []
    assert len(said(checked_by_the_load_balancer, group(healthCheckType="EC2"))) == 1
    assert len(said(checked_by_the_load_balancer, group(healthCheckType=None, targetGroupArns=[]))) == 2
    with pytest.raises(UnknownValueError):
        said(checked_by_the_load_balancer, group(healthCheckType=UNKNOWN))


def test_a_group_that_is_told_not_to_replace_what_it_loses_is_refused() -> None:
    assert said(nothing_suspended, group(suspendedProcesses=["AZRebalance"])) == []
    assert said(nothing_suspended, group(suspendedProcesses=["AZRebalance", "Launch"])) == [
        "group it does not keep itself at full capacity: suspendedProcesses: Launch"
    ]
    with pytest.raises(UnknownValueError):
        said(nothing_suspended, group(suspendedProcesses=[UNKNOWN]))


@pytest.mark.parametrize(
    "spot",
    [
        resource(TEMPLATE, instanceMarketOptions={"marketType": "spot"}),
        resource("aws:ec2/spotFleetRequest:SpotFleetRequest"),
        resource("aws:ec2/spotInstanceRequest:SpotInstanceRequest"),
        resource("aws:ec2/launchConfiguration:LaunchConfiguration", spotPrice="0.03"),
        group(mixedInstancesPolicy={"instancesDistribution": {"onDemandPercentageAboveBaseCapacity": 50.0}}),
    ],
    ids=lambda spot: spot.type,
)
def test_spot_instances_are_refused_in_whatever_way_they_are_asked_for(spot: Any) -> None:
    (finding,) = no_spot(spot, OF_FOUR)
    assert finding.wrong == "it runs on spot instances"


def test_instances_on_demand_pass_and_an_unknown_market_cannot_be_checked_yet() -> None:
    assert said(no_spot, resource(TEMPLATE, instanceType="m7i.large")) == []
    assert said(no_spot, group(mixedInstancesPolicy={"launchTemplate": {}})) == []
    with pytest.raises(UnknownValueError):
        said(no_spot, resource(TEMPLATE, instanceMarketOptions={"marketType": UNKNOWN}))


@pytest.mark.parametrize("sizes", [{"minSize": 0.0}, {"desiredCapacity": 2.0}, {"maxSize": 9.0, "minSize": 4.0}])
def test_a_schedule_that_changes_the_capacity_is_refused(sizes: dict[str, Any]) -> None:
    assert len(said(no_schedule, resource(SCHEDULE, **sizes), **OF_FOUR)) == 1


def test_a_schedule_that_keeps_the_capacity_passes() -> None:
    unchanged: dict[str, Any] = {"minSize": 4.0, "maxSize": 4.0, "desiredCapacity": -1.0}
    assert said(no_schedule, resource(SCHEDULE, **unchanged), **OF_FOUR) == []
    assert said(no_schedule, resource(SCHEDULE, minSize=2.0), **defaults(full_capacity)) == []
    assert len(said(no_schedule, resource(SCHEDULE, minSize=0.0), **defaults(full_capacity))) == 1
    with pytest.raises(UnknownValueError):
        said(no_schedule, resource(SCHEDULE, minSize=UNKNOWN), **OF_FOUR)
