"""Every call against the service model that botocore carries: what it does not allow is refused, as AWS refuses it.

moto 5.2.5 takes what it knows of a call and leaves the rest unread.
"""

import gzip
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree

from botocore.model import OperationModel, ServiceModel

from lab.aws.answer import Answer, error
from lab.aws.model import constraints, wire_form, wire_json, wire_rest
from lab.aws.model.services import model_of, operation_of
from lab.aws.model.violation import Violation, summary
from lab.aws.model.wire_rest import RestCall
from lab.aws.request import ApiRequest

# The first problem decides: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
_EC2_CODES = {"missing": "MissingParameter", "unknown": "UnknownParameter", "type": "InvalidParameterValue"}


@dataclass(frozen=True)
class Checked:
    """A call as its model reads it: parameters by their names there, and what the model does not allow."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    violations: tuple[Violation, ...] = ()
    refusal: Answer | None = None


def check(request: ApiRequest) -> Checked:
    """Read a call and check it; `refusal` is what AWS answers when the model does not allow it."""
    model = model_of(request.service, request.version)
    if model is None:
        text = f"The lab has no service model under the signing name {request.service!r}: it cannot check this call"
        return Checked(refusal=error(request, "InvalidAction", text))
    operation = operation_of(model, request.action)
    if operation is None:
        text = f"The action {request.action or '(none)'} is not valid for {model.service_name}"
        return Checked(refusal=error(request, "InvalidAction", text))
    try:
        parameters, found = read(request, model, operation)
    except (ValueError, ElementTree.ParseError, zlib.error, OSError) as broken:
        return Checked(refusal=error(request, "MalformedInput", f"the body cannot be read: {broken}"))
    if operation.input_shape is not None:
        constraints.check(parameters, operation.input_shape, (), found)
    return Checked(parameters, tuple(found), refused(request, model, found) if found else None)


def refused(request: ApiRequest, model: ServiceModel, found: list[Violation]) -> Answer:
    """The error of the call's service for what was found."""
    protocol = protocol_of(request, model)
    if protocol == "ec2":
        return error(request, _EC2_CODES.get(found[0].kind, "InvalidParameterValue"), summary(found))
    if protocol == "query":
        return error(request, "ValidationError", summary(found))
    return error(request, "InvalidInput" if model.service_name == "route53" else "ValidationException", summary(found))


def read(request: ApiRequest, model: ServiceModel, operation: OperationModel) -> tuple[dict[str, Any], list[Violation]]:
    """The parameters by the names of the model, and what does not fit it.

    Raises ValueError, OSError, zlib.error or ElementTree.ParseError when the body cannot be read at all.
    """
    found: list[Violation] = []
    body = gzip.decompress(request.body) if request.headers.get("content-encoding") == "gzip" else request.body
    protocol = protocol_of(request, model)
    if protocol in ("query", "ec2"):
        form = _form(request.query) | _form(body.decode())
        return wire_form.read(form, operation.input_shape, is_ec2=protocol == "ec2", found=found), found
    if protocol == "json":
        return wire_json.read(json.loads(body or b"{}"), operation.input_shape, found), found
    if protocol in ("rest-xml", "rest-json"):
        call = RestCall(request.method, request.path, request.query, request.headers, body)
        return wire_rest.read(call, model, operation, found), found
    raise ValueError(f"the lab does not read the protocol {protocol}")


def protocol_of(request: ApiRequest, model: ServiceModel) -> str:
    """The protocol that the call speaks: some services understand several, and the SDKs choose."""
    if request.is_json:
        return "json"
    is_form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return "query" if is_form and model.protocol != "ec2" else str(model.protocol)


def _form(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}
