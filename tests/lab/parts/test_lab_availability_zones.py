"""Where the instances of Auto Scaling groups are born: on bare moto and on the lab's server."""

from collections import Counter

from lab.aws.availability_zones import scale_in_order, subnets_for
from tests.lab.parts.lab_account import Account

SUBNETS = [("s-a", "a"), ("s-b", "b"), ("s-c", "c")]


def test_moto_puts_all_instances_into_one_zone(moto: Account) -> None:
    made = moto.cluster("amber", size=3, zones=3)
    assert len(set(moto.zones_of(made.auto_scaling_group))) == 1


def test_instances_are_spread_over_the_zones_of_their_group(account: Account) -> None:
    made = account.cluster("amber", size=4, zones=3)
    counts = Counter(account.zones_of(made.auto_scaling_group))
    assert sorted(counts.values()) == [1, 1, 2]


def test_auto_scaling_and_ec2_name_the_same_zone_and_the_subnet_is_in_it(account: Account) -> None:
    made = account.cluster("amber", size=3, zones=3)
    found = account.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[made.auto_scaling_group])
    by_group = {item["InstanceId"]: item["AvailabilityZone"] for item in found["AutoScalingGroups"][0]["Instances"]}
    reservations = account.ec2.describe_instances(InstanceIds=list(by_group))["Reservations"]
    instances = [item for reservation in reservations for item in reservation["Instances"]]
    zone_of = {item["SubnetId"]: item["AvailabilityZone"] for item in account.ec2.describe_subnets()["Subnets"]}
    assert {item["InstanceId"]: item["Placement"]["AvailabilityZone"] for item in instances} == by_group
    assert {item["InstanceId"]: zone_of[item["SubnetId"]] for item in instances} == by_group
    assert len(found["AutoScalingGroups"][0]["VPCZoneIdentifier"].split(",")) == 3


def test_instances_stay_spread_when_the_group_shrinks_and_grows(account: Account) -> None:
    made = account.cluster("amber", size=6, zones=3)
    for capacity, expected in ((3, [1, 1, 1]), (5, [1, 2, 2]), (2, [1, 1])):
        account.autoscaling.set_desired_capacity(AutoScalingGroupName=made.auto_scaling_group, DesiredCapacity=capacity)
        assert sorted(Counter(account.zones_of(made.auto_scaling_group)).values()) == expected


def test_every_instance_is_a_target_and_goes_with_its_group(account: Account) -> None:
    made = account.cluster("amber", size=3, zones=3)
    ids = account.instance_ids(made)
    assert account.target_states(made.target_group_arn) == [("healthy", None)] * 3
    account.autoscaling.delete_auto_scaling_group(AutoScalingGroupName=made.auto_scaling_group, ForceDelete=True)
    reservations = account.ec2.describe_instances(InstanceIds=ids)["Reservations"]
    assert {item["State"]["Name"] for r in reservations for item in r["Instances"]} == {"terminated"}


def test_new_instances_go_where_there_are_fewest() -> None:
    assert subnets_for(4, SUBNETS, ["s-a", "s-a", "s-c"]) == ["s-b", "s-b", "s-c", "s-a"]


def test_two_subnets_of_one_zone_count_as_one_zone() -> None:
    assert subnets_for(4, [("s-1", "a"), ("s-2", "a"), ("s-3", "b")], []) == ["s-1", "s-3", "s-2", "s-3"]


def test_the_most_crowded_zone_loses_instances_first() -> None:
    assert scale_in_order(["a", "a", "a", "b", "c"]) == [2, 1, 0, 3, 4]
