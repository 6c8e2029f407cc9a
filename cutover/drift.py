"""What a stack's state says of the live records, and Route 53 does not."""

from collections.abc import Mapping, Sequence
from typing import Any

from cutover import weights
from cutover.owned import Owned
from cutover.refusal import Refusal

_RECORD = "aws:route53/record:Record"


def settled_names(owned: Sequence[Owned], names: Sequence[str], active: str) -> tuple[str, ...]:
    """Those of `names` on which the state has `active` at full weight already: an update would leave them alone."""
    full = {
        str(one.outputs.get("name") or "").rstrip(".")
        for one in owned
        if one.type == _RECORD and one.outputs.get("setIdentifier") == active and _weight(one.outputs) == weights.FULL
    }
    return tuple(name for name in names if name in full)


def refuse(names: Sequence[str], active: str, now: weights.Weights) -> None:
    """Raise Refusal when `active` has not its weight in Route 53 on one of `names`, although the state says so.

    Somebody changed it by hand, or an update was cut short between AWS and the state. The engine compares with the
    state only: the update would say "unchanged", and nobody would be in charge, or another one than `active`.
    """
    lost = [name for name in names if now.get(name, {}).get(active) != weights.FULL]
    if lost:
        raise Refusal(
            f"{active} has not the weight on {', '.join(lost)} that the state says; nothing was touched",
            seen=f"in the state: {active} {weights.FULL}; Route 53 now: {weights.describe(now)}",
            allowed="a state that knows what there is",
            next_step="pulumi refresh -s live, then pulumi up -s live",
        )


def _weight(outputs: Mapping[str, Any]) -> float | None:
    policies = outputs.get("weightedRoutingPolicies") or ()
    return next((policy.get("weight") for policy in policies), None)
