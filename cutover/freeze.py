"""The freeze: the colour in charge, and the one just tagged out, refuse change."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise
from typing import Any

from cutover import drain
from cutover.drain import Drain
from cutover.in_charge import Entry
from cutover.owned import BALANCER
from cutover.record_set import RecordSet
from cutover.refusal import Refusal
from cutover.weights import Weights, carrying, describe, in_charge

# Of a colour whose load balancer has what the config says without more ado.
DRAIN_SECONDS = Drain(60).seconds

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
    is wrong with the newest version of `in-charge` when that names nobody. `drain`: of the colour that asks.
    """

    weights: Weights
    history: Sequence[Entry]
    read_at: float = 0.0
    latest_unreadable: str = ""
    records: Mapping[str, Sequence[RecordSet]] = field(default_factory=dict, repr=False)
    drain: Drain = field(default_factory=Drain)

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
    less than its drain ago: then some client may still be sent to it, or be connected to it. Or it may have been, and
    nothing says when that ended (`unknown_because`). That it is to be created or updated is no excuse: a replacement
    begins with a create, which nothing tells from any other, and would end in a refused delete.

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
    left = seconds_left(colour, traffic, now)
    if left > 0:
        return (
            f"it was tagged out a moment ago, and clients may still come for {left:.0f} s "
            f"({traffic.drain}); WebSockets and requests that are under way may last longer"
        )
    return None


def seconds_left(colour: str, traffic: TrafficState, now: float) -> float:
    """How long after its tag-out clients may still come to `colour`, who carries nothing; 0 when that is over.

    `now` as in `frozen_because`.
    """
    left = let_go_at(colour, traffic.history) + traffic.drain.seconds - now
    # AWS tells the time in whole seconds, so the last change may seem to be ahead of it.
    return min(max(left, 0.0), traffic.drain.seconds)


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


def let_go_at(colour: str, history: Sequence[Entry]) -> float:
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
    in_place = change.operation is not Operation.DELETE and change.type not in GENERATION
    return in_place and len(releases) <= 1 and not _shortened(change)


def _shortened(change: Change) -> str:
    """How an update makes the keep-alive of connections shorter that are open; empty when it does not."""
    is_update = change.type == BALANCER and change.operation is Operation.UPDATE
    return drain.shortened(change.old, change.new) if is_update else ""


def decide(colour: str, change: Change, traffic: TrafficState, now: float, *, hotfix: bool) -> str | None:
    """None when `colour` may be changed; with `hotfix`, a line that says loudly what is let through.

    Raises Refusal when the colour is frozen and the change is not a hotfix.
    """
    reason = frozen_because(colour, traffic, now)
    if reason is None:
        return None
    if hotfix and is_hotfix(change):
        return f"HOTFIX: {change} of {colour} is {change.operation.value} although {reason}"
    if hotfix and (shorter := _shortened(change)):
        connected = f"{drain.KEEP_ALIVE}: {shorter}, and its clients' connections may go by the longer one"
        longer = f"say the longer one as `{drain.KEEP_ALIVE}` in Pulumi.yaml until {colour} is idle"
        raise refusal(colour, change, f"{reason}; {connected}", hotfix=True, next_step=longer)
    known = colour in carrying(traffic.weights) or unknown_because(colour, traffic) is None
    raise refusal(colour, change, reason, hotfix=hotfix, next_step=None if known else RESTORE)


def refusal(colour: str, change: Change, reason: str, *, hotfix: bool, next_step: str | None = None) -> Refusal:
    """The refusal of one change, for `reason`; `next_step` is for who knows better than to tag the colour out."""
    small = (
        "a hotfix covers only changes in place, never a replacement, a delete, a new release or a shorter "
        f"{drain.KEEP_ALIVE}; tag the other in"
    )
    return Refusal(
        f"{colour} is frozen: {change} cannot be {change.operation.value}",
        seen=reason,
        allowed=small if hotfix else "changes to the idle colour, once DNS has let go of it",
        next_step=next_step
        or f"pulumi preview -s live to see who is in charge; undo the change, or tag {colour} out first",
    )
