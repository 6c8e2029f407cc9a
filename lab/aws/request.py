"""An AWS API call as it arrives: who signed it, which service, region and action, in whichever of AWS' protocols."""

import functools
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs
from wsgiref.types import WSGIEnvironment

from lab.aws.model.services import model_of, rest_operation

# AWS4-HMAC-SHA256 Credential=AKID/20250101/eu-central-1/route53/aws4_request, SignedHeaders=…
_SCOPE = re.compile(r"Credential=(?P<key>[^/,]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_READING = ("Describe", "List", "Get", "Test", "Lookup")


@dataclass(frozen=True)
class ApiRequest:
    """One signed call. `service` is the signing name; `action` is empty where the lab cannot tell it.

    version: of the API, as calls in the query protocols say it. headers: their names in lower case. access_key and
    token: whose call it is.
    """

    service: str
    region: str
    action: str
    path: str
    body: bytes
    is_json: bool
    method: str = "POST"
    query: str = ""
    version: str = ""
    access_key: str = ""
    token: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

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
    service, path, method = scope["service"], environ["PATH_INFO"], environ["REQUEST_METHOD"]
    query = environ.get("QUERY_STRING", "")
    version = _said("Version", r"[\d-]+", body, query)
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        action = target.rpartition(".")[2]
    elif not (action := _said("Action", r"\w+", body, query)):
        action = _rest_action(service, method, path)
    return ApiRequest(
        service,
        scope["region"],
        action,
        path,
        body,
        is_json=bool(target),
        method=method,
        query=query,
        version=version,
        access_key=scope["key"],
        token=environ.get("HTTP_X_AMZ_SECURITY_TOKEN", ""),
        headers=_headers(environ),
    )


def _said(name: str, pattern: str, body: bytes, query_string: str) -> str:
    """What a call in a query protocol says of itself: somewhere at the top level of its form."""
    for text in (body.decode(errors="replace"), query_string):
        if match := re.search(rf"(?:^|&){name}=({pattern})", text):
            return match[1]
    return ""


def _rest_action(service: str, method: str, path: str) -> str:
    model = model_of(service)
    return rest_operation(model, method, path)[0] if model is not None and "rest" in model.protocol else ""


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    found = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    return found | ({"content-type": environ["CONTENT_TYPE"]} if "CONTENT_TYPE" in environ else {})
