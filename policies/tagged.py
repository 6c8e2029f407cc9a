"""Tagged: what belongs to which service, colour and release, and who pays for it."""

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any, cast

from pulumi_policy import EnforcementLevel, ResourceValidationArgs

from . import aws_types
from .finding import Finding
from .launch_types import TEMPLATE
from .resource import Resource, blocks, is_true
from .rule import Parameters, resource_rule

_GROUP = "aws:autoscaling/group:Group"
_COSTS = (
    "Costs, alarms and clean-ups go by tags: without them nobody sees what a colour costs, or what was left behind."
)


def has_the_tags(resource: Resource, parameters: Parameters) -> Iterator[Finding]:
    """A resource without one of the tags, or with another value than it should have."""
    if not _takes_tags(resource.type) or not _is_in_a_cluster(resource.stack, parameters):
        return
    wanted, found = _wanted(resource.stack, parameters), _tags(resource.props.get("tags"))
    missing = [key for key in parameters["keys"] if not found.get(key)]
    other = [key for key, value in wanted.items() if found.get(key) not in (None, "", value)]
    if missing or other:
        seen = [f"no {key}" for key in missing] + [f"{key}: {found[key]} and not {wanted[key]}" for key in other]
        yield Finding(f"{resource.name} is not tagged as it should be", ", ".join(seen), _COSTS, _TAGS_OF)


def instances_have_the_tags(resource: Resource, parameters: Parameters) -> Iterator[Finding]:
    """A group or a launch template whose instances and volumes, which cost most, get no tags."""
    if not _is_in_a_cluster(resource.stack, parameters):
        return
    if resource.type == _GROUP:
        kept = [tag["key"] for tag in blocks(resource.props, "tags") if not is_true(tag.get("propagateAtLaunch"))]
        lost = [key for key in parameters["keys"] if key in kept]
        seen = f"propagateAtLaunch is off for {', '.join(lost)}"
    elif resource.type == TEMPLATE:
        tagged = {
            each.get("resourceType") for each in blocks(resource.props, "tagSpecifications") if _all(each, parameters)
        }
        lost = [kind for kind in ("instance", "volume") if kind not in tagged]
        seen = f"tagSpecifications has not all tags for {' and '.join(lost)}"
    else:
        return
    if lost:
        yield Finding(f"what {resource.name} launches is not tagged as it should be", seen, _COSTS, _TAGS_OF)


async def tag(args: ResourceValidationArgs) -> Mapping[str, Any]:
    """The properties with the tags whose values are known; pulumi-policy calls it at the level `remediate`.

    Empty when there is nothing to add.
    """
    resource, parameters = Resource(args.resource_type, args.name, args.urn, args.props), args.get_config()
    # The properties themselves are changed, and not copied: pulumi-policy keeps track of which of them are secret.
    props = cast(MutableMapping[str, Any], args.props)
    tags = props.get("tags") or {}
    # A text is a value that is not known yet.
    if resource.type == _GROUP or not _takes_tags(resource.type) or not isinstance(tags, Mapping):
        return {}
    wanted = _wanted(resource.stack, parameters)
    missing = {key: value for key, value in wanted.items() if not tags.get(key)}
    if not missing or not _is_in_a_cluster(resource.stack, parameters):
        return {}
    if tags:
        for key, value in missing.items():
            cast(MutableMapping[str, Any], tags)[key] = value
    else:
        props["tags"] = missing
    return props


def _all(values: Mapping[str, Any], parameters: Parameters) -> bool:
    return all(_tags(values.get("tags")).get(key) for key in parameters["keys"])


def _takes_tags(kind: str) -> bool:
    return aws_types.short(kind) in aws_types.taggable()


def _is_in_a_cluster(stack: str, parameters: Parameters) -> bool:
    return not parameters["colours"] or stack in parameters["colours"]


def _wanted(stack: str, parameters: Parameters) -> dict[str, str]:
    """The tags whose values are known."""
    wanted = {"service": parameters["service"], "release": parameters["releases"].get(stack, "")}
    wanted["colour"] = stack if stack in parameters["colours"] else ""
    return {key: wanted[key] for key in parameters["keys"] if wanted.get(key)}


def _tags(found: Mapping[str, str] | Sequence[Mapping[str, str]] | None) -> dict[str, str]:
    if isinstance(found, Mapping):
        return {key: found[key] for key in found}
    return {each["key"]: each["value"] for each in found or ()}


_TAGS_OF = "Pass tags_of(settings) to it, as components/cluster.py does; or set the level of this rule to remediate."
tagged = resource_rule(
    name="tagged",
    title="Everything has tags for service, colour and release",
    description="What belongs to a colour says so in its tags, instances and volumes included, so that costs and "
    "leftovers can be told apart.",
    remedy=_TAGS_OF,
    checks=[has_the_tags, instances_have_the_tags],
    level=EnforcementLevel.ADVISORY,
    remediate=tag,
    parameters={
        "keys": {
            "type": "array",
            "items": {"type": "string"},
            "default": ["service", "colour", "release"],
            "description": "The tags that everything has",
        },
        "colours": {
            "type": "array",
            "items": {"type": "string"},
            "default": [],
            "description": "The stacks that are looked at; the keys of the project's cidrs (empty: all stacks)",
        },
        "service": {
            "type": "string",
            "default": "",
            "description": "The value of service; the first of the project's names",
        },
        "releases": {
            "type": "object",
            "default": {},
            "description": "Stack to the value of release; `release` in Pulumi.STACK.yaml",
        },
    },
)
RULES = [tagged]
