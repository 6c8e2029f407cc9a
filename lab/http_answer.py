"""What a load balancer answers to one HTTP request, in bytes."""

import json
from dataclasses import dataclass
from http import HTTPStatus

from lab.aws.listeners import Redirect
from lab.aws.load_balancers import LoadBalancer


@dataclass(frozen=True)
class HttpRequest:
    """The part of a request that an answer depends on; `host` is the Host header without its port."""

    method: str
    path: str
    query: str
    host: str


def read(head: bytes) -> HttpRequest | None:
    """The request with this head, None if it is not one."""
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3:
        return None
    path, _, query = words[1].partition("?")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return HttpRequest(words[0], path, query, headers.get("host", "").partition(":")[0])


def served(balancer: LoadBalancer, release: str, status: int) -> tuple[int, dict[str, str], dict[str, str]]:
    """Status, headers and content when a target with this release answers with `status`."""
    content = {"colour": balancer.colour, "release": release, "load_balancer": balancer.name}
    return status, {"X-Colour": balancer.colour, "X-Release": release}, content


def unavailable(balancer: LoadBalancer) -> tuple[int, dict[str, str], dict[str, str]]:
    """Status, headers and content when no target is healthy."""
    return 503, {}, {"load_balancer": balancer.name}


def location(redirect: Redirect, request: HttpRequest, port: int, protocol: str) -> str:
    """Where a request that came to `port` with `protocol` is sent."""
    url = f"{redirect.protocol.lower()}://{redirect.host}:{redirect.port}{redirect.path}"
    url += f"?{redirect.query}" if request.query or redirect.query != Redirect.query else ""
    values = {
        "protocol": protocol,
        "host": request.host,
        "port": str(port),
        "path": request.path.removeprefix("/"),
        "query": request.query,
    }
    for name, value in values.items():
        url = url.replace(f"#{{{name}}}", value)
    return url


def rendered(
    request: HttpRequest, status: int, headers: dict[str, str], content: dict[str, str] | None = None
) -> bytes:
    """The whole answer; a HEAD request gets it without its body."""
    body = b"" if content is None else json.dumps(content).encode()
    fields = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers, "Connection": "close"}
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {text}" for name, text in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode() + (b"" if request.method == "HEAD" else body)
