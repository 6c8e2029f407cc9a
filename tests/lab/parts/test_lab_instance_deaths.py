"""Instances that die: on bare moto and on the lab's server."""

import time

import pytest

from lab.client import LabClient, LabError
from tests.lab.parts.lab_account import Account


def terminate_one_by_hand(account: Account) -> list[tuple[str, str | None]]:
    """The states of the targets after the death of one of two instances."""
    made = account.cluster("amber")
    account.ec2.terminate_instances(InstanceIds=account.instance_ids(made)[:1])
    return account.target_states(made.target_group_arn)


def test_moto_forgets_to_make_a_replacement_a_target(moto: Account) -> None:
    assert len(terminate_one_by_hand(moto)) == 1


def test_a_replacement_is_a_target_like_the_one_it_replaces(account: Account) -> None:
    assert terminate_one_by_hand(account) == [("healthy", None)] * 2


def test_a_group_stays_short_until_its_capacity_is_set_again(account: Account, lab: LabClient) -> None:
    made = account.cluster("short", size=3)
    (dead,) = lab.terminate_instances("short")
    assert len(account.instance_ids(made)) == 2
    assert dead not in account.instance_ids(made)
    assert len(account.target_states(made.target_group_arn)) == 2
    assert account.ec2.describe_instances(InstanceIds=[dead])["Reservations"][0]["Instances"][0]["State"]["Name"] == (
        "terminated"
    )
    account.autoscaling.set_desired_capacity(AutoScalingGroupName=made.auto_scaling_group, DesiredCapacity=3)
    assert account.target_states(made.target_group_arn) == [("healthy", None)] * 3


def test_a_group_is_short_for_as_long_as_it_was_told_to_be(account: Account, lab: LabClient) -> None:
    made = account.cluster("brief")
    began = time.monotonic()
    lab.terminate_instances("brief", count=2, short_seconds=0.3)
    while len(account.instance_ids(made)) < 2 and time.monotonic() < began + 60:
        time.sleep(0.02)
    assert time.monotonic() - began >= 0.3, "not sooner"
    assert account.target_states(made.target_group_arn) == [("healthy", None)] * 2


def test_nothing_can_crash_where_nothing_runs(account: Account, lab: LabClient) -> None:
    account.cluster("quiet")
    with pytest.raises(LabError, match="start one with machines"):
        lab.crash_instances("quiet")


@pytest.mark.parametrize("count", [0, 1])
def test_more_instances_than_a_colour_has_are_not_terminated(lab: LabClient, count: int) -> None:
    with pytest.raises(LabError, match=f"cannot terminate {count} instances of 'nobody': its groups have 0"):
        lab.terminate_instances("nobody", count)
