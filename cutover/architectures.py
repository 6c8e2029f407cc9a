"""Processors: instances of a type only start from a machine image that is made for them."""

from collections.abc import Sequence

from cutover.owned import TEMPLATE, Owned, outputs_of
from cutover.refusal import Refusal


def built(colour: str, owned: Sequence[Owned]) -> tuple[str, str]:
    """The instance type and the machine image of the colour by its own state; empty texts when it has none."""
    template = outputs_of(owned, TEMPLATE, colour)
    return str(template.get("instanceType") or ""), str(template.get("imageId") or "")


def of_other(parameter: str, image_is: str, type_is: Sequence[str]) -> str:
    """The name of the public parameter with the same image for the other architecture, where the name says which.

    https://docs.aws.amazon.com/linux/al2023/ug/ec2.html#launch-via-aws-cli
    """
    return parameter.replace(image_is, type_is[0]) if len(type_is) == 1 and image_is in parameter else ""


def refuse_mismatch(instance_type: str, type_is: Sequence[str], image: str, image_is: str, remedy: str) -> None:
    """Raise Refusal when instances of the type cannot start from the image.

    `type_is` and `image_is` are what both are made for, in EC2's words (x86_64, arm64). `remedy`: the next step.
    EC2 refuses each launch, and with it the group that comes after everything else of a cluster.
    """
    if image_is not in type_is:
        raise Refusal(
            f"instances could not start: {instance_type} is {', '.join(type_is)}, and the machine image is not",
            seen=f"instanceType: {instance_type} ({', '.join(type_is)}); machine image {image} ({image_is})",
            allowed="an instance type and a machine image of one architecture",
            next_step=remedy,
        )


def another_release(colour: str, release: str) -> str:
    """What to do when the type fits the newest image, and only not the one that the release has."""
    return (
        f"let it be another release, as {release} keeps the image that it was first built with: "
        f"pulumi config set release RELEASE -s {colour}, then pulumi preview -s {colour}"
    )


def remedy(colour: str, release: str, machine_image: str, suggested: str, *, is_kept: bool) -> str:
    """What to do about it. `machine_image` and `suggested` are names of parameters, the latter empty when not known.

    is_kept: the release has its image already, and stays with it whatever the parameter is.
    """
    other = f"`machineImage: {suggested}`" if suggested else "another `machineImage`"
    edit = f"edit `instanceType` under `config` in Pulumi.yaml, or write {other} for {machine_image} there"
    if is_kept:
        return f"{edit} and {another_release(colour, release)}"
    return f"{edit}, then pulumi preview -s {colour}"
