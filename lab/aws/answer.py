"""Answers of the AWS API that the lab writes itself, in the protocol of the call."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import uuid4
from wsgiref.types import StartResponse
from xml.sax.saxutils import escape

from lab.aws.request import ApiRequest

ROUTE53_NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/"
AUTOSCALING_NAMESPACE = "http://autoscaling.amazonaws.com/doc/2011-01-01/"
ELBV2_NAMESPACE = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"
_STATUS = {
    "ServiceUnavailable": 503,
    "InternalFailure": 500,
    "InternalError": 500,
    "AccessDenied": 403,
    "UnauthorizedOperation": 403,
    "InvalidClientTokenId": 403,
    "ExpiredToken": 403,
    "LimitExceeded": 409,
}


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    body: bytes

    def send(self, start_response: StartResponse) -> Iterable[bytes]:
        status = f"{self.status} {HTTPStatus(self.status).phrase}"
        start_response(status, [("Content-Type", self.content_type), ("Content-Length", str(len(self.body)))])
        return [self.body]


def xml(body: str) -> Answer:
    return Answer(200, "text/xml", f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode())


def as_json(said: Mapping[str, Any]) -> Answer:
    return Answer(200, "application/x-amz-json-1.1", json.dumps(said).encode())


def error(request: ApiRequest, code: str, message: str) -> Answer:
    """An error in the shape that the SDKs expect from the service of `request`."""
    status = _STATUS.get(code, 400)
    if request.is_json:
        return Answer(status, "application/x-amz-json-1.1", json.dumps({"__type": code, "message": message}).encode())
    request_id = uuid4()
    if request.service == "ec2":
        text = (
            f"<Response><Errors><Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error></Errors>"
            f"<RequestID>{request_id}</RequestID></Response>"
        )
    else:
        text = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{escape(code)}</Code>"
            f"<Message>{escape(message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
        )
    return Answer(status, "text/xml", text.encode())
