"""Which seconds of a command the provider slept through by itself, by the calls that the embedded AWS got.

The provider's waits begin with a fixed nap after the call that changes something, before it asks for the first time how
that went. Whoever drives the provider sleeps through the same naps, since all have the same binary.
"""

from collections.abc import Iterable, Sequence

from lab.messages import Call

Span = tuple[float, float]
# The call that changes something -> the first one that asks how it went, in terraform-provider-aws 5.100.0: a nap is
# between them. Measured: 15 s, 30 s, 10 s.
NAPS = {
    "route53:ChangeResourceRecordSets": "route53:GetChange",
    "elasticloadbalancing:CreateLoadBalancer": "elasticloadbalancing:DescribeLoadBalancers",
    "ec2:ModifyVpcAttribute": "ec2:DescribeVpcAttribute",
}


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
        elif begun.get(call.action):
            found.append((begun[call.action].pop(0), call.at))
    return found


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
