"""The check `settled`: nothing of the cluster is being made, replaced or deleted."""

from collections.abc import Mapping
from dataclasses import dataclass

from cutover.checks.check import SETTLED, Check

ACTIVE = "active"
MISSING = "missing"
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html: all others are on the way.
_AT_REST = ("InService", "Standby")


@dataclass(frozen=True)
class ClusterSeen:
    """One look at a cluster, in the words of AWS.

    `balancers` maps the DNS name of each load balancer that the target group belongs to to its state; `group_status`
    is the status of the Auto Scaling group (empty when nothing happens to it) or MISSING; `lifecycle` maps its
    instances to their state, and `strangers` the targets that are no instances of it to theirs.
    """

    balancers: Mapping[str, str]
    group_status: str
    lifecycle: Mapping[str, str]
    strangers: Mapping[str, str]


def check(seen: ClusterSeen, dns_name: str, group: str) -> Check:
    """Holds when the load balancer of `dns_name` is active, and `group` alone is behind it and at rest."""
    states = {name.lower(): state for name, state in seen.balancers.items()}
    state = states.get(dns_name.lower(), MISSING)
    moving = {instance: at for instance, at in sorted(seen.lifecycle.items()) if at not in _AT_REST}
    problems = [
        *([] if state == ACTIVE else [f"load balancer {dns_name}: {state}"]),
        *([f"Auto Scaling group {group}: {seen.group_status}"] if seen.group_status else []),
        *(f"{instance}: {at}" for instance, at in moving.items()),
        *(f"{target} is a target but not in {group}: {at}" for target, at in sorted(seen.strangers.items())),
    ]
    return Check(
        SETTLED,
        not problems,
        "; ".join(problems) or f"load balancer active, {len(seen.lifecycle)} instances of {group} at rest",
        "an active load balancer, its target group, one Auto Scaling group; none of it being made or deleted",
    )
