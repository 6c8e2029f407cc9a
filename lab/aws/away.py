"""The endpoint of the embedded AWS when it is away: connections are taken, and closed without an answer."""

import logging
from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("lab.aws")


class Away:
    """WSGI: hangs up on every call for as long as `is_away`, by a ConnectionError; otherwise hands it to `aws`."""

    def __init__(self, aws: WSGIApplication, is_away: Callable[[], bool]) -> None:
        self._aws, self._is_away = aws, is_away

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._is_away():
            log.info("%s %s is hung up on, as set", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            raise ConnectionAbortedError("the endpoint is away, as set")
        return self._aws(environ, start_response)
