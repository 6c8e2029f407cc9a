"""The page on this machine alone: it answers who asks for it by its own name, and nobody else's pages."""

import json
import sys
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from board import json_form, page, words
from board.html import joined, tag
from board.judged import Board
from cutover.refusal import Refusal

PORT = 8015
LOOPBACK = "127.0.0.1"
# Names by which a browser on this machine may ask. Any other is a page of somebody else's whose name leads here:
# https://owasp.org/www-community/attacks/DNS_Rebinding
_HOSTS = (LOOPBACK, "localhost")
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NO_PAGE = "default-src 'none'; frame-ancestors 'none'"


class Looks:
    """Looks when somebody asks, and at most every so many seconds: who asks meanwhile gets the latest one."""

    def __init__(self, look: Callable[[], Board], every_seconds: float, clock: Callable[[], float] = time.monotonic):
        self._look, self.every_seconds, self._clock = look, every_seconds, clock
        self._looking = threading.Lock()
        self._latest: tuple[float, Board] | None = None

    def board(self) -> Board:
        """Raises Refusal when the project's own files cannot be read."""
        with self._looking:
            if self._latest is None or self._clock() - self._latest[0] >= self.every_seconds:
                board = self._look()
                self._latest = self._clock(), board
            return self._latest[1]


def refused(host: str, headers: Callable[[str], str | None], port: int) -> HTTPStatus | None:
    """With which status a request is refused; None when it may be answered. `headers` gives the one of a name.

    By another name than this server's own, or for a page of another origin, nothing is answered.
    https://www.w3.org/TR/fetch-metadata/
    """
    own = {f"{name}:{port}" for name in _HOSTS} | (set(_HOSTS) if port == 80 else set())
    if host.lower() not in own:
        return HTTPStatus.MISDIRECTED_REQUEST
    origin = headers("Origin")
    if origin is not None and origin not in {f"http://{one}" for one in own}:
        return HTTPStatus.FORBIDDEN
    foreign = headers("Sec-Fetch-Site") in ("cross-site", "same-site")
    if foreign and headers("Sec-Fetch-Mode") != "navigate":
        return HTTPStatus.FORBIDDEN
    return None


class Handler(BaseHTTPRequestHandler):
    """Answers `/` with the page and `/board.json` with the same as JSON."""

    looks: Looks
    port: int
    # HTTP/1.0, which the standard library speaks by default: no connection outlives the server.
    server_version, sys_version = "board", ""
    # Whoever connects and says nothing does not hold a thread for ever.
    timeout = 30

    def do_GET(self) -> None:  # the standard library calls it so
        """Both."""
        hosts = self.headers.get_all("Host") or []
        status = refused(hosts[0] if len(hosts) == 1 else "", self.headers.get, self.port)
        if status is not None:
            self._answer(status, "text/plain", status.phrase)
        elif self.path == "/":
            self._answer_page()
        elif self.path == "/board.json":
            self._answer_json()
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", "there are / and /board.json")

    do_HEAD = do_GET  # as above

    def _answer_page(self) -> None:
        try:
            shown = page.served(self.looks.board(), self.looks.every_seconds)
            self._answer(HTTPStatus.OK, "text/html", shown.text, shown.policy)
        except Refusal as refusal:
            said = joined(
                tag("h1", "The board cannot be read"),
                tag("pre", "\n".join(map(words.one_line, str(refusal).splitlines()))),
            )
            shown = page.document("The board cannot be read", tag("main", said, id="main"), [], None)
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, "text/html", shown.text, shown.policy)

    def _answer_json(self) -> None:
        try:
            self._answer(HTTPStatus.OK, "application/json", json.dumps(json_form.form(self.looks.board())))
        except Refusal as refusal:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", str(refusal))

    def _answer(self, status: HTTPStatus, kind: str, text: str, policy: str = _NO_PAGE) -> None:
        content = text.encode()
        self.send_response(status)
        headers = {"Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(len(content)), **_HEADERS}
        for name, value in {**headers, "Content-Security-Policy": policy}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:  # the standard library's name
        """Nothing: what is asked for is always the same."""


def server(looks: Looks, port: int) -> ThreadingHTTPServer:
    """A server on loopback alone; at any free port where that is 0."""

    class Own(Handler):
        pass

    Own.looks = looks
    made = ThreadingHTTPServer((LOOPBACK, port), Own)
    Own.port = made.server_port
    made.daemon_threads = True
    return made


def run(look: Callable[[], Board], port: int, every_seconds: float) -> int:
    """Serve until Ctrl-C; raises Refusal when the port is taken."""
    try:
        made = server(Looks(look, every_seconds), port)
    except OSError as error:
        raise Refusal(
            "the page cannot be served",
            seen=f"port {port}: {error}",
            allowed="a free port of this machine",
            next_step=".venv/bin/python -m board --serve --port 0",
        ) from None
    print(f"the board is at http://{LOOPBACK}:{made.server_port}/ until Ctrl-C", file=sys.stderr, flush=True)
    with made:
        try:
            made.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0
