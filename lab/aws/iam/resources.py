"""Which resources a call is about, by the ARN formats of the IAM definition."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lab.aws.iam.definition import PLACEHOLDER, STANDARD, Action, ResourceType, pattern_of

# The kind of an EC2 resource is in its id: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
_EC2_PREFIXES = {
    "ami": "image",
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "i": "instance",
    "igw": "internet-gateway",
    "lt": "launch-template",
    "nat": "natgateway",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "snap": "snapshot",
    "subnet": "subnet",
    "vol": "volume",
    "vpc": "vpc",
}
_EC2_ID = re.compile(r"(?P<prefix>[a-z]+)-[0-9a-f]+")
# What names no resource, whatever it looks like.
_NO_RESOURCES = frozenset(
    {"ChangeBatch", "Filters", "Policy", "PolicyDocument", "TagSpecifications", "Tags", "UserData"}
)


@dataclass(frozen=True)
class Place:
    """Where a call goes: the placeholders that every ARN format has."""

    region: str
    account: str
    partition: str = "aws"


def resources_of(
    action: Action, parameters: Mapping[str, Any], place: Place, full_names: Mapping[str, Callable[[str, Place], str]]
) -> tuple[str, ...]:
    """The ARNs of the resources that the call is about, `("*",)` for an action that has none.

    What cannot be told, as the id of what is about to be made, is `*` in the ARN. full_names: by resource type, how a
    name becomes what the ARN has of it, for what only the state of the AWS tells.
    """
    given = list(_texts(parameters))
    kinds = _said_types(action, parameters)
    named = {kind: _by_arn(kind, given) or _by_name(action, kind, given, place, full_names) for kind in kinds}
    families = {_family(kind) for kind, arns in named.items() if arns}
    # What is tagged is made, as the rules of a security group are.
    tagged = {one.get("ResourceType") for one in parameters.get("TagSpecifications", ())}
    found: dict[str, None] = {}
    for kind, arns in named.items():
        is_made = kind.name in tagged or (kind.is_required and _family(kind) not in families)
        is_missing = not arns and is_made
        found |= dict.fromkeys([_filled(kind, {}, place)] if is_missing else arns)
    return tuple(found) or ("*",)


def _family(kind: ResourceType) -> str:
    """Of kinds that differ after a slash a call is about one: listeners of application load balancers, or others."""
    return kind.name.partition("/")[0]


def _said_types(action: Action, parameters: Mapping[str, Any]) -> tuple[ResourceType, ...]:
    """The types that a call can be about: Systems Manager's about tags say which one they mean."""
    said = str(parameters.get("ResourceType", "")).lower()
    meant = tuple(kind for kind in action.resource_types if kind.name.replace("-", "") == said)
    return meant or action.resource_types


def _texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Name of the parameter and text, of every text in the call that can name a resource."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key not in _NO_RESOURCES:
                yield from _texts(item, str(key))
            elif key == "Tags" and isinstance(item, list):  # Auto Scaling's say whose they are
                yield from (("ResourceId", tag["ResourceId"]) for tag in item if "ResourceId" in tag)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, name)


def _by_arn(kind: ResourceType, given: list[tuple[str, str]]) -> list[str]:
    return [text for _, text in given if text.startswith("arn:") and pattern_of(kind.arn).fullmatch(text)]


def _by_name(
    action: Action,
    kind: ResourceType,
    given: list[tuple[str, str]],
    place: Place,
    full_names: Mapping[str, Callable[[str, Place], str]],
) -> list[str]:
    service = action.name.partition(":")[0]
    own = [name for name in PLACEHOLDER.findall(kind.arn) if name not in STANDARD]
    if service == "ec2":
        ids = [text for _, text in given if _ec2_kind(text) == kind.name]
        return [_filled(kind, dict.fromkeys(own, one), place) for one in ids]
    names = _NAMES.get((service, kind.name), frozenset(own[-1:]))
    to_part = full_names.get(f"{service}:{kind.name}", _as_it_is)
    path = next((text.lstrip("/") for name, text in given if service == "iam" and name == "Path"), "")
    placeholder = _NAME_AT.get((service, kind.name), own[-1] if own else "")
    found = []
    for name, text in given:
        if name in names and not text.startswith("arn:"):
            arn = _filled(kind, {placeholder: path + to_part(text, place)}, place)
            # What AWS publishes belongs to no account.
            found.append(arn.replace(f":{place.account}:parameter/aws/", "::parameter/aws/"))
    return found


def _as_it_is(text: str, _: Place) -> str:
    return text


def _ec2_kind(text: str) -> str:
    match = _EC2_ID.fullmatch(text)
    return _EC2_PREFIXES.get(match["prefix"], "") if match else ""


def _filled(kind: ResourceType, own: Mapping[str, str], place: Place) -> str:
    known = {"Partition": place.partition, "Region": place.region, "Account": place.account, **own}
    return PLACEHOLDER.sub(lambda match: known.get(match[1], "*"), kind.arn)


# Service and resource type -> parameters that name one, where they are not called as the placeholder is.
_NAMES: Mapping[tuple[str, str], frozenset[str]] = {
    ("autoscaling", "autoScalingGroup"): frozenset({"AutoScalingGroupName", "AutoScalingGroupNames", "ResourceId"}),
    ("ecr", "repository"): frozenset({"repositoryName", "repositoryNames"}),
    ("elasticloadbalancing", "loadbalancer/app/"): frozenset({"Name"}),
    ("elasticloadbalancing", "targetgroup"): frozenset({"Name"}),
    ("iam", "instance-profile"): frozenset({"InstanceProfileName"}),
    ("iam", "role"): frozenset({"RoleName"}),
    ("iam", "user"): frozenset({"UserName"}),
    ("kms", "key"): frozenset({"KeyId"}),
    ("route53", "hostedzone"): frozenset({"Id", "HostedZoneId", "ResourceId"}),
    ("secretsmanager", "Secret"): frozenset({"SecretId", "Name"}),
    ("ssm", "parameter"): frozenset({"Name", "Names", "Path", "ResourceId"}),
}
# Where in the ARN the name goes, if not to the end.
_NAME_AT: Mapping[tuple[str, str], str] = {
    ("elasticloadbalancing", "loadbalancer/app/"): "LoadBalancerName",
    ("elasticloadbalancing", "targetgroup"): "TargetGroupName",
}
