"""Same shape: the colours differ in names, tags and address ranges, and in nothing else."""

import base64
import binascii
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pulumi_policy.proxy import UnknownValueError

from .finding import Finding
from .resource import Resource, Stack, is_known
from .rule import Parameters, stack_rule

# Where a name may be: what people read, what others call the resource by, and what AWS makes of it.
_NAMES = re.compile(
    r"arn|arnSuffix|description|dnsName|domainName|domainValidationOptions|fqdn|id|name|namePrefix"
    r"|subjectAlternativeNames|tags|tagsAll|tagSpecifications|\w+Ids?|\w+Arns?"
)
# What Pulumi makes of a logical name: https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
_AUTONAMED = re.compile(r"[A-Za-z0-9-]+-[0-9a-f]{7}\b")
_SAME = "What was tested on one colour would not hold for the other."
_SHARE = "Take it from Pulumi.yaml, which both colours read."


def no_colour_in_a_value(resource: Resource, _: Stack, parameters: Parameters) -> Iterator[Finding]:
    """A value that names a colour, other than a name or a tag."""
    if not _is_in_a_cluster(resource, parameters):
        return
    words = re.compile(rf"(?<![A-Za-z0-9])({'|'.join(map(re.escape, parameters['colours']))})(?![A-Za-z0-9])", re.I)
    # What is made from another resource is what that one is.
    own = [key for key in resource.props if not _NAMES.fullmatch(key) and key not in resource.sources]
    for path, text in (found for key in own if is_known(resource.props, key) for found in _texts(resource.props, key)):
        found = words.search(_AUTONAMED.sub("", _readable(text)))
        if found:
            yield Finding(
                f"{path} of {resource.name} depends on which colour it is", f"{found[0]} in its value", _SAME, _SHARE
            )


def like_the_project(resource: Resource, _: Stack, parameters: Parameters) -> Iterator[Finding]:
    """A property that is not what the project says for both colours."""
    if not _is_in_a_cluster(resource, parameters):
        return
    for path, wanted in parameters["values"].get(resource.type, {}).items():
        found = _at(resource.props, path.split("."))
        if found != wanted:
            yield Finding(
                f"{path} of {resource.name} is not what both colours have",
                f"{_shown(found)} and not {_shown(wanted)}",
                _SAME,
                _SHARE,
            )


def as_many_as_the_project(resource: Resource, stack: Stack, parameters: Parameters) -> Iterator[Finding]:
    """More or fewer resources of a type than the project says for both colours; none while a colour is asleep."""
    if resource.type not in parameters["counts"] or not _is_in_a_cluster(resource, parameters):
        return
    alike, wanted = stack.of(resource.type), int(parameters["counts"][resource.type])
    if resource is alike[0] and len(alike) != wanted:
        kind = resource.type.rpartition(":")[2]
        yield Finding(
            f"the cluster has not as many of {kind} as both have", f"{len(alike)}, not {wanted}", _SAME, _SHARE
        )


def _is_in_a_cluster(resource: Resource, parameters: Parameters) -> bool:
    # Not what Pulumi keeps for itself: markers, and the stack's own outputs.
    return resource.stack in parameters["colours"] and not resource.type.startswith("pulumi:")


def _texts(values: Any, key: Any) -> Iterator[tuple[str, str]]:
    """(Path, text) of all texts under `key`; names and what is not known are left out."""
    try:
        value = values[key]
    except UnknownValueError:
        return
    if isinstance(value, str):
        yield str(key), value
    elif isinstance(value, Mapping):
        for inner in value:
            if not _NAMES.fullmatch(inner):
                yield from ((f"{key}.{path}", text) for path, text in _texts(value, inner))
    elif isinstance(value, Collection):
        for number in range(len(value)):
            yield from ((f"{key}[{path}]", text) for path, text in _texts(value, number))


def _readable(text: str) -> str:
    """A text, or what it stands for in base64."""
    try:
        return base64.b64decode(text, validate=True).decode() if len(text) > 40 else text
    except (binascii.Error, ValueError):
        return text


def _at(values: Any, path: list[str]) -> Any:
    for key in path:
        values = values.get(key) if isinstance(values, Mapping) else None
    return values


def _shown(value: object) -> object:
    return int(value) if isinstance(value, float) else "not set" if value is None else value


same_shape = stack_rule(
    name="same-shape",
    title="Both colours have the same shape",
    description="No value in a colour's stack names a colour, but in names and tags, and what the project says for "
    "both colours holds in each: a tag-in changes who serves, and not how.",
    remedy=_SHARE,
    checks=[no_colour_in_a_value, like_the_project, as_many_as_the_project],
    parameters={
        "colours": {
            "type": "array",
            "items": {"type": "string"},
            "default": [],
            "description": "The colours, whose stacks have their names; the keys of the project's cidrs",
        },
        "values": {
            "type": "object",
            "default": {},
            "description": "Resource type to property (PART.OF.IT) to the value that both colours have",
        },
        "counts": {
            "type": "object",
            "default": {},
            "description": "Resource type to how many of it a cluster has",
        },
    },
)
RULES = [same_shape]
