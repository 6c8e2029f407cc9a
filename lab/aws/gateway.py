"""The front of the embedded AWS: service models, permissions, faults, corrections, then moto."""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.test import run_wsgi_app

from lab.aws import model_check
from lab.aws import request as requests
from lab.aws.answer import Answer, error
from lab.aws.request import ApiRequest
from lab.messages import ApiFault

log = logging.getLogger("lab.aws")
# https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
UNSIGNED = Answer(
    403,
    "text/xml",
    b"<ErrorResponse><Error><Type>Sender</Type><Code>MissingAuthenticationToken</Code>"
    b"<Message>Request is missing Authentication Token</Message></Error></ErrorResponse>",
)


class Correction(Protocol):
    """Answers one action as AWS does; `pass_on` gives moto's answer."""

    def __call__(self, request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer: ...


def both(first: Correction, then: Correction) -> Correction:
    """One correction around another."""
    return lambda request, pass_on: first(request, lambda: then(request, pass_on))


class Gateway:
    """A thin WSGI layer around moto.

    corrections: (signing name, action) -> correction.
    take_fault: the fault to answer this (service, action) with, if one is set; counts it.
    changed: called after every call that may have changed something, before its answer is sent.
    refusal: the answer to a call, with its parameters, that its caller may not make.
    one_at_a_time: held while a call is carried out.
    """

    def __init__(
        self,
        moto: WSGIApplication,
        corrections: Mapping[tuple[str, str], Correction],
        take_fault: Callable[[str, str], ApiFault | None],
        changed: Callable[[ApiRequest], None],
        refusal: Callable[[ApiRequest, Mapping[str, Any]], Answer | None],
    ) -> None:
        self._moto = moto
        self._corrections = corrections
        self._take_fault = take_fault
        self._changed = changed
        self._refusal = refusal
        # moto 5.2.5 keeps its state in plain dictionaries and takes no care of threads.
        self.one_at_a_time = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = requests.read(environ)
        if request is None:
            log.warning("%s %s is not signed", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            return UNSIGNED.send(start_response)
        refused = self._refused(request)
        if refused is not None:
            return refused.send(start_response)
        if (fault := self._take_fault(request.service, request.action)) is not None:
            log.info("%s %s fails with %s, as set", request.service, request.action, fault.code)
            return error(request, fault.code, f"{fault.code} (a fault that was set in the lab)").send(start_response)
        correction = self._corrections.get((request.service, request.action))
        if correction is not None:
            with self.one_at_a_time:
                answer = correction(request, lambda: _called(self._moto, environ))
            self._after(request)
            return answer.send(start_response)
        with self.one_at_a_time:
            body = self._moto(environ, start_response)
        self._after(request)
        return body

    def _refused(self, request: ApiRequest) -> Answer | None:
        """The answer to a call that its service's model does not allow, or the policies of its caller."""
        checked = model_check.check(request)
        if checked.refusal is not None:
            log.warning("%s %s is refused: %s", request.service, request.action, checked.refusal.body[:1000])
            return checked.refusal
        with self.one_at_a_time:  # policies are moto's state
            return self._refusal(request, checked.parameters)

    def _after(self, request: ApiRequest) -> None:
        if request.changes_something:
            log.info("%s %s %s", request.region, request.service, request.action)
            self._changed(request)


def _called(application: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    body, status, headers = run_wsgi_app(application, environ, buffered=True)
    return Answer(int(status.split()[0]), headers.get("Content-Type", "text/xml"), b"".join(body))
