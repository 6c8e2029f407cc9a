"""Instances that only the load balancer reaches, and whose disks and credentials stay inside."""

from collections.abc import Iterator, Sequence

from ..finding import Finding
from ..launch_types import CONFIGURATION, INSTANCE, LAUNCH_TYPES, TEMPLATE, mapped_volumes
from ..resource import Resource, Values, block, blocks, is_true
from ..rule import Parameters


def metadata_with_a_token(resource: Resource, parameters: Parameters) -> Iterator[Finding]:
    """An instance whose credentials a forged request, or a container, can fetch."""
    if resource.type not in LAUNCH_TYPES:
        return
    options = block(resource.props, "metadataOptions")
    if options.get("httpEndpoint") == "disabled":
        return
    if options.get("httpTokens") != "required":
        yield Finding(
            f"{resource.name} answers metadata requests without a token",
            f"httpTokens: {options.get('httpTokens', 'not set')}",
            "A service that can be made to fetch a URL hands out the credentials of its instance: "
            "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html.",
            'Set http_tokens to "required" in metadata_options (IMDSv2).',
        )
    hops, most = options.get("httpPutResponseHopLimit"), int(parameters["metadataHops"])
    if hops is None or hops > most:
        yield Finding(
            f"the metadata of {resource.name} can be read from inside of its container",
            f"httpPutResponseHopLimit: {'not set' if hops is None else int(hops)}",
            "The image may set 2 when nothing is set here, and a container could use the instance's role.",
            f"Set http_put_response_hop_limit to {most} in metadata_options.",
        )


def no_public_address(resource: Resource, _: Parameters) -> Iterator[Finding]:
    """An instance that has, or may get, an address of its own in the internet."""
    seen = _public(resource)
    if seen:
        yield Finding(
            f"{resource.name} gives an instance a public address",
            seen,
            "Only the load balancer is reached from outside; an instance with an address is one rule from being open.",
            "Set associate_public_ip_address to false, and let private traffic leave through the NAT gateways.",
        )


def _public(resource: Resource) -> str | None:
    props = resource.props
    if resource.type == TEMPLATE:
        # Where nothing is said the subnet decides, and default subnets give addresses.
        interfaces: Sequence[Values] = blocks(props, "networkInterfaces") or ({},)
        given = [interface.get("associatePublicIpAddress") for interface in interfaces]
    elif resource.type in (CONFIGURATION, INSTANCE):
        given = [props.get("associatePublicIpAddress")]
    elif resource.type == "aws:ec2/subnet:Subnet":
        return "mapPublicIpOnLaunch: true" if is_true(props.get("mapPublicIpOnLaunch")) else None
    elif resource.type in ("aws:ec2/eip:Eip", "aws:ec2/eipAssociation:EipAssociation"):
        return "an address that is associated with an instance" if {"instance", "instanceId"} & set(props) else None
    else:
        return None
    wrong = [value for value in given if value not in (False, "false")]
    return f"associatePublicIpAddress: {'not set' if wrong[0] is None else wrong[0]}" if wrong else None


def no_key_pair(resource: Resource, _: Parameters) -> Iterator[Finding]:
    """A way to log in by SSH."""
    if resource.type == "aws:ec2/keyPair:KeyPair":
        seen = resource.type
    elif resource.type in LAUNCH_TYPES and resource.props.get("keyName"):
        seen = f"keyName: {resource.props['keyName']}"
    else:
        return
    yield Finding(
        f"{resource.name} lets people in by SSH",
        seen,
        "Instances are never changed by hand, and a key that is lost opens all of them.",
        "Leave the key out; a shell is opened with Session Manager, which needs no open port.",
    )


def encrypted_volumes(resource: Resource, _: Parameters) -> Iterator[Finding]:
    """A volume that is not encrypted, or whose encryption is left to the image."""
    if resource.type == "aws:ebs/volume:Volume":
        volumes: list[tuple[object, Values]] = [(resource.name, resource.props)]
    elif resource.type in LAUNCH_TYPES:
        volumes = [("the root device", v) for v in blocks(resource.props, "rootBlockDevice")]
        volumes += mapped_volumes(resource)
    else:
        return
    for device, volume in volumes or [("the root device", {})]:
        if not is_true(volume.get("encrypted")):
            yield Finding(
                f"the volume {device} of {resource.name} is not encrypted",
                f"encrypted: {volume.get('encrypted', 'not set')}",
                "Logs and memory that end up on disk are readable in any copy of it.",
                "Map the root device of the image, and set encrypted to true on every volume.",
            )
