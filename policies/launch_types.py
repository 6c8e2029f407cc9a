"""The types that say how an instance is launched, and the volumes they give it."""

from collections.abc import Iterator

from .resource import Resource, Values, block, blocks

TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration"
INSTANCE = "aws:ec2/instance:Instance"
LAUNCH_TYPES = (TEMPLATE, CONFIGURATION, INSTANCE)


def mapped_volumes(resource: Resource) -> Iterator[tuple[object, Values]]:
    """Device name and properties of each volume that is mapped to a device, which a root volume need not be."""
    if resource.type == TEMPLATE:
        for mapping in blocks(resource.props, "blockDeviceMappings"):
            if mapping.get("ebs"):
                yield mapping.get("deviceName"), block(mapping, "ebs")
    elif resource.type in (CONFIGURATION, INSTANCE):
        for volume in blocks(resource.props, "ebsBlockDevices"):
            yield volume.get("deviceName"), volume
