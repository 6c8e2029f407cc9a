"""The Availability Zones of a colour: looked up once, then pinned by its own state."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from cutover import availability_zones
from cutover.owned import Owned
from cutover.refusal import Refusal


def of_cluster(colour: str, count: int, owned: Sequence[Owned]) -> list[str]:
    """The zones of the colour's `count` pairs of subnets; those that it has by its own state stay.

    Raises Refusal when the region has too few, or cannot be asked for those that are still to be chosen.
    """
    pinned = availability_zones.pinned(colour, owned)
    try:
        offered = _offered()
    except Exception as error:  # noqa: BLE001  # a failing invoke has no type of its own
        if not all(number in pinned for number in range(1, count + 1)):
            raise Refusal(
                "the availability zones of the region cannot be looked up",
                seen=str(error),
                allowed=f"an answer with {count}, as availabilityZones says",
                next_step="aws ec2 describe-availability-zones",
            ) from None
        pulumi.log.warn(f"{colour} stays in its zones; which ones the region offers cannot be looked up: {error}")
        return [pinned[number] for number in range(1, count + 1)]
    zones = availability_zones.choose(count, offered, pinned)
    if warning := availability_zones.withdrawn_warning(colour, zones):
        pulumi.log.warn(warning)
    return list(zones.names)


def _offered() -> Sequence[str]:
    # Local and wavelength zones have to be opted into, and cannot hold all of a cluster.
    ordinary = aws.GetAvailabilityZonesFilterArgs(name="opt-in-status", values=["opt-in-not-required"])
    return aws.get_availability_zones(state="available", filters=[ordinary]).names
