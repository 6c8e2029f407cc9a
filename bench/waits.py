"""Which seconds of a command the provider slept through by itself, by the calls that the embedded AWS got.

The provider's waits begin with a fixed nap after the call that changes something, before it asks for the first time how
that went. Whoever drives the provider sleeps through the same naps, since all have the same binary.
"""

from collections.abc import Iterable, Sequence

from lab.messages import Call

Span = tuple[float, float]
# The call that changes something -> the one that asks how it went, in terraform-provider-aws 5.100.0: a nap is between
# them. Seen in the journal: 15, 30, 30, 10, 5 and 5 s.
NAPS = {
    "route53:ChangeResourceRecordSets": "route53:GetChange",
    "elasticloadbalancing:CreateLoadBalancer": "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:ModifyLoadBalancerAttributes": "elasticloadbalancing:DescribeLoadBalancers",
    "ec2:ModifyVpcAttribute": "ec2:DescribeVpcAttribute",
    "ec2:CreateLaunchTemplate": "ec2:DescribeLaunchTemplates",
    "iam:AddRoleToInstanceProfile": "iam:GetInstanceProfile",
}
# Who asks sooner than that has not slept: some resources are read once at once, before the nap.
LEAST_NAP_SECONDS = 2.0
# From the group's creation on somebody looks whether its instances serve: ours in a hook, others by the provider.
_GROUP, _HEALTH = "autoscaling:CreateAutoScalingGroup", "elasticloadbalancing:DescribeTargetHealth"


def naps(calls: Iterable[Call]) -> list[Span]:
    """From when until when somebody slept, in Unix time; spans of different resources may overlap.

    Several changes may be under way at once. Each is paired with the first question that has none yet: who belongs to
    whom makes no difference to when at least one of them slept.
    """
    begun: dict[str, list[float]] = {asks: [] for asks in NAPS.values()}
    found = []
    for call in sorted(calls, key=lambda call: call.at):
        if call.action in NAPS:
            begun[NAPS[call.action]].append(call.at)
        elif (asleep := begun.get(call.action)) and call.at - asleep[0] >= LEAST_NAP_SECONDS:
            found.append((asleep.pop(0), call.at))
    return found


def until_all_serve(calls: Iterable[Call]) -> list[Span]:
    """From when until when somebody waited for the capacity of a new group; nothing without one."""
    ordered = sorted(calls, key=lambda call: call.at)
    made = [call.at for call in ordered if call.action == _GROUP]
    looked = [call.at for call in ordered if made and call.action == _HEALTH and call.at > made[0]]
    return [(made[0], looked[-1])] if looked else []


def seconds_within(spans: Iterable[Span], window: Span) -> float:
    """How many seconds of `window` are in at least one of `spans`."""
    total, until = 0.0, window[0]
    for span in sorted(spans):
        began, ended = max(span[0], until), min(span[1], window[1])
        if ended > began:
            total += ended - began
            until = ended
    return total


def within(calls: Iterable[Call], window: Span) -> Sequence[Call]:
    """The calls that came in `window`."""
    return [call for call in calls if window[0] <= call.at <= window[1]]
