"""What runs on the embedded AWS: instances of Auto Scaling groups with their user data, and the targets to check."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup
from moto.elbv2.models import FakeTargetGroup

from lab.aws import embedded
from lab.aws.forwarding import is_forwarded_to
from lab.aws.tags import COLOUR_TAG
from lab.machines.checks import CheckedTarget
from lab.machines.health import HealthCheck
from lab.machines.spec import MachineSpec

_DELAY = "deregistration_delay.timeout_seconds"


def instances() -> Iterator[MachineSpec]:
    """The running instances of all groups that give them user data."""
    for backend in embedded.autoscaling_in_use():
        for group in list(backend.autoscaling_groups.values()):
            yield from _of_group(group)


def _of_group(group: FakeAutoScalingGroup) -> Iterator[MachineSpec]:
    delay, profile = _delay_seconds(group), _profile(group)
    for state in list(group.instance_states):
        instance = state.instance
        if instance.state == "running" and instance.user_data is not None:
            tags = embedded.ec2(group.region).tags.get(instance.id, {})
            user_data = instance.user_data.decode("latin-1").encode("latin-1")
            yield MachineSpec(instance.id, tags.get(COLOUR_TAG, ""), group.region, user_data, profile, delay)


def _delay_seconds(group: FakeAutoScalingGroup) -> float:
    """The longest deregistration delay of the target groups that a group's instances are registered with."""
    known = embedded.elbv2(group.region).target_groups
    return max(
        (float(str(known[arn].attributes[_DELAY])) for arn in group.target_group_arns if arn in known), default=0.0
    )


def _profile(group: FakeAutoScalingGroup) -> str:
    """ARN or name of the instance profile that the launch template names."""
    if group.ec2_launch_template is None:
        return ""
    data: dict[str, Any] = group.ec2_launch_template.get_version(group.launch_template_version).data
    named = data.get("IamInstanceProfile") or {}
    return str(named.get("Arn") or named.get("Name") or "")


def checked_targets(pace: Callable[[], float]) -> Iterator[CheckedTarget]:
    """Every registered target whose group gets requests; checks follow each other `pace()` times as fast as on AWS."""
    for backend in embedded.elbv2_in_use():
        for group in list(backend.target_groups.values()):
            if is_forwarded_to(backend, group):
                check = partial(_check, group, pace)
                for target_id, target in list(group.targets.items()):
                    port = group.health_check_port
                    at = target["Port"] if port in (None, "traffic-port") else port
                    yield CheckedTarget(group.arn, target_id, int(at), check)


def _check(group: FakeTargetGroup, pace: Callable[[], float]) -> HealthCheck:
    # A time-out is not made shorter: a machine that is busy is no sick target.
    return HealthCheck(
        group.health_check_path or "/",
        group.matcher.get("HttpCode", "200"),
        float(group.health_check_interval_seconds) / pace(),
        float(group.health_check_timeout_seconds),
        int(group.healthy_threshold_count),
        int(group.unhealthy_threshold_count),
    )
