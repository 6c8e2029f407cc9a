"""Which target groups a load balancer forwards to."""

from collections.abc import Iterator
from typing import Any

from moto.elbv2.models import ELBv2Backend, FakeLoadBalancer, FakeTargetGroup


def target_groups(backend: ELBv2Backend, balancer: FakeLoadBalancer) -> list[FakeTargetGroup]:
    """The target groups in the rules of all listeners of one load balancer."""
    found: dict[str, None] = {}
    for listener in list(balancer.listeners.values()):
        for rule in listener.rules.values():
            for action in rule.actions:
                found |= dict.fromkeys(_in_action(action.data))
    return [backend.target_groups[arn] for arn in found if arn in backend.target_groups]


def is_forwarded_to(backend: ELBv2Backend, group: FakeTargetGroup) -> bool:
    """Whether any load balancer forwards to this target group."""
    return any(group in target_groups(backend, balancer) for balancer in list(backend.load_balancers.values()))


def _in_action(action: dict[str, Any]) -> Iterator[str]:
    if "TargetGroupArn" in action:
        yield action["TargetGroupArn"]
    for group in action.get("ForwardConfig", {}).get("TargetGroups", []):
        yield group["TargetGroupArn"]
