"""What groups of instances are set to do, and cannot do: on bare moto and on the lab's server."""

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from lab.client import LabClient
from tests.lab.parts.lab_account import Account

NO_ROOM = "We currently do not have sufficient t3.micro capacity & more. Launching EC2 instance failed."


def statuses(account: Account, group: str) -> list[str]:
    found = account.autoscaling.describe_instance_refreshes(AutoScalingGroupName=group)["InstanceRefreshes"]
    return [one["Status"] for one in found]


def suspended(account: Account) -> list[dict[str, str]]:
    group = account.cluster("amber", size=0).auto_scaling_group
    account.autoscaling.suspend_processes(AutoScalingGroupName=group, ScalingProcesses=["Launch"])
    found = account.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"]
    suspended: list[dict[str, str]] = found[0]["SuspendedProcesses"]
    account.autoscaling.resume_processes(AutoScalingGroupName=group)
    found = account.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"]
    assert found[0]["SuspendedProcesses"] == []
    return suspended


def test_moto_gives_no_reason_for_a_suspended_process(moto: Account) -> None:
    assert suspended(moto) == [{"ProcessName": "Launch", "SuspensionReason": ""}]


def test_a_suspended_process_says_since_when(account: Account) -> None:
    (found,) = suspended(account)
    assert found["ProcessName"] == "Launch"
    assert found["SuspensionReason"].startswith("User suspended at 20")


def test_moto_knows_no_instance_refresh(moto: Account) -> None:
    group = moto.cluster("amber", size=0).auto_scaling_group
    with pytest.raises(ResponseParserError, match="500 Internal Server Error"):
        moto.autoscaling.start_instance_refresh(AutoScalingGroupName=group)


def test_an_instance_refresh_is_in_progress_until_it_is_cancelled(account: Account) -> None:
    group = {"AutoScalingGroupName": account.cluster("amber", size=0).auto_scaling_group}
    assert statuses(account, *group.values()) == []
    first = account.autoscaling.start_instance_refresh(**group)["InstanceRefreshId"]
    assert statuses(account, *group.values()) == ["InProgress"]
    with pytest.raises(ClientError, match="InstanceRefreshInProgress"):
        account.autoscaling.start_instance_refresh(**group)
    assert account.autoscaling.cancel_instance_refresh(**group)["InstanceRefreshId"] == first
    account.autoscaling.start_instance_refresh(**group)
    assert statuses(account, *group.values()) == ["InProgress", "Cancelled"]
    account.autoscaling.cancel_instance_refresh(**group)
    with pytest.raises(ClientError, match="ActiveInstanceRefreshNotFound"):
        account.autoscaling.cancel_instance_refresh(**group)
    with pytest.raises(ClientError, match="name not found"):
        account.autoscaling.describe_instance_refreshes(AutoScalingGroupName="nowhere")


def test_moto_knows_no_scaling_activities(moto: Account) -> None:
    group = moto.cluster("amber", size=1).auto_scaling_group
    assert moto.autoscaling.describe_scaling_activities(AutoScalingGroupName=group)["Activities"] == []


def test_instances_that_cannot_be_launched_are_missing_until_they_can(account: Account, lab: LabClient) -> None:
    lab.set_launch_failure("grey", NO_ROOM)
    made, other = account.cluster("grey", size=2), account.cluster("white", size=1)
    assert len(account.instance_ids(other)) == 1
    assert account.instance_ids(made) == []
    found = account.autoscaling.describe_scaling_activities(AutoScalingGroupName=made.auto_scaling_group)["Activities"]
    assert {(one["StatusCode"], one["StatusMessage"]) for one in found} == {("Failed", NO_ROOM)}
    assert [one["StartTime"] for one in found] == sorted((one["StartTime"] for one in found), reverse=True)

    lab.set_launch_failure("grey", None)
    assert len(account.instance_ids(made)) == 2
    assert account.target_states(made.target_group_arn) == [("healthy", None)] * 2
    found = account.autoscaling.describe_scaling_activities(AutoScalingGroupName=made.auto_scaling_group)["Activities"]
    assert found[0]["StatusCode"] == "Successful"
