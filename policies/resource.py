"""What a rule sees of a stack, as plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_policy.proxy import UnknownValueError


@dataclass(frozen=True)
class Resource:
    """One resource: its inputs, or in a stack rule its outputs, which repeat the inputs.

    props: reading a value that a preview does not know yet raises pulumi-policy's UnknownValueError.
    sources: in stack rules only, the resources that each property is made from, by URN.
    """

    type: str
    name: str
    urn: str
    props: Mapping[str, Any]
    sources: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def stack(self) -> str:
        """The stack it is in: https://www.pulumi.com/docs/iac/concepts/resources/names/#urns"""
        return self.urn.split("::")[0].rpartition(":")[2]

    def behind(self, *properties: str) -> frozenset[str]:
        """The URNs of the resources that any of `properties` is made from."""
        return frozenset().union(*(self.sources.get(name, frozenset()) for name in properties))


@dataclass(frozen=True)
class Stack:
    """All resources of a stack."""

    resources: Sequence[Resource]

    def of(self, *types: str) -> list[Resource]:
        """The resources of these types."""
        return [resource for resource in self.resources if resource.type in types]


def is_known(values: Mapping[str, Any], key: str) -> bool:
    """Whether `key` is there or not, other than a value that is yet to come."""
    try:
        values.get(key)
    except UnknownValueError:
        return False
    return True
