"""The stacks of the real program as the engine would hand them to a policy pack."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2

from tests.components.pulumi_mocks import Declaration, Declared


@dataclass(frozen=True)
class Resource:
    """One resource of a stack; inputs and outputs in the engine's own form, with its marks for unknowns and secrets.

    parent and dependencies are URNs.
    """

    type: str
    name: str
    urn: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    parent: str = ""
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def as_request(self) -> analyzer_pb2.AnalyzeRequest:
        """What resource rules are asked with: the inputs."""
        return analyzer_pb2.AnalyzeRequest(
            type=self.type,
            name=self.name,
            urn=self.urn,
            properties=_struct(self.inputs),
            options=analyzer_pb2.AnalyzerResourceOptions(parent=self.parent),
        )

    @cached_property
    def in_stack(self) -> analyzer_pb2.AnalyzerResource:
        """What stack rules are asked with: the outputs, and what depends on what."""
        return analyzer_pb2.AnalyzerResource(
            type=self.type,
            name=self.name,
            urn=self.urn,
            properties=_struct(self.outputs),
            options=analyzer_pb2.AnalyzerResourceOptions(parent=self.parent),
            parent=self.parent,
            dependencies=self.dependencies,
            propertyDependencies={
                name: analyzer_pb2.AnalyzerPropertyDependencies(urns=urns)
                for name, urns in self.property_dependencies.items()
            },
        )


Stack = tuple[Resource, ...]
_PROJECT, _ROOT = "tag-team", "pulumi:pulumi:Stack"


def stack(name: str, declaration: Declaration) -> Stack:
    """All resources of the declared stack `name`, its root first."""
    root = Resource(_ROOT, f"{_PROJECT}-{name}", _urn(name, _ROOT, f"{_PROJECT}-{name}"), {}, {})
    urns: dict[str, str] = {}  # of the recording engine, to those of the real one
    kinds: dict[str, str] = {}
    found = [root]
    for declared in declaration.resources:
        request = declared.request
        outer = kinds.get(request.parent, "")
        kind = kinds[declared.response.urn] = f"{outer}${declared.type}" if outer else declared.type
        urn = urns[declared.response.urn] = _urn(name, kind, declared.name)
        found.append(
            Resource(
                declared.type,
                declared.name,
                urn,
                json_format.MessageToDict(request.object),
                _outputs(declared),
                urns.get(request.parent, root.urn),
                tuple(urns[urn] for urn in request.dependencies),
                # Like the engine, without those that depend on nothing.
                {key: tuple(urns[u] for u in of.urns) for key, of in request.propertyDependencies.items() if of.urns},
            )
        )
    return tuple(found)


def _outputs(declared: Declared) -> dict[str, Any]:
    """What is known of a resource that is there: its inputs and its identity; nothing of a component."""
    if not declared.custom:
        return {}
    made = json_format.MessageToDict(declared.response.object)
    # The recording engine gives every resource the outputs of all kinds.
    return {key: made[key] for key in (*declared.inputs, "arn") if key in made}


def added(to: Stack, kind: str, name: str, inputs: Mapping[str, Any]) -> Resource:
    """A resource of one's own in a stack, outside of its components."""
    root = to[0]
    return Resource(kind, name, _urn(root.urn.split(":")[2], kind, name), inputs, inputs, root.urn)


def _urn(stack_name: str, kind: str, name: str) -> str:
    """As the engine writes it: https://www.pulumi.com/docs/iac/concepts/resources/names/#urns"""
    return f"urn:pulumi:{stack_name}::{_PROJECT}::{kind}::{name}"


def _struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    json_format.ParseDict(dict(values), struct)
    return struct
