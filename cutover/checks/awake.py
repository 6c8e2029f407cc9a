"""The check `awake`: the colour has a cluster, and is not being taken down."""

from collections.abc import Mapping
from dataclasses import dataclass

from cutover.checks.check import AWAKE, Check
from cutover.cluster_facts import ClusterFacts
from cutover.refusal import Refusal

ALLOWED = "a colour that is up"


@dataclass(frozen=True)
class DoorSeen:
    """Whether the parameter is there that goes first when a colour is taken down; `error` says why nobody knows."""

    parameter: str
    is_there: bool
    error: str = ""


def asleep(colour: str) -> str:
    """What is seen of a colour without a cluster."""
    return f"{colour} is asleep or was never built (its stack has no output `cluster`)"


def check_asleep(colour: str) -> Check:
    """The check of a colour without a cluster: it does not hold."""
    return Check(AWAKE, False, asleep(colour), ALLOWED)


def check(cluster: ClusterFacts, door: DoorSeen) -> Check:
    """Holds while the door is there; one that cannot be seen is closed."""
    colour, seen = cluster.colour, f"{cluster.colour} is up with release {cluster.release}"
    if door.error:
        seen = f"{door.parameter} cannot be read: {door.error}"
    elif not door.is_there:
        seen = f"{colour} is being taken down, or was in part: {door.parameter} is not there"
    return Check(AWAKE, door.is_there and not door.error, seen, ALLOWED)


def require(colour: str, clusters: Mapping[str, ClusterFacts]) -> ClusterFacts:
    """The facts of `colour`; raises Refusal when it is asleep or was never built, so has no cluster to tag in."""
    if colour not in clusters:
        raise Refusal(
            f"{colour} cannot be tagged in: {AWAKE}",
            seen=f"{asleep(colour)}; DNS was not touched",
            allowed=f"{ALLOWED}: {', '.join(sorted(clusters)) or 'none is'}",
            next_step=f"pulumi config set awake true -s {colour} && pulumi up -s {colour}",
        )
    return clusters[colour]
