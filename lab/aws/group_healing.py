"""Auto Scaling groups replace what their load balancer finds unhealthy, in a lab whose instances run."""

import logging
from collections.abc import Callable, Iterator

from moto.autoscaling.models import FakeAutoScalingGroup, InstanceState

from lab.aws import embedded
from lab.machines.health import UNHEALTHY, Verdict

log = logging.getLogger("lab.aws")
# Without any of these an unhealthy instance stays.
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
_NEEDED = frozenset({"HealthCheck", "ReplaceUnhealthy", "Terminate"})
DEFAULT_GRACE_SECONDS = 0.0


class GroupHealing:
    """What a group does about its unhealthy instances.

    verdict: what a target group says of a target. age_seconds: how long an instance has been there.
    """

    def __init__(self, verdict: Callable[[str, str], Verdict], age_seconds: Callable[[str], float]) -> None:
        self._verdict, self._age_seconds = verdict, age_seconds

    def heal(self) -> list[str]:
        """Terminate the unhealthy instances that are older than their group's grace period, and launch others.

        Returns the ids of those that were terminated. To be called while no call of the API is carried out.
        https://docs.aws.amazon.com/autoscaling/ec2/userguide/health-check-grace-period.html
        """
        killed = []
        for backend in embedded.autoscaling_in_use():
            for group in list(backend.autoscaling_groups.values()):
                sick = list(self._sick(group))
                for state in sick:
                    # Not through the API of EC2, which would have moto replace it at once.
                    embedded.ec2(group.region).terminate_instances([state.instance.id])
                    group.instance_states.remove(state)
                    killed.append(state.instance.id)
                if sick and "Launch" not in _suspended(group):
                    log.info("%s replaces %s, which are unhealthy", group.name, [one.instance.id for one in sick])
                    group.set_desired_capacity(group.desired_capacity)
        return killed

    def _sick(self, group: FakeAutoScalingGroup) -> Iterator[InstanceState]:
        if group.health_check_type != "ELB" or _NEEDED & _suspended(group):
            return
        grace_seconds = float(group.health_check_grace_period or DEFAULT_GRACE_SECONDS)
        for state in list(group.instance_states):
            instance_id = state.instance.id
            verdicts = [self._verdict(arn, instance_id) for arn in group.target_group_arns]
            if self._age_seconds(instance_id) > grace_seconds and any(one.state == UNHEALTHY for one in verdicts):
                yield state


def _suspended(group: FakeAutoScalingGroup) -> set[str]:
    return {one["ProcessName"] for one in group.suspended_processes}
