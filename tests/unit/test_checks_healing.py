"""Part of `settled`: whether a group keeps itself at its size."""

from dataclasses import replace

import pytest

from cutover.checks import settled
from cutover.checks.healing import GroupSeen, Size, faults
from cutover.checks.settled import ClusterSeen
from tests.unit.stack_values import facts

HELD = GroupSeen(Size(4, 4, 4), "ELB", ["arn:of:violet"])
VIOLET = facts("violet", 4)


def said(seen: GroupSeen) -> list[str]:
    return [fault.text for fault in faults(seen, 4, "arn:of:violet", "--auto-scaling-group-name g")]


def test_a_group_as_the_program_makes_it_heals() -> None:
    assert said(HELD) == []
    assert said(replace(HELD, health_checks="EC2,ELB")) == []


@pytest.mark.parametrize("process", ["Launch", "Terminate", "HealthCheck", "ReplaceUnhealthy", "AddToLoadBalancer"])
def test_a_suspended_process_that_heals_is_named_with_awss_reason(process: str) -> None:
    assert said(replace(HELD, suspended={process: "User suspended at 2026-01-01"})) == [
        f"{process} is suspended (User suspended at 2026-01-01)"
    ]


@pytest.mark.parametrize("process", ["AZRebalance", "AlarmNotification", "ScheduledActions", "InstanceRefresh"])
def test_a_suspended_process_that_is_not_needed_is_none_of_its_business(process: str) -> None:
    assert said(replace(HELD, suspended={process: ""})) == []


def test_several_suspended_processes_are_resumed_by_one_command() -> None:
    (fault,) = faults(replace(HELD, suspended={"Terminate": "", "Launch": ""}), 4, "arn:of:violet", "WHERE")
    assert fault.text == "Launch is suspended, Terminate is suspended"
    assert fault.next_step == "aws autoscaling resume-processes WHERE --scaling-processes Launch Terminate"


@pytest.mark.parametrize("status", ["Pending", "InProgress", "Cancelling", "RollbackInProgress", "Baking", "New word"])
def test_an_instance_refresh_that_is_not_over_is_named(status: str) -> None:
    assert said(replace(HELD, refreshes=[status, "Successful"])) == [f"an instance refresh is {status}"]


@pytest.mark.parametrize("status", ["Successful", "Failed", "Cancelled", "RollbackFailed", "RollbackSuccessful"])
def test_an_instance_refresh_that_is_over_is_nothing(status: str) -> None:
    assert said(replace(HELD, refreshes=[status])) == []


def test_a_warm_pool_is_named() -> None:
    assert said(replace(HELD, has_warm_pool=True)) == ["it has a warm pool"]


def test_scheduled_actions_are_named_and_quoted_for_the_shell() -> None:
    (fault,) = faults(replace(HELD, scheduled=["night; rm -rf /\n"]), 4, "arn:of:violet", "WHERE")
    assert fault.text == "the scheduled action night; rm -rf /\\n is to change its size"
    assert fault.next_step.endswith("--scheduled-action-name 'night; rm -rf /\\n'")


@pytest.mark.parametrize("size", [Size(0, 4, 4), Size(4, 8, 4), Size(4, 8, 8), Size(2, 4, 2), Size(4, 4, 0)])
def test_another_size_than_the_cluster_was_built_for_is_named(size: Size) -> None:
    assert said(replace(HELD, size=size)) == [f"its size is {size}, and not 4"]


@pytest.mark.parametrize("checks", ["EC2", "EC2,EBS", ""])
def test_a_group_that_does_not_ask_the_load_balancer_keeps_what_does_not_serve(checks: str) -> None:
    (text,) = said(replace(HELD, health_checks=checks))
    assert text == f"it keeps instances that do not serve: its health checks are {checks or 'none'}"


@pytest.mark.parametrize("arns", [[], ["arn:of:a-namesake"]])
def test_a_group_that_was_taken_from_its_target_group_is_named(arns: list[str]) -> None:
    assert said(replace(HELD, target_groups=arns)) == ["its new instances do not become targets of arn:of:violet"]


def test_settled_says_all_of_it_and_how_to_mend_it() -> None:
    group = replace(HELD, suspended={"Launch": ""}, has_warm_pool=True)
    cluster = ClusterSeen({"violet.elb.example": "active"}, "", {"i-0": "InService"}, {}, group)
    found = settled.check(cluster, VIOLET)
    assert not found.holds
    assert found.seen == (
        "Auto Scaling group violet-group: Launch is suspended; Auto Scaling group violet-group: it has a warm pool"
    )
    where = "--auto-scaling-group-name violet-group --region eu-central-1"
    assert found.next_step == (
        f"aws autoscaling resume-processes {where} --scaling-processes Launch && "
        f"aws autoscaling delete-warm-pool {where}"
    )
