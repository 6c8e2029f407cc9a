"""Offsite data: nothing that a colour could take with it when it is taken down."""

from collections.abc import Iterator

from pulumi_policy import EnforcementLevel

from . import aws_types
from .finding import Finding
from .launch_types import CONFIGURATION, INSTANCE, TEMPLATE, mapped_volumes
from .resource import Resource, Values, block, is_true
from .rule import Parameters, resource_rule

_GOES_WITH_THE_COLOUR = (
    "A colour is taken down and rebuilt at will, and the other one does not see what is in it: "
    "its data would be gone, or missing, after a tag-in."
)
_MOVE = "Declare it in a stack of its own and hand the clusters its address through `offsite` in Pulumi.yaml."


def no_stateful_type(resource: Resource, parameters: Parameters) -> Iterator[Finding]:
    """A resource of a type that holds data."""
    kind = aws_types.short(resource.type)
    reason = aws_types.stateful().get(kind or "")
    if reason and kind not in parameters["allowed"]:
        yield Finding(f"{kind} holds data", resource.name, f"{reason} {_GOES_WITH_THE_COLOUR}", _MOVE)


def no_volume_stays(resource: Resource, _: Parameters) -> Iterator[Finding]:
    """A volume of a launch template or configuration that outlives its instance."""
    if resource.type not in (TEMPLATE, CONFIGURATION):
        return
    for device, volume in mapped_volumes(resource):
        if not is_true(volume.get("deleteOnTermination")):
            yield _stays(str(device), volume)


def no_instance_with_volumes(resource: Resource, _: Parameters) -> Iterator[Finding]:
    """An instance of its own with more than the root volume, or with a root volume that stays."""
    if resource.type != INSTANCE:
        return
    for device, _volume in mapped_volumes(resource):
        yield Finding(f"instance {resource.name} has a volume of its own", device, _GOES_WITH_THE_COLOUR, _MOVE)
    root = block(resource.props, "rootBlockDevice")
    if root and root.get("deleteOnTermination") is False:
        yield _stays("the root device", root)


def _stays(device: str, volume: Values) -> Finding:
    return Finding(
        f"the volume {device} is left behind when its instance ends",
        f"deleteOnTermination: {volume.get('deleteOnTermination', 'not set')}",
        "Instances are born with a release and die with it; what they leave is paid for, and read by nobody.",
        "Set delete_on_termination to true; data that has to stay belongs offsite.",
    )


def reviewed_type(resource: Resource, _: Parameters) -> Iterator[Finding]:
    """A type of AWS that nobody has looked at yet."""
    kind = aws_types.short(resource.type)
    native = resource.type.startswith("aws-native:")
    if native or (kind and kind not in aws_types.stateful() and kind not in aws_types.stateless()):
        yield Finding(
            "unreviewed type: nobody has said yet whether it holds data",
            resource.type,
            "Data in a colour is lost when it is taken down, and offsite-data lets this type pass.",
            "Review it, and put it into policies/aws_types.toml: with the stateful ones and why, or with the others.",
        )


offsite_data = resource_rule(
    name="offsite-data",
    title="Data lives offsite",
    description="No resource that holds data, and no volume that outlives its instance, is part of a cluster: "
    "a colour is taken down at will, and its data would go with it.",
    remedy=_MOVE,
    checks=[no_stateful_type, no_volume_stays, no_instance_with_volumes],
    parameters={
        "allowed": {
            "type": "array",
            "items": {"type": "string"},
            "default": [],
            "description": "Types that may be there nevertheless, written MODULE/Type like in aws_types.toml",
        }
    },
)
unreviewed_type = resource_rule(
    name="unreviewed-type",
    title="Every type of resource was reviewed",
    description="Types that are new in pulumi-aws are reported until somebody has said whether they hold data.",
    remedy="Review the type, and put it into policies/aws_types.toml.",
    checks=[reviewed_type],
    level=EnforcementLevel.ADVISORY,
)
RULES = [offsite_data, unreviewed_type]
