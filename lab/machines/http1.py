"""As much of HTTP/1.1 as the lab's load balancers and services speak: whole messages over asyncio's streams.

https://www.rfc-editor.org/rfc/rfc9112
"""

import asyncio
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus

MOST_BODY_BYTES = 1 << 20
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "proxy-connection", "te", "upgrade"})


class MalformedError(ValueError):
    """What came is no message of HTTP/1.1, or ends in its middle."""


@dataclass(frozen=True)
class Message:
    """A request or a response: its first line, its header fields in their order, its whole body."""

    start: str
    fields: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @cached_property
    def _first(self) -> dict[str, str]:
        return {key.lower(): value for key, value in reversed(self.fields)}

    def field(self, name: str) -> str:
        """The value of a header field, the first one where it is there twice, empty when there is none."""
        return self._first.get(name.lower(), "")

    @property
    def words(self) -> list[str]:
        """The first line in words: METHOD TARGET VERSION, or VERSION STATUS REASON."""
        return self.start.split(" ", 2)

    @property
    def status(self) -> int:
        """Of a response."""
        return int(self.words[1])

    @property
    def keeps_alive(self) -> bool:
        """Whether whoever sent it goes on with the connection."""
        said = self.field("Connection").lower()
        return said == "keep-alive" if "HTTP/1.0" in self.start else said != "close"

    def with_fields(self, **fields: str) -> "Message":
        """The same with these header fields (`X_Name` for `X-Name`) in place of those of the same names."""
        new = {name.replace("_", "-"): value for name, value in fields.items()}
        taken = {name.lower() for name in new}
        others = [pair for pair in self.fields if pair[0].lower() not in taken]
        return Message(self.start, (*others, *new.items()), self.body)

    def end_to_end(self) -> "Message":
        """The same without what concerns one connection only, and with the length of its body."""
        same = Message(
            self.start, tuple([pair for pair in self.fields if pair[0].lower() not in _HOP_BY_HOP]), self.body
        )
        return same.with_fields(Content_Length=str(len(self.body))) if self.body or not self._may_be_empty() else same

    def _may_be_empty(self) -> bool:
        return not self.start.startswith("HTTP/") or bool(self.field("Content-Length"))

    def rendered(self) -> bytes:
        """As it goes over the line."""
        lines = [self.start, *(f"{name}: {value}" for name, value in self.fields)]
        return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + self.body


def response(status: int, fields: dict[str, str] | None = None, body: bytes = b"") -> Message:
    """A response with its length."""
    start = f"HTTP/1.1 {status} {_PHRASES[status]}"
    return Message(start, (*(fields or {}).items(), ("Content-Length", str(len(body)))), body)


def request(method: str, path: str, fields: dict[str, str]) -> Message:
    """A request without a body."""
    return Message(f"{method} {path} HTTP/1.1", tuple(fields.items()))


async def read(reader: asyncio.StreamReader, asked: Message | None = None) -> Message | None:
    """The next message, None when the connection ends before it begins.

    asked: the request that it is the response to. Raises MalformedError, and what streams raise.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as ended:
        if not ended.partial.strip():
            return None
        raise MalformedError("it ends in its head") from ended
    except asyncio.LimitOverrunError as endless:
        raise MalformedError("its head has no end") from endless
    start, *lines = head.decode("latin-1").lstrip("\r\n").split("\r\n")
    message = Message(start, tuple([_field(line) for line in lines if line]))
    if len(message.words) < 2 or (asked is None) == start.startswith("HTTP/"):
        raise MalformedError(start)
    if asked is not None and not message.words[1].isdigit():
        raise MalformedError(start)
    try:
        body = await _body(reader, message, asked)
    except asyncio.IncompleteReadError as ended:
        raise MalformedError("it ends in its body") from ended
    except asyncio.LimitOverrunError as endless:
        raise MalformedError("its body has no end") from endless
    return Message(start, message.fields, body) if body else message


def _field(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name or name != name.strip():
        raise MalformedError(line)
    return name, value.strip()


async def _body(reader: asyncio.StreamReader, message: Message, asked: Message | None) -> bytes:
    if asked is not None and (asked.words[0] == "HEAD" or message.status in (204, 304) or message.status < 200):
        return b""
    if message.field("Transfer-Encoding").lower() == "chunked":
        return await _chunks(reader)
    length = message.field("Content-Length")
    if not length:
        return b"" if asked is None else await reader.read(MOST_BODY_BYTES)
    if not length.isdigit() or int(length) > MOST_BODY_BYTES:
        raise MalformedError(f"Content-Length: {length}")
    return await reader.readexactly(int(length))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    whole = b""
    while True:
        line = (await reader.readuntil(b"\r\n")).partition(b";")[0].strip()
        try:
            size = int(line, 16)
        except ValueError:
            raise MalformedError(f"a chunk of {line!r}") from None
        if not 0 <= size <= MOST_BODY_BYTES - len(whole):
            raise MalformedError(f"a chunk of {size} bytes")
        chunk = await reader.readexactly(size + 2)
        whole += chunk[:size]
        if size == 0:
            return whole
