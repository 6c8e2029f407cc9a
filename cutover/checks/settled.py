"""The check `settled`: nothing of the cluster is being made, replaced or deleted, and what dies is replaced."""

from collections.abc import Mapping
from dataclasses import dataclass

from cutover.checks.check import SETTLED, Check
from cutover.checks.healing import GroupSeen, faults
from cutover.cluster_facts import ClusterFacts

ACTIVE = "active"
MISSING = "missing"
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html: all others are on the way.
_AT_REST = ("InService", "Standby")


@dataclass(frozen=True)
class ClusterSeen:
    """One look at a cluster, in the words of AWS.

    `balancers` maps the DNS name of each load balancer that the target group belongs to to its state; `group_status`
    is the status of the Auto Scaling group (empty when nothing happens to it) or MISSING; `lifecycle` maps its
    instances to their state, and `strangers` the targets that are no instances of it to theirs. `group`: how it is set
    to heal, None when it is missing.
    """

    balancers: Mapping[str, str]
    group_status: str
    lifecycle: Mapping[str, str]
    strangers: Mapping[str, str]
    group: GroupSeen | None


def check(seen: ClusterSeen, cluster: ClusterFacts) -> Check:
    """Holds when its load balancer is active, and its group alone is behind it, at rest and at its size for good."""
    group, dns_name = cluster.group, cluster.dns_name
    states = {name.lower(): state for name, state in seen.balancers.items()}
    state = states.get(dns_name.lower(), MISSING)
    status = seen.group_status if seen.group else MISSING
    moving = {instance: at for instance, at in sorted(seen.lifecycle.items()) if at not in _AT_REST}
    where = f"--auto-scaling-group-name {group} --region {cluster.region}"
    unhealing = faults(seen.group, cluster.capacity, cluster.target_group_arn, where) if seen.group else ()
    problems = [
        *([] if state == ACTIVE else [f"load balancer {dns_name}: {state}"]),
        *([f"Auto Scaling group {group}: {status}"] if status else []),
        *(f"Auto Scaling group {group}: {fault.text}" for fault in unhealing),
        *(f"{instance}: {at}" for instance, at in moving.items()),
        *(f"{target} is a target but not in {group}: {at}" for target, at in sorted(seen.strangers.items())),
    ]
    return Check(
        SETTLED,
        not problems,
        "; ".join(problems) or f"load balancer active, {len(seen.lifecycle)} instances of {group} at rest",
        f"an active load balancer, its target group, one Auto Scaling group that keeps itself at {cluster.capacity}; "
        "none of it being made, changed or deleted",
        " && ".join(fault.next_step for fault in unhealing),
    )
