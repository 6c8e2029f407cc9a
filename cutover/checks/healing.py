"""Whether a group of instances keeps itself at its size: part of the check `settled`."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cutover.launches import REASON_CHARACTERS
from cutover.printable import printable

# Without any of these a group does not replace what dies, or what replaces it gets no traffic:
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
_HEALING = ("Launch", "Terminate", "HealthCheck", "ReplaceUnhealthy", "AddToLoadBalancer")
# What load balancers think of an instance; with others alone a sick one is kept.
_BY_LOAD_BALANCERS = "ELB"
# https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceRefresh.html: all others are under way.
_OVER = frozenset({"Successful", "Failed", "Cancelled", "RollbackFailed", "RollbackSuccessful"})


@dataclass(frozen=True)
class Size:
    """How many instances a group may have at least and at most, and is to have."""

    least: int
    most: int
    desired: int

    def __str__(self) -> str:
        return f"min {self.least}, max {self.most}, desired {self.desired}"


@dataclass(frozen=True)
class GroupSeen:
    """What an Auto Scaling group is set to do with its instances, in the words of AWS.

    `suspended` maps its suspended processes to the reasons; `refreshes` are the states of its instance refreshes,
    `scheduled` the names of its scheduled actions; `target_groups` are ARNs. `health_checks`: EC2, or ELB for both.
    """

    size: Size
    health_checks: str
    target_groups: Sequence[str]
    suspended: Mapping[str, str] = field(default_factory=dict)
    refreshes: Sequence[str] = ()
    has_warm_pool: bool = False
    scheduled: Sequence[str] = ()


@dataclass(frozen=True)
class Fault:
    """One reason why a group does not keep itself as it is, and the command that takes it away."""

    text: str
    next_step: str


def faults(seen: GroupSeen, capacity: int, target_group_arn: str, where: str) -> tuple[Fault, ...]:
    """Why the group is not held at `capacity` instances that serve; `where` names it on AWS's command line."""
    return (
        *_stopped(seen, where),
        *_under_way(seen, where),
        *_other_than_declared(seen, capacity, where),
        *_apart(seen, target_group_arn, where),
    )


def _stopped(seen: GroupSeen, where: str) -> Iterator[Fault]:
    suspended = [process for process in _HEALING if process in seen.suspended]
    if suspended:
        yield Fault(
            ", ".join(_with_reason(process, seen.suspended[process]) for process in suspended),
            f"aws autoscaling resume-processes {where} --scaling-processes {' '.join(suspended)}",
        )


def _with_reason(process: str, reason: str) -> str:
    return f"{process} is suspended ({printable(reason, REASON_CHARACTERS)})" if reason else f"{process} is suspended"


def _under_way(seen: GroupSeen, where: str) -> Iterator[Fault]:
    for status in seen.refreshes:
        if status not in _OVER:
            yield Fault(f"an instance refresh is {status}", f"aws autoscaling cancel-instance-refresh {where}")
    if seen.has_warm_pool:
        yield Fault("it has a warm pool", f"aws autoscaling delete-warm-pool {where}")
    for name in map(printable, seen.scheduled):
        yield Fault(
            f"the scheduled action {name} is to change its size",
            f"aws autoscaling delete-scheduled-action {where} --scheduled-action-name {shlex.quote(name)}",
        )


def _other_than_declared(seen: GroupSeen, capacity: int, where: str) -> Iterator[Fault]:
    if seen.size != Size(capacity, capacity, capacity):
        yield Fault(
            f"its size is {seen.size}, and not {capacity}",
            f"aws autoscaling update-auto-scaling-group {where} "
            f"--min-size {capacity} --max-size {capacity} --desired-capacity {capacity}",
        )
    if _BY_LOAD_BALANCERS not in seen.health_checks.split(","):
        yield Fault(
            f"it keeps instances that do not serve: its health checks are {printable(seen.health_checks) or 'none'}",
            f"aws autoscaling update-auto-scaling-group {where} --health-check-type {_BY_LOAD_BALANCERS}",
        )


def _apart(seen: GroupSeen, target_group_arn: str, where: str) -> Iterator[Fault]:
    if target_group_arn not in seen.target_groups:
        yield Fault(
            f"its new instances do not become targets of {target_group_arn}",
            f"aws autoscaling attach-load-balancer-target-groups {where} --target-group-arns {target_group_arn}",
        )
