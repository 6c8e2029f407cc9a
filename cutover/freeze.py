"""The freeze: the colour in charge, and the one just tagged out, refuse change."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise
from typing import Any

from cutover.in_charge import Entry
from cutover.record_set import RecordSet
from cutover.refusal import Refusal
from cutover.weights import Weights, carrying, describe, in_charge

# The drain: how long after a tag-out some client may still be sent to the colour.
# An alias to a load balancer has TTL 60, and a change reaches all of Route 53's servers within 60 s:
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias-common.html
# https://aws.amazon.com/route53/faqs/ (how quickly changes propagate)
DRAIN_SECONDS = 120

RESTORE = "pulumi up -s live, which writes in-charge; then try again"

# What an instance is born with, and what counts the instances. Changing any of it is a new generation of instances.
GENERATION = frozenset(
    {
        "aws:autoscaling/group:Group",
        "aws:ec2/launchTemplate:LaunchTemplate",
        "pulumi:index:Stash",
    }
)


class Operation(Enum):
    """What is about to be done to a resource."""

    CREATE = "created"
    UPDATE = "updated"
    DELETE = "deleted"


@dataclass(frozen=True)
class TrafficState:
    """Who carries the traffic, as Route 53 and the history of `in-charge` (oldest first) say; both empty at first.

    `weights` are those that count (`weights.that_count`), `records` all record sets of the live names. `read_at` is
    when the history was read, by AWS's clock (Unix time, seconds), like the times in it. `latest_unreadable` says what
    is wrong with the newest version of `in-charge` when that names nobody.
    """

    weights: Weights
    history: Sequence[Entry]
    read_at: float = 0.0
    latest_unreadable: str = ""
    records: Mapping[str, Sequence[RecordSet]] = field(default_factory=dict, repr=False)

    @property
    def named(self) -> str | None:
        """The colour that `in-charge` names now."""
        return self.history[-1].colour if self.history and not self.latest_unreadable else None


@dataclass(frozen=True)
class Change:
    """What is about to be done to which resource; inputs are the engine's, and empty where there are none."""

    operation: Operation
    name: str
    type: str
    old: Mapping[str, Any]
    new: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.type.rpartition(':')[2]} {self.name}"


def frozen_because(colour: str, traffic: TrafficState, now: float) -> str | None:
    """Why `colour` must not change now; None when it may.

    It carries traffic, or `in-charge` names it (it was tagged out and the wait for DNS failed), or it was named until
    less than DRAIN_SECONDS ago: then some client may still be sent to it. Or it may have been, and nothing says when
    that ended (`unknown_because`). That it is to be created or updated is no excuse: a replacement begins with a
    create, which nothing tells from any other, and would end in a refused delete.

    `now` is Unix time in seconds by AWS's clock, as are the times in the history.
    """
    if colour in carrying(traffic.weights):
        at_zero = "" if colour in in_charge(traffic.weights) else ", and where nobody has weight, all sets are used"
        return f"it carries traffic (Route 53 now: {describe(traffic.weights)}{at_zero})"
    unknown = unknown_because(colour, traffic)
    if unknown:
        return unknown
    if traffic.history and colour in traffic.history[-1].live:
        return "in-charge still names it: it was tagged out, and the wait for DNS has not ended well"
    left = _let_go_at(colour, traffic.history) + DRAIN_SECONDS - now
    if left > 0:
        # AWS tells the time in whole seconds, so the last change may seem to be ahead of it.
        return f"it was tagged out a moment ago, and clients may still come for {min(left, DRAIN_SECONDS):.0f} s"
    return None


def unknown_because(colour: str, traffic: TrafficState) -> str | None:
    """Why it cannot be known since when `colour` carries nothing; None when it can.

    A colour that has a record set, or that was named once, has been live or is about to be. One that has neither, as
    before the first tag-in, carries nothing.
    """
    has_set = any(colour in of for of in traffic.weights.values())
    if traffic.latest_unreadable and (has_set or any(colour in entry.live for entry in traffic.history)):
        return f"in-charge cannot be read, so nobody is known to be in charge: {traffic.latest_unreadable}"
    if has_set and not traffic.history:
        return (
            "it has a record set, and in-charge has no history: it was lost, or not written yet, and nothing says "
            f"since when {colour} carries nothing (Route 53 now: {describe(traffic.weights)})"
        )
    return None


def _let_go_at(colour: str, history: Sequence[Entry]) -> float:
    """When `colour` was last live (Unix time, seconds); minus infinity when it never was.

    Before `in-charge` was restored, anybody may have been.
    """
    ends = [after.at for entry, after in pairwise(history) if colour in entry.live]
    unknown = [entry.at for entry in history if entry.restored]
    return max([*ends, *unknown], default=-math.inf)


def tag(inputs: Mapping[str, Any], key: str) -> str | None:
    """One tag in a resource's inputs; an Auto Scaling group has them as a list."""
    tags = inputs.get("tags") or {}
    if not isinstance(tags, Mapping):
        tags = {entry["key"]: entry["value"] for entry in tags}
    return tags.get(key)


def refuse_another_service(colour: str, change: Change, service: str, *, hotfix: bool) -> None:
    """Raise Refusal when the resource serves another name than `service`, the first of the names in the config.

    Who is in charge is looked up under that name: under another one, nobody would seem to be.
    """
    was = tag(change.old, "service")
    if was not in (None, service):
        raise refusal(colour, change, f"it serves {was}, and the first of names is now {service}", hotfix=hotfix)


def is_hotfix(change: Change) -> bool:
    """Whether `hotfix: true` covers the change: in place, and no new release or generation of instances."""
    releases = {tag(inputs, "release") for inputs in (change.old, change.new) if inputs}
    return change.operation is not Operation.DELETE and change.type not in GENERATION and len(releases) <= 1


def decide(colour: str, change: Change, traffic: TrafficState, now: float, *, hotfix: bool) -> str | None:
    """None when `colour` may be changed; with `hotfix`, a line that says loudly what is let through.

    Raises Refusal when the colour is frozen and the change is not a hotfix.
    """
    reason = frozen_because(colour, traffic, now)
    if reason is None:
        return None
    if hotfix and is_hotfix(change):
        return f"HOTFIX: {change} of {colour} is {change.operation.value} although {reason}"
    known = colour in carrying(traffic.weights) or unknown_because(colour, traffic) is None
    raise refusal(colour, change, reason, hotfix=hotfix, next_step=None if known else RESTORE)


def refusal(colour: str, change: Change, reason: str, *, hotfix: bool, next_step: str | None = None) -> Refusal:
    """The refusal of one change, for `reason`; `next_step` is for who knows better than to tag the colour out."""
    small = "a hotfix covers only changes in place, never a replacement, a delete or a new release; tag the other in"
    return Refusal(
        f"{colour} is frozen: {change} cannot be {change.operation.value}",
        seen=reason,
        allowed=small if hotfix else "changes to the idle colour, once DNS has let go of it",
        next_step=next_step
        or f"pulumi preview -s live to see who is in charge; undo the change, or tag {colour} out first",
    )
