"""Resources as a rule is asked about them, and what its checks say."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pulumi_policy import Policy
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from policies.finding import Finding
from policies.resource import Resource, Stack

UNKNOWN = UNKNOWN_STRING_VALUE
"""What the engine puts in place of a value that a preview does not know."""
GROUP = "aws:autoscaling/group:Group"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
RECORD = "aws:route53/record:Record"


def urn(kind: str, name: str, stack: str = "amber") -> str:
    return f"urn:pulumi:{stack}::tag-team::{kind}::{name}"


def resource(
    kind: str,
    called: str = "it",
    stack: str = "amber",
    /,
    made_from: Mapping[str, list[Resource]] | None = None,
    **props: Any,
) -> Resource:
    """A resource with `props`, some of them made from other resources."""
    sources = {key: frozenset(each.urn for each in of) for key, of in (made_from or {}).items()}
    return Resource(kind, called, urn(kind, called, stack), unknown_checking_proxy(props), sources)


def defaults(rule: Policy, **parameters: Any) -> dict[str, Any]:
    """The rule's parameters: the defaults of its schema, and these."""
    schema = rule.config_schema.properties if rule.config_schema else {}
    return {name: of["default"] for name, of in schema.items()} | parameters


def said(check: Callable[..., Iterator[Finding]], of: Resource, **parameters: Any) -> list[str]:
    """What a check of resources finds wrong."""
    return [f"{found.wrong}: {found.seen}" for found in check(of, parameters)]


def said_of_stack(check: Callable[..., Iterator[Finding]], *of: Resource, **parameters: Any) -> list[str]:
    """What a check of stacks finds wrong in any of these resources, which are all there is."""
    stack = Stack(of)
    return [f"{found.wrong}: {found.seen}" for each in of for found in check(each, stack, parameters)]
