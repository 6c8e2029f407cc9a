"""A small world on loopback for the load: servers of two colours, and a resolver that says which of them a name is."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

NAME = "www.shop.example"
OLD, NEW = "amber", "violet"


class Web:
    """Two servers on one port: the old colour's at `old`, the new one's at `new`.

    status, seconds: of every answer. keep: for how many seconds connections are kept.
    """

    old, new = "127.0.0.1", "127.0.0.2"

    def __init__(self) -> None:
        self.status, self.seconds, self.keep = 200, 0.0, 3600.0
        self.served = 0
        first = self._server(self.old, 0, OLD)
        self.port: int = first.server_address[1]
        self._servers = [first, self._server(self.new, self.port, NEW)]
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def _server(self, address: str, port: int, colour: str) -> ThreadingHTTPServer:
        web = self

        class Answering(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                self.began = time.monotonic()

            def do_GET(self) -> None:
                time.sleep(web.seconds)
                web.served += 1
                body = b"hello"
                self.send_response(web.status)
                ends = time.monotonic() - self.began >= web.keep
                fields = {"X-Colour": colour, "X-Release": "1.4.1", "Content-Length": str(len(body))}
                for field, value in {**fields, **({"Connection": "close"} if ends else {})}.items():
                    self.send_header(field, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return ThreadingHTTPServer((address, port), Answering)

    def stop(self) -> None:
        """Nobody listens any more; connections that are there stay."""
        for server in self._servers:
            server.shutdown()
            server.server_close()


class Resolver:
    """Says over UDP that every name has the address `address`, none when that is empty; counts questions for A."""

    def __init__(self, address: str) -> None:
        self.address, self.asked = address, 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.at = f"127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                data, client = self._socket.recvfrom(4096)
            except OSError:
                return
            query = dns.message.from_wire(data)
            response = dns.message.make_response(query, recursion_available=True)
            (question,) = query.question
            if not self.address:
                response.set_rcode(dns.rcode.NXDOMAIN)
            elif question.rdtype == dns.rdatatype.A:
                self.asked += 1
                response.answer = [dns.rrset.from_text(question.name, 1, "IN", "A", self.address)]
            self._socket.sendto(response.to_wire(), client)

    def stop(self) -> None:
        self._socket.close()


@contextmanager
def world() -> Iterator[tuple[Web, Resolver]]:
    """Both, for as long as the context lasts; the resolver leads to the old colour."""
    web, resolver = Web(), Resolver(Web.old)
    try:
        yield web, resolver
    finally:
        resolver.stop()
        web.stop()
