"""The freeze: the colour in charge, and the one just tagged out, refuse change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from cutover.refusal import Refusal
from cutover.weights import Weights, describe, in_charge

# An alias to a load balancer has TTL 60, and a change reaches all of Route 53's servers within 60 s:
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias-common.html
# https://aws.amazon.com/route53/faqs/ (how quickly changes propagate)
SETTLING_SECONDS = 120

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
class Named:
    """One entry of the history of `in-charge`: which colour and release it named from when on (Unix time, seconds).

    `group` is its Auto Scaling group, `sharing` the colours that had a share of the traffic beside it, `override` the
    one in force, as text.
    """

    at: float
    colour: str
    release: str = ""
    group: str = ""
    sharing: frozenset[str] = frozenset()
    override: str = ""

    @staticmethod
    def of(at: float, value: Mapping[str, Any]) -> "Named":
        """Read one value of the parameter."""
        release, group, override = (value.get(key) or "" for key in ("release", "group", "override"))
        return Named(at, value["colour"], release, group, frozenset(value.get("share") or ()), override)


@dataclass(frozen=True)
class Standing:
    """Who carries the traffic, as Route 53 and the history of `in-charge` (oldest first) say; both empty at first."""

    weights: Weights
    history: Sequence[Named]

    @property
    def named(self) -> str | None:
        """The colour that `in-charge` names now."""
        return self.history[-1].colour if self.history else None


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


def frozen_because(colour: str, standing: Standing, now: float) -> str | None:
    """Why `colour` must not change now; None when it may.

    It has weight, or `in-charge` names it (it was tagged out and the wait for DNS failed), or it was named until less
    than SETTLING_SECONDS ago: then some client may still be sent to it. That it is to be created or updated is no
    excuse: a replacement begins with a create, which nothing tells from any other, and would end in a refused delete.
    """
    if colour in in_charge(standing.weights):
        return f"it carries traffic (Route 53 now: {describe(standing.weights)})"
    named = [index for index, entry in enumerate(standing.history) if colour in {entry.colour, *entry.sharing}]
    if not named:
        return None
    if named[-1] == len(standing.history) - 1:
        return "in-charge still names it: it was tagged out, and the wait for DNS has not ended well"
    left = standing.history[named[-1] + 1].at + SETTLING_SECONDS - now
    if left > 0:
        return f"it was tagged out a moment ago, and clients may still come for {left:.0f} s"
    return None


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


def decide(colour: str, change: Change, standing: Standing, now: float, *, hotfix: bool) -> str | None:
    """None when `colour` may be changed; with `hotfix`, a line that says loudly what is let through.

    Raises Refusal when the colour is frozen and the change is not a hotfix.
    """
    reason = frozen_because(colour, standing, now)
    if reason is None:
        return None
    if hotfix and is_hotfix(change):
        return f"HOTFIX: {change} of {colour} is {change.operation.value} although {reason}"
    raise refusal(colour, change, reason, hotfix=hotfix)


def refusal(colour: str, change: Change, reason: str, *, hotfix: bool) -> Refusal:
    """The refusal of one change, for `reason`."""
    small = "a hotfix covers only changes in place, never a replacement, a delete or a new release; tag the other in"
    return Refusal(
        f"{colour} is frozen: {change} cannot be {change.operation.value}",
        seen=reason,
        allowed=small if hotfix else "changes to the idle colour, once DNS has let go of it",
        next_step=f"pulumi preview -s live to see who is in charge; undo the change, or tag {colour} out first",
    )
