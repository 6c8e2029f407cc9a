"""Names and nesting of properties: as the installed pulumi_aws SDK has them, and as the bridge's schema has them.

A shape is "value" (anything without named parts), ["list", shape], ["map", shape] or {name: shape}.
`python -m tests.lab.parts.shapes` writes bridge_shapes.json anew from the real bridge (15 s).
"""

import importlib
import inspect
import json
import re
import sys
import typing
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pulumi
from pulumi import _types
from pulumi.runtime.proto import provider_pb2

from lab.plugins.aws_names import FUNCTIONS, RESOURCES
from lab.plugins.bridge import Bridge
from lab.toolchain import ensure

Shape = Any
BRIDGE_SHAPES = Path(__file__).with_name("bridge_shapes.json")


def sdk_resource(token: str) -> tuple[Shape, Shape]:
    """(inputs, outputs) of a resource type of pulumi_aws."""
    resource = _sdk_member(token, token.rsplit(":", 1)[-1])
    module = sys.modules[resource.__module__]
    # The arguments of a resource whose `…Args` is taken by a nested type of another resource are called `…InitArgs`.
    names = (f"{resource.__name__}InitArgs", f"{resource.__name__}Args")
    return sdk_object(next(vars(module)[name] for name in names if name in vars(module))), sdk_object(resource)


def sdk_function(token: str) -> tuple[Shape, Shape]:
    """(arguments, results) of a function of pulumi_aws."""
    name = token.rsplit(":", 1)[-1]
    function = _sdk_member(token, re.sub("([A-Z])", lambda match: "_" + match.group().lower(), name))
    module = sys.modules[function.__module__]
    arguments = {
        re.sub("_([a-z0-9])", lambda match: match.group(1).upper(), argument): _sdk_shape(parameter.annotation, module)
        for argument, parameter in inspect.signature(function).parameters.items()
        if argument != "opts"
    }
    return arguments, sdk_object(vars(module)[name[0].upper() + name[1:] + "Result"])


def sdk_object(cls: type) -> Shape:
    """The properties of a class of pulumi_aws: arguments, a nested input or output, or a resource."""
    module = sys.modules[cls.__module__]
    return {
        getattr(member.fget, _types._PULUMI_NAME, name): _sdk_shape(member.fget.__annotations__["return"], module)
        for name, member in vars(cls).items()
        if isinstance(member, property)
    }


def bridge_shapes() -> Mapping[str, tuple[Shape, Shape]]:
    """(inputs, outputs) by the bridge's token, as committed; those of the provider's configuration under "config"."""
    shapes: Mapping[str, tuple[Shape, Shape]] = json.loads(BRIDGE_SHAPES.read_text(encoding="utf-8"))
    return shapes


def fetch_bridge_shapes(report: Callable[[str], None]) -> dict[str, tuple[Shape, Shape]]:
    """The same from the real bridge, for the types and functions of lab/plugins/aws_names.py."""
    schema = _fetch_schema(report)
    types = schema["types"]
    result: dict[str, tuple[Shape, Shape]] = {"config": (_bridge_object(schema["config"]["variables"], types), {})}
    for resource in RESOURCES.values():
        entry = schema["resources"][resource.bridge_token]
        result[resource.bridge_token] = (
            _bridge_object(entry["inputProperties"], types),
            _bridge_object(entry["properties"], types),
        )
    for function in FUNCTIONS.values():
        entry = schema["functions"][function.bridge_token]
        result[function.bridge_token] = (
            _bridge_object(entry.get("inputs", {}).get("properties", {}), types),
            _bridge_object(entry["outputs"]["properties"], types),
        )
    return result


def _fetch_schema(report: Callable[[str], None]) -> Any:
    toolchain = ensure(report)
    bridge = Bridge(toolchain.bridge, "127.0.0.1:9")
    try:
        bridge.load_provider(str(toolchain.terraform_provider))
        request = provider_pb2.GetSchemaRequest(subpackage_name="aws", subpackage_version="0.0.0")
        return json.loads(bridge.stub.GetSchema(request).schema)
    finally:
        bridge.end()


def _sdk_member(token: str, member: str) -> Any:
    name = token.split(":", 2)[1].split("/", 1)[0]
    with warnings.catch_warnings():
        # The SDK warns of classes of its own while it defines them.
        warnings.simplefilter("ignore", DeprecationWarning)
        return getattr(importlib.import_module("pulumi_aws" if name == "index" else f"pulumi_aws.{name}"), member)


def _sdk_shape(annotation: Any, module: ModuleType) -> Shape:
    if isinstance(annotation, typing.ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        if "Output[T]" in annotation:
            return "value"
        annotation = eval(annotation, {**vars(pulumi), **vars(module)})
    if inspect.isclass(annotation) and (_types.is_input_type(annotation) or _types.is_output_type(annotation)):
        return sdk_object(annotation)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if inspect.isclass(origin) and issubclass(origin, Sequence):
        return ["list", _sdk_shape(arguments[0], module)]
    if inspect.isclass(origin) and issubclass(origin, Mapping):
        return ["map", _sdk_shape(arguments[1], module)]
    # A union (what may also be awaited, an output, or absent): the one member that has parts.
    shapes = [_sdk_shape(argument, module) for argument in arguments if argument is not type(None)]
    return next((shape for shape in shapes if shape != "value"), "value")


def _bridge_object(properties: Mapping[str, Any], types: Mapping[str, Any]) -> Shape:
    return {name: _bridge_shape(entry, types) for name, entry in properties.items()}


def _bridge_shape(entry: Mapping[str, Any], types: Mapping[str, Any]) -> Shape:
    reference = entry.get("$ref", "").removeprefix("#/types/")
    if reference in types:
        return _bridge_object(types[reference].get("properties", {}), types)
    if entry.get("type") == "array":
        return ["list", _bridge_shape(entry["items"], types)]
    if entry.get("type") == "object":
        return ["map", _bridge_shape(entry.get("additionalProperties", {}), types)]
    return "value"


def main() -> None:
    """Write bridge_shapes.json anew, one type a line."""
    shapes = fetch_bridge_shapes(lambda message: print(message, file=sys.stderr))
    lines = [f"{json.dumps(token)}: {json.dumps(shape, sort_keys=True)}" for token, shape in sorted(shapes.items())]
    BRIDGE_SHAPES.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
