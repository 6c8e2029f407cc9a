"""An AWS API call as it arrives: which service, region and action, in whichever of AWS' protocols."""

import functools
import io
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import WSGIEnvironment

from botocore.loaders import Loader

# AWS4-HMAC-SHA256 Credential=AKID/20250101/eu-central-1/route53/aws4_request, SignedHeaders=…
_SCOPE = re.compile(r"Credential=[^/,]+/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
# The services, by signing name, whose action is told by method and path and that the lab looks into.
_REST_SERVICES = frozenset({"route53"})
_READING = ("Describe", "List", "Get", "Test", "Lookup")


@dataclass(frozen=True)
class ApiRequest:
    """One signed call. `service` is the signing name; `action` is empty where the lab cannot tell it."""

    service: str
    region: str
    action: str
    path: str
    body: bytes
    is_json: bool

    @property
    def changes_something(self) -> bool:
        return not self.action.startswith(_READING)

    @functools.cached_property
    def form(self) -> dict[str, str]:
        """The parameters of a call in the query protocol (`Targets.member.1.Id` …)."""
        return {name: values[0] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}


def read(environ: WSGIEnvironment) -> ApiRequest | None:
    """The call in `environ`, or None when it is not signed; the body can be read again afterwards."""
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if scope is None:
        return None
    body = b""
    if length := int(environ.get("CONTENT_LENGTH") or 0):
        body = environ["wsgi.input"].read(length)
        environ["wsgi.input"] = io.BytesIO(body)
    service, path = scope["service"], environ["PATH_INFO"]
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        action = target.rpartition(".")[2]
    elif service in _REST_SERVICES:
        action = _rest_action(service, environ["REQUEST_METHOD"], path)
    else:
        action = _query_action(body, environ.get("QUERY_STRING", ""))
    return ApiRequest(service, scope["region"], action, path, body, is_json=bool(target))


def _query_action(body: bytes, query_string: str) -> str:
    for text in (body[:4096].decode(errors="replace"), query_string):
        if match := re.search(r"(?:^|&)Action=(\w+)", text):
            return match[1]
    return ""


def _rest_action(service: str, method: str, path: str) -> str:
    for known_method, pattern, action in _rest_actions(service):
        if known_method == method and pattern.fullmatch(path.rstrip("/")):
            return action
    return ""


@functools.cache
def _rest_actions(service: str) -> list[tuple[str, re.Pattern[str], str]]:
    """Method and path of every action, from the service model that botocore carries."""
    model: dict[str, Any] = Loader().load_service_model(service, "service-2")
    actions = []
    for action, operation in model["operations"].items():
        path = operation["http"]["requestUri"].partition("?")[0].rstrip("/")
        pattern = re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(path))
        actions.append((operation["http"]["method"], re.compile(pattern), action))
    return actions
