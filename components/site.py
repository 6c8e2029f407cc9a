"""Where a cluster stands, and from which image its instances start: looked up before anything is declared."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi_aws as aws

from components import display, instance_role, machine_image
from components.invoking import invoking
from components.settings import ColourSettings
from cutover import availability_zones
from cutover.owned import Owned
from cutover.refusal import Refusal


@dataclass(frozen=True)
class Site:
    """zone_id: of the hosted zone. image: the id of the machine image for a release that has none yet.

    role_path: where IAM has the instances' role (components.instance_role.path_of).
    """

    zone_id: str
    partition: str
    account: str
    region: str
    availability_zones: tuple[str, ...]
    image: str
    role_path: str | None


def look_up(settings: ColourSettings, zone_id: str, owned: Sequence[Owned]) -> Site:
    """The site of a colour; what it is built on already stays, by its own state (`owned`).

    All of it is asked before the first resource is declared, so that a Refusal comes before the first step.
    """
    shared = settings.shared
    with invoking("whose account this is, and in which region"):
        partition, account = aws.get_partition().partition, aws.get_caller_identity().account_id
        region = aws.get_region().region
    return Site(
        zone_id,
        partition,
        account,
        region,
        _zones(settings.colour, shared.availability_zones, owned),
        machine_image.look_up(settings.release, shared.machine_image, owned),
        instance_role.path_of(shared.names[0], settings.colour, owned),
    )


def _zones(colour: str, count: int, owned: Sequence[Owned]) -> tuple[str, ...]:
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
        display.warn(f"{colour} stays in its zones; which ones the region offers cannot be looked up: {error}")
        return tuple(pinned[number] for number in range(1, count + 1))
    zones = availability_zones.choose(count, offered, pinned)
    if warning := availability_zones.withdrawn_warning(colour, zones):
        display.warn(warning)
    return zones.names


def _offered() -> Sequence[str]:
    # Local and wavelength zones have to be opted into, and cannot hold all of a cluster.
    ordinary = aws.GetAvailabilityZonesFilterArgs(name="opt-in-status", values=["opt-in-not-required"])
    return aws.get_availability_zones(state="available", filters=[ordinary]).names
