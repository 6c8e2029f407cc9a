"""What is asked of the colour: a file of requests, parsed here, as vegeta takes them.

    GET /
    GET /search?q=shoes
    Accept: text/html
    POST /baskets
    Content-Type: application/json
    @basket.json

A request line, header lines below it, and a line with the file of its body. Empty lines and lines that begin with #
mean nothing. Paths, never URLs: nothing but the colour is asked.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from components.config_value import HEADER, PATH
from cutover.printable import quoted
from cutover.refusal import Refusal

# https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1: the safe methods that a service is asked with.
READS = ("GET", "HEAD")
WRITES = ("POST", "PUT", "PATCH", "DELETE")
AGENT = {"User-Agent": "tag-team-load-test"}
MOST_BYTES = 32 * 2**20
_SHOWN_CHARACTERS = 80
# What decides where a request goes, or where it ends: https://www.rfc-editor.org/rfc/rfc9112
_NOT_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "expect", "upgrade"})
_FIELD_VALUE = re.compile(r"[\x20-\x7e\t]*")
_ALLOWED = f"lines like GET /path, with {' or '.join(READS)}; below them Name: value"
_ALLOWED_WRITES = f"lines like POST /path, with {', '.join((*READS, *WRITES))}; below them Name: value, then @file"


@dataclass(frozen=True)
class Target:
    """One request: its method, its path with what follows it, its header fields and its body."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def writes(self) -> bool:
        """Whether it may change something."""
        return self.method not in READS


def read(file: Path, *, writes: bool) -> tuple[Target, ...]:
    """The requests in `file`, in order; bodies are beside it. Raises Refusal, with the line at fault."""
    found: list[Target] = []
    for number, line in _lines(file):
        try:
            _take(found, line, file.parent, writes=writes)
        except ValueError as error:
            raise _refusal(f"line {number} of {file}: {quoted(line, _SHOWN_CHARACTERS)}", str(error), writes) from None
    if not found:
        raise _refusal(f"{file} has no request", "it says nothing", writes)
    return tuple(found)


def rendered(targets: Iterable[Target], base_url: str) -> bytes:
    """As vegeta reads them with `-format=json`: one JSON object in a line, with all of `base_url` before each path.

    A dot at the end of the host keeps search domains of this machine out of it; the service is asked without it.
    https://github.com/tsenart/vegeta/blob/v12.13.0/lib/target.schema.json
    """
    scheme, authority = base_url.split("://")
    host, colon, port = authority.partition(":")
    rooted = f"{scheme}://{host}.{colon}{port}"
    return b"".join(json.dumps(_as_json(one, rooted, authority)).encode() + b"\n" for one in targets)


def _as_json(one: Target, url: str, authority: str) -> dict[str, object]:
    headers = {name: [value] for name, value in {**AGENT, **one.headers, "Host": authority}.items()}
    asked: dict[str, object] = {"method": one.method, "url": f"{url}{one.path}", "header": headers}
    return asked | ({"body": base64.b64encode(one.body).decode()} if one.body else {})


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """Those that mean something, with their numbers from 1."""
    try:
        text = _content(file).decode("utf-8")
    except (OSError, ValueError) as error:
        raise _refusal(f"{file}", f"it cannot be read: {error}", False) from None
    for number, line in enumerate(text.split("\n"), start=1):
        if (stripped := line.strip()) and not stripped.startswith("#"):
            yield number, stripped


def _content(file: Path) -> bytes:
    """What is in it; raises OSError, and ValueError when that is too much."""
    if file.stat().st_size > MOST_BYTES:
        raise ValueError(f"it has more than {MOST_BYTES // 2**20} MB")
    return file.read_bytes()


def _take(found: list[Target], line: str, folder: Path, *, writes: bool) -> None:
    """Add a line to those `found`; raises ValueError, with what is wrong with it."""
    if line.startswith("@"):
        _take_body(found, line[1:], folder)
        return
    method, _, path = line.partition(" ")
    if method in (*READS, *WRITES):
        if method in WRITES and not writes:
            raise ValueError(f"{method} takes --writes: production's data is behind the colour")
        if not PATH.fullmatch(path.strip()):
            raise ValueError("no path that begins with /, in ASCII")
        found.append(Target(method, path.strip()))
        return
    name, colon, value = line.partition(":")
    if not colon or not HEADER.fullmatch(name):
        raise ValueError("neither a request nor a header")
    if name.lower() in _NOT_OURS or not _FIELD_VALUE.fullmatch(value):
        raise ValueError(f"no header that may be set here ({', '.join(sorted(_NOT_OURS))} may not)")
    _replace_last(found, headers={**_last(found).headers, name: value.strip()})


def _take_body(found: list[Target], name: str, folder: Path) -> None:
    if not _last(found).writes:
        raise ValueError("a body is for requests that write")
    try:
        _replace_last(found, body=_content(folder / name))
    except (OSError, ValueError) as error:
        raise ValueError(f"the body cannot be read: {error}") from None


def _last(found: Sequence[Target]) -> Target:
    if not found:
        raise ValueError("no request stands above it")
    return found[-1]


def _replace_last(found: list[Target], **changes: object) -> None:
    found[-1] = replace(_last(found), **changes)  # type: ignore[arg-type]  # fields of Target


def _refusal(seen: str, why: str, writes: bool) -> Refusal:
    return Refusal(
        f"the targets cannot be used: {why}; no request was sent",
        seen=seen,
        allowed=_ALLOWED_WRITES if writes else _ALLOWED,
        next_step="mend that line, then the same command again; "
        "'Test it at full capacity' in docs/operations.md shows such a file",
    )
