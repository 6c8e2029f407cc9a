"""One request of a load, and what became of it, read from a line of `vegeta encode -to json`."""

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

OK = 200
# Go's words -> ours, the first that fits: https://pkg.go.dev/net, https://pkg.go.dev/net/http
_KINDS = (
    (r"no such host|server misbehaving|lookup ", "DNS"),
    (r"connection refused", "refused"),
    (r"connection reset|broken pipe", "reset"),
    (r"timeout|deadline exceeded", "timeout"),
    (r"EOF|server closed", "closed"),
    (r"no route|unreachable", "unreachable"),
    (r"cannot assign requested address|too many open files", "generator"),
)
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Hit:
    """A request of the pool `pool`.

    at: when it was sent, Unix time. status: of HTTP, 0 when there was no answer. error: of which kind, empty when
    it is none. colour, release: who served it, by `X-Colour` and `X-Release`.
    """

    pool: str
    at: float
    latency_seconds: float
    status: int
    error: str = ""
    colour: str | None = None
    release: str | None = None

    @property
    def failed(self) -> bool:
        """Anything but an answer of 200, read to its end."""
        return bool(self.error) or self.status != OK

    @property
    def ended_at(self) -> float:
        """When it was answered, or given up."""
        return self.at + self.latency_seconds


def parse(line: bytes, pool: str) -> tuple[int, Hit]:
    """Its number in its pool, from 0 on, and the hit. Raises ValueError for a line that is none."""
    try:
        result = json.loads(line)
        headers = result["headers"] or {}
        hit = Hit(
            pool,
            datetime.fromisoformat(result["timestamp"]).timestamp(),
            result["latency"] / 1e9,
            int(result["code"]),
            kind(int(result["code"]), str(result["error"])),
            _header(headers, "X-Colour"),
            _header(headers, "X-Release"),
        )
        return int(result["seq"]), hit
    except (KeyError, TypeError, AttributeError, UnicodeDecodeError) as strange:
        raise ValueError(f"no result of vegeta: {line[:200]!r}") from strange


def kind(status: int, error: str) -> str:
    """What went wrong in one word, or `status 503`; empty when nothing did."""
    if status:
        return "" if status == OK and not error else f"status {status}" if status != OK else _of_words(error)
    return _of_words(error)


def _of_words(error: str) -> str:
    return next((kind for pattern, kind in _KINDS if re.search(pattern, error)), OTHER)


def _header(headers: Mapping[str, Any], name: str) -> str | None:
    values = headers.get(name) or ()
    return sys.intern(str(values[0])) if values else None
