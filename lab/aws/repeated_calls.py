"""Calls that a client repeats, because the answer to the first one did not reach it."""

import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.test import run_wsgi_app

log = logging.getLogger("lab.aws")
REMEMBERED = 500


@dataclass(frozen=True)
class _Given:
    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def send(self, start_response: StartResponse) -> Iterable[bytes]:
        start_response(self.status, list(self.headers))
        return [self.body]


class RepeatedCalls:
    """WSGI: answers a repeated call as it was answered before, if that went well, and does nothing twice.

    The SDKs name a call by `amz-sdk-invocation-id`, the same for all attempts, and count those in `amz-sdk-request`. On
    a busy machine an answer can get lost, and a rule of a security group, say, cannot be added twice. AWS does not do
    this for every call; the lab does, so that a test never fails for its own network.
    """

    def __init__(self, aws: WSGIApplication) -> None:
        self._aws = aws
        self._given: OrderedDict[str, _Given] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        call = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        if call is None:
            return self._aws(environ, start_response)
        if _attempt(environ.get("HTTP_AMZ_SDK_REQUEST", "")) > 1:
            before = self._given.get(call)
            log.warning("call %s comes again; %s", call, "its answer is given again" if before else "it failed before")
            if before is not None:
                return before.send(start_response)
        body, status, headers = run_wsgi_app(self._aws, environ, buffered=True)
        given = _Given(status, tuple(headers), b"".join(body))
        if status.startswith("2"):
            self._remember(call, given)
        return given.send(start_response)

    def _remember(self, call: str, given: _Given) -> None:
        with self._lock:
            self._given[call] = given
            if len(self._given) > REMEMBERED:
                self._given.popitem(last=False)


def _attempt(request: str) -> int:
    """Which attempt a header like `attempt=2; max=5` speaks of."""
    match = re.search(r"attempt=(\d+)", request)
    return int(match[1]) if match else 1
