"""Parameters of a call whose operation is told by method and path: in path, query string, headers and body."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree

from botocore.model import OperationModel, ServiceModel, Shape, StructureShape

from lab.aws.model import wire_json, wire_xml
from lab.aws.model.services import rest_operation
from lab.aws.model.violation import Violation
from lab.aws.model.wire_form import UNREAD, scalar


@dataclass(frozen=True)
class RestCall:
    """The parts of the call; headers: names in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


def read(call: RestCall, model: ServiceModel, operation: OperationModel, found: list[Violation]) -> dict[str, Any]:
    """The parameters by the names of the model; what does not fit it is added to `found`.

    Raises ValueError or ElementTree.ParseError when the body is not what the protocol says.
    """
    shape = operation.input_shape
    if shape is None:
        return {}
    in_query = parse_qs(call.query, keep_blank_values=True)
    said: Mapping[str, Mapping[str, str]] = {
        "uri": rest_operation(model, call.method, call.path)[1],
        "header": call.headers,
        "querystring": {name: values[0] for name, values in in_query.items()},
    }
    values: dict[str, Any] = {}
    known = set(parse_qs(operation.http["requestUri"].partition("?")[2], keep_blank_values=True))
    for name, member in shape.members.items():
        place = member.serialization.get("location", "")
        wire_name = member.serialization.get("name", name)
        if place == "querystring":
            known.add(wire_name)
        text = said.get(place, {}).get(wire_name.lower() if place == "header" else wire_name)
        if text is None:
            continue
        value = in_query[wire_name] if member.type_name == "list" else scalar(text, member, (name,), found)
        if value is not UNREAD:
            values[name] = value
    problem = f"must be one of {', '.join(sorted(known))}"
    found += [Violation((name,), "unknown", problem) for name in in_query if name not in known]
    return values | _body(call.body, model, shape, found)


def _body(body: bytes, model: ServiceModel, shape: StructureShape, found: list[Violation]) -> dict[str, Any]:
    payload = shape.serialization.get("payload")
    if not body:
        return {}
    if payload is None:
        return _content(body, model, shape, found)
    member: Shape = shape.members[payload]
    if isinstance(member, StructureShape):
        return {payload: _content(body, model, member, found)}
    return {payload: body if member.type_name == "blob" else body.decode()}


def _content(body: bytes, model: ServiceModel, shape: StructureShape, found: list[Violation]) -> dict[str, Any]:
    if model.protocol == "rest-json":
        return wire_json.read(json.loads(body), shape, found)
    return wire_xml.read(ElementTree.fromstring(body), shape, found)
