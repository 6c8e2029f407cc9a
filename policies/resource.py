"""What a rule sees of a stack, as plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_policy.proxy import UnknownValueError

Values = Mapping[str, Any]
"""Properties, also nested ones; reading one that a preview does not know yet raises UnknownValueError."""


@dataclass(frozen=True)
class Resource:
    """One resource: its inputs, or in a stack rule its outputs, which repeat the inputs.

    sources: in stack rules only, the resources that each property is made from, by URN.
    """

    type: str
    name: str
    urn: str
    props: Values
    sources: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def stack(self) -> str:
        """The stack it is in: https://www.pulumi.com/docs/iac/concepts/resources/names/#urns"""
        return self.urn.split("::")[0].rpartition(":")[2]

    def behind(self, *properties: str) -> frozenset[str]:
        """The URNs of the resources that any of `properties` is made from."""
        return frozenset[str]().union(*(self.sources.get(name, frozenset()) for name in properties))


@dataclass(frozen=True)
class Stack:
    """All resources of a stack."""

    resources: Sequence[Resource]

    def of(self, *types: str) -> list[Resource]:
        """The resources of these types."""
        return [resource for resource in self.resources if resource.type in types]


def is_known(values: Values, key: str) -> bool:
    """Whether `key` is there or not, other than a value that is yet to come."""
    try:
        values.get(key)
    except UnknownValueError:
        return False
    return True


def blocks(values: Values, key: str) -> Sequence[Values]:
    """The nested blocks under `key`, of which providers give one as it is and several as a list."""
    found = values.get(key)
    if not found:
        return ()
    return (found,) if isinstance(found, Mapping) else found


def block(values: Values, key: str) -> Values:
    """The first nested block under `key`, empty when there is none."""
    return next(iter(blocks(values, key)), {})


def is_true(value: object) -> bool:
    """Whether a property is on; launch templates have texts for booleans."""
    return value in (True, "true")
