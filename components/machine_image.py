"""The machine image of a release: the newest one at its first `pulumi up`, and then always that one."""

import re
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components import display
from cutover.owned import STASH, Owned, outputs_of
from cutover.printable import quoted
from cutover.refusal import Refusal

_IMAGE = re.compile(r"ami-[0-9a-f]+")


def _name(release: str) -> str:
    return f"machine-image-{release}"


def look_up(release: str, parameter: str, owned: Sequence[Owned]) -> str:
    """The id of the newest image; of the one that `release` has by the state when there is none any more.

    Raises Refusal when there is neither.
    """
    return _newest(parameter, kept(release, owned))


def kept(release: str, owned: Sequence[Owned]) -> str:
    """The id of the image that `release` has by the state, with which it stays; empty when it has none yet."""
    return str(outputs_of(owned, STASH, _name(release)).get("output") or "")


def pinned(release: str, newest: str, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """The id of the image that `release` was first built with, which the state keeps in a Stash.

    What AWS publishes later is no difference, nor is a parameter that is gone; a new release starts from the newest
    image.
    """
    kept = opts.merge(pulumi.ResourceOptions(ignore_changes=["input"]))
    image: pulumi.Output[str] = pulumi.Stash(_name(release), input=newest, opts=kept).output
    return image


def _newest(parameter: str, known: str) -> str:
    """What the parameter says; `known`, which is what counts, when it says nothing any more."""
    try:
        value = aws.ssm.get_parameter(name=parameter).insecure_value or ""
        seen = f"{parameter}: {quoted(value)}"
    except Exception as error:  # noqa: BLE001  # a failing invoke has no type of its own
        value, seen = "", f"{parameter} ({quoted(str(error))})"
    if _IMAGE.fullmatch(value):
        return value
    if known:
        display.warn(f"machineImage names no image any more: {seen}; this release stays with {known}")
        return known
    raise Refusal(
        "machineImage names no image",
        seen=seen,
        allowed="the name of a public SSM parameter that holds the id of an image, like ami-0123456789abcdef0",
        next_step="edit `machineImage` under `config` in Pulumi.yaml",
    )
