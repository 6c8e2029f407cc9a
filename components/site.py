"""Where a cluster stands, and from which image its instances start: looked up before anything is declared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi_aws as aws

from components import display, instance_role, machine_image
from components.invoking import invoking
from components.settings import ColourSettings
from cutover import architectures, availability_zones, instance_types, layout, provenance
from cutover.asking import asking
from cutover.aws_clusters import AwsClusters
from cutover.owned import Owned
from cutover.provenance import Place
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


def look_up(settings: ColourSettings, zone_id: str, owned: Sequence[Owned], ec2: AwsClusters) -> Site:
    """The site of a colour; what it is built on already stays, by its own state (`owned`).

    All of it is asked before the first resource is declared, so that a Refusal comes before the first step.
    """
    shared = settings.shared
    layout.refuse_moved(settings.colour, shared.cidrs[settings.colour], owned)
    with invoking("whose account this is, and in which region"):
        partition, account = aws.get_partition().partition, aws.get_caller_identity().account_id
        region = aws.get_region().region
    if shared.https and shared.certificate_arn:
        provenance.refuse_certificate_elsewhere(shared.certificate_arn, Place(account, region), settings.colour)
    zones = _zones(settings, owned, ec2)
    image = machine_image.look_up(settings.release, shared.machine_image, owned)
    _refuse_another_architecture(settings, image, owned, ec2)
    return Site(
        zone_id,
        partition,
        account,
        region,
        zones,
        image,
        instance_role.path_of(shared.names[0], settings.colour, owned),
    )


def _refuse_another_architecture(
    settings: ColourSettings, newest: str, owned: Sequence[Owned], ec2: AwsClusters
) -> None:
    """Raise Refusal when instances of the type could not start from the image, or when EC2 says neither.

    What is built already is not asked about.
    """
    instance_type, colour = settings.shared.instance_type, settings.colour
    kept = machine_image.kept(settings.release, owned)
    image = kept or newest
    if architectures.built(colour, owned) == (instance_type, image):
        return
    with asking("EC2", f"which processors {instance_type} has, and which {image} is made for"):
        type_is, image_is = ec2.architectures_of(instance_type), ec2.architecture_of_image(image)
        fits = image_is in type_is
        newest_is = image_is if fits or image == newest else ec2.architecture_of_image(newest)
    parameter = settings.shared.machine_image
    remedy = (
        architectures.another_release(colour, settings.release)
        if kept and newest_is in type_is
        else architectures.remedy(
            colour,
            settings.release,
            parameter,
            architectures.of_other(parameter, newest_is, type_is),
            is_kept=bool(kept),
        )
    )
    architectures.refuse_mismatch(instance_type, type_is, image, image_is, remedy)


def _zones(settings: ColourSettings, owned: Sequence[Owned], ec2: AwsClusters) -> tuple[str, ...]:
    """The zones of the colour's pairs of subnets; those that it has by its own state stay.

    Raises Refusal when the region has too few that offer the instance type, when one of those that stay does not, when
    it cannot be asked for those that are still to be chosen, and when the colour is to have fewer than it has.
    """
    colour, count, instance_type = settings.colour, settings.shared.availability_zones, settings.shared.instance_type
    pinned = availability_zones.pinned(colour, owned)
    layout.refuse_fewer_zones(colour, count, pinned)
    is_whole = all(number in pinned for number in range(1, count + 1))
    # What is built already is not asked about: it may have been built where such instances are not to be had by now.
    is_new = not is_whole or instance_type != instance_types.of_colour(colour, owned)
    offering = _offering(colour, instance_type, pinned, ec2) if is_new else None
    try:
        offered = _offered()
    except Exception as error:  # noqa: BLE001  # a failing invoke has no type of its own
        if not is_whole:
            raise Refusal(
                "the availability zones of the region cannot be looked up",
                seen=str(error),
                allowed=f"an answer with {count}, as availabilityZones says",
                next_step="aws ec2 describe-availability-zones",
            ) from None
        display.warn(f"{colour} stays in its zones; which ones the region offers cannot be looked up: {error}")
        return tuple(pinned[number] for number in range(1, count + 1))
    if offering is not None:
        instance_types.refuse_too_few(instance_type, count, offered, offering, pinned)
        offered = [zone for zone in offered if zone in offering]
    zones = availability_zones.choose(count, offered, pinned)
    if warning := availability_zones.withdrawn_warning(colour, zones):
        display.warn(warning)
    return zones.names


def _offering(colour: str, instance_type: str, pinned: Mapping[int, str], ec2: AwsClusters) -> Sequence[str]:
    with asking("EC2", f"which zones offer {instance_type}"):
        offering = ec2.zones_offering(instance_type)
    instance_types.refuse_not_offering(colour, instance_type, offering, pinned)
    return offering


def _offered() -> Sequence[str]:
    # Local and wavelength zones have to be opted into, and cannot hold all of a cluster.
    ordinary = aws.GetAvailabilityZonesFilterArgs(name="opt-in-status", values=["opt-in-not-required"])
    return aws.get_availability_zones(state="available", filters=[ordinary]).names
