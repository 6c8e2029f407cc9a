"""DNS over HTTPS (RFC 8484) as a second door of a resolver: /dns-query, GET and POST, HTTP/1.1."""

import asyncio
import base64
import binascii
import ssl
from collections.abc import Callable
from urllib.parse import parse_qs

from lab.dns.responder import Responder

PATH = "/dns-query"
MEDIA_TYPE = "application/dns-message"
IDLE_SECONDS = 10
LONGEST_MESSAGE_BYTES = 65535


async def serve(address: str, responder: Responder, secure: ssl.SSLContext) -> tuple[str, Callable[[], None]]:
    """Answer at a free port of `address`; returns the URL and what ends it."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _conversation(responder, reader, writer)

    server = await asyncio.start_server(connected, address, 0, ssl=secure)
    return f"https://{address}:{server.sockets[0].getsockname()[1]}{PATH}", server.close


async def _conversation(responder: Responder, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Requests and responses on one connection."""
    try:
        async with asyncio.timeout(IDLE_SECONDS):
            while True:
                writer.write(await _answer(responder, await _message(reader)))
                await writer.drain()
    except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ssl.SSLError):
        return  # the other side has left, says nothing or does not speak HTTP
    except asyncio.CancelledError:
        return  # the loop ends; asyncio before 3.12 would complain of a conversation that was cut off
    finally:
        writer.close()


async def _answer(responder: Responder, message: bytes | None) -> bytes:
    if message is None:
        return _response(400)
    if responder.refuses_http:
        return _response(503)
    answers = await responder.respond(message, over_udp=False)
    if not answers:
        await asyncio.sleep(IDLE_SECONDS)  # as silent as over UDP: the caller's time is up first
    return _response(200, answers[-1])


async def _message(reader: asyncio.StreamReader) -> bytes | None:
    """The DNS message in the next request, None if there is none in it."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = headers.get("content-length", "0")
    body = await reader.readexactly(min(int(length), LONGEST_MESSAGE_BYTES)) if length.isdigit() else b""
    method, _, rest = first.partition(" ")
    path, _, query = rest.partition(" ")[0].partition("?")
    if path != PATH:
        return None
    if method == "POST":
        return body if headers.get("content-type") == MEDIA_TYPE else None
    return _decoded(parse_qs(query).get("dns", [""])[0])


def _decoded(text: str) -> bytes | None:
    """base64url without padding: https://www.rfc-editor.org/rfc/rfc8484#section-6"""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) or None
    except binascii.Error:
        return None


def _response(status: int, content: bytes = b"") -> bytes:
    reason = {200: "OK", 400: "Bad Request", 503: "Service Unavailable"}[status]
    kind = f"content-type: {MEDIA_TYPE}\r\n" if content else ""
    return f"HTTP/1.1 {status} {reason}\r\n{kind}content-length: {len(content)}\r\n\r\n".encode() + content
