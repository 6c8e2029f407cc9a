"""Which Availability Zones a cluster lies in: a subnet cannot move, so they are chosen once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cutover.owned import Owned
from cutover.refusal import Refusal

SUBNET = "aws:ec2/subnet:Subnet"


@dataclass(frozen=True)
class Zones:
    """The zones in the order of the subnets, and those of them that the region does not offer any more."""

    names: tuple[str, ...]
    withdrawn: tuple[str, ...]


def pinned(colour: str, owned: Sequence[Owned]) -> dict[int, str]:
    """The zone of each pair of subnets that the colour has by its own state, by its number, from 1.

    A colour that is asleep or was never built has none; one that is half built or half gone has some. Of a pair
    either subnet tells.
    """
    found = {}
    for one in owned:
        numbered = re.fullmatch(rf"{re.escape(colour)}-(?:public|private)-([0-9]+)", one.name)
        zone = one.outputs.get("availabilityZone")
        if one.type == SUBNET and numbered and isinstance(zone, str) and zone:
            found[int(numbered[1])] = zone
    return found


def choose(count: int, offered: Sequence[str], pinned_zones: Mapping[int, str]) -> Zones:
    """The `count` zones of a cluster: those that it lies in stay, offered or not; the others come from the first
    of `offered`, in alphabetical order, that it does not lie in.

    Raises Refusal when there are too few.
    """
    kept = {number: pinned_zones[number] for number in sorted(pinned_zones) if number <= count}
    free = (zone for zone in sorted(set(offered)) if zone not in kept.values())
    found = {number: kept.get(number) or next(free, "") for number in range(1, count + 1)}
    if not all(found.values()):
        raise Refusal(
            "the region has too few availability zones",
            seen=_seen(offered, kept),
            allowed=f"{count}, as availabilityZones says",
            next_step="edit `availabilityZones` under `config` in Pulumi.yaml, or choose another region",
        )
    return Zones(tuple(found.values()), tuple(zone for zone in kept.values() if zone not in offered))


def withdrawn_warning(colour: str, zones: Zones) -> str:
    """What to do about zones that are not offered any more; empty when all are."""
    if not zones.withdrawn:
        return ""
    return (
        f"{colour} stays in {', '.join(zones.withdrawn)}, which the region does not offer any more: while it is idle, "
        f"set awake: false, pulumi up -s {colour}, then awake: true, pulumi up -s {colour}, and it is built in others"
    )


def _seen(offered: Sequence[str], kept: Mapping[int, str]) -> str:
    lies_in = f"; it lies in {', '.join(kept.values())}" if kept else ""
    return f"{', '.join(sorted(set(offered))) or 'none'} on offer{lies_in}"
