"""Where instances of a type can be had: not every availability zone of a region has every type."""

from collections.abc import Mapping, Sequence

from cutover.owned import TEMPLATE, Owned, outputs_of
from cutover.refusal import Refusal


def of_colour(colour: str, owned: Sequence[Owned]) -> str:
    """The type of the colour's instances by its own state; empty when it has none."""
    return str(outputs_of(owned, TEMPLATE, colour).get("instanceType") or "")


def refuse_not_offering(colour: str, instance_type: str, offering: Sequence[str], pinned: Mapping[int, str]) -> None:
    """Raise Refusal when the colour lies, by `pinned`, in a zone that is none of `offering`, those that have the type.

    Its subnets cannot move, so half of the instances could not be launched.
    """
    lacking = sorted(set(pinned.values()) - set(offering))
    if lacking:
        raise Refusal(
            f"instances of {colour} could not be launched in {', '.join(lacking)}",
            seen=f"instanceType: {instance_type}, which {_listed(offering)} offer; {colour} lies in "
            f"{', '.join(pinned[number] for number in sorted(pinned))}",
            allowed="a type that every zone of the colour offers; asleep, it moves to zones that do",
            next_step=f"edit `instanceType` under `config` in Pulumi.yaml; or, while {colour} is idle: pulumi config "
            f"set awake false -s {colour} && pulumi up -s {colour}, then pulumi config rm awake -s {colour} && "
            f"pulumi up -s {colour}",
        )


def refuse_too_few(
    instance_type: str, count: int, offered: Sequence[str], offering: Sequence[str], pinned: Mapping[int, str]
) -> None:
    """Raise Refusal when fewer than `count` zones, of those `offered` and those pinned, have the type."""
    enough = {*offered, *pinned.values()}
    having = enough & set(offering)
    if len(having) < count <= len(enough):
        raise Refusal(
            f"the region has too few availability zones that offer {instance_type}",
            seen=f"instanceType: {instance_type}, which {_listed(sorted(having))} offer",
            allowed=f"{count} zones, as availabilityZones says",
            next_step="edit `instanceType` or `availabilityZones` under `config` in Pulumi.yaml; aws ec2 "
            f"describe-instance-type-offerings --location-type availability-zone --filters "
            f"Name=instance-type,Values={instance_type}",
        )


def _listed(zones: Sequence[str]) -> str:
    return ", ".join(sorted(zones)) or "no zones"
