"""Readiness: may this colour be tagged in?"""

from collections.abc import Mapping
from dataclasses import dataclass

from cutover.capacity import CapacitySeen, is_full
from cutover.cluster_facts import ClusterFacts
from cutover.refusal import Refusal


@dataclass(frozen=True)
class Check:
    """One named condition of a tag-in: whether it holds, what was seen, what is allowed."""

    name: str
    holds: bool
    seen: str
    allowed: str


def require_awake(colour: str, clusters: Mapping[str, ClusterFacts]) -> ClusterFacts:
    """The facts of `colour`; raises Refusal when it is asleep or was never built, so has no cluster to tag in."""
    if colour not in clusters:
        raise Refusal(
            f"{colour} cannot be tagged in: awake",
            seen=f"{colour} is asleep or was never built (its stack has no output `cluster`); DNS was not touched",
            allowed=f"a colour that is up: {', '.join(sorted(clusters)) or 'none is'}",
            next_step=f"pulumi config set awake true -s {colour} && pulumi up -s {colour}",
        )
    return clusters[colour]


def checks(facts: ClusterFacts, capacity: int, seen: CapacitySeen) -> tuple[Check, ...]:
    """What has to hold before the colour of `facts` gets any weight; `capacity` is what the project declares now."""
    return (
        Check("declared", facts.capacity == capacity, f"built for {facts.capacity} instances", f"{capacity}"),
        Check("capacity", is_full(seen, capacity), str(seen), f"{capacity} instances InService and healthy"),
    )


def refuse_unready(colour: str, found: tuple[Check, ...], weights: str) -> None:
    """Raise Refusal with every check that failed; `weights` is what Route 53 says at this moment."""
    failed = [check for check in found if not check.holds]
    if failed:
        raise Refusal(
            f"{colour} is not ready to carry the traffic: {', '.join(check.name for check in failed)}",
            seen="; ".join(check.seen for check in failed) + f" (Route 53 now: {weights})",
            allowed="; ".join(check.allowed for check in failed),
            next_step=f"pulumi up -s {colour}, then pulumi up -s live again",
        )
