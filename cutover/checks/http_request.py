"""HTTP requests to every address of a load balancer, under the name of its colour."""

import asyncio
import http.client
import io
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from cutover.checks.probes import Answered, fault
from cutover.concurrently import all_of
from propagation import Endpoint, Outcome, Target

# Requests under way at one address: enough to be quick, too few to be felt.
AT_ONCE = 4
# More than a resolver takes to say that it does not know.
LOOK_UP_SECONDS = 5.0
_PIECE_BYTES = 65536
_STANDARD_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Question:
    """GET `path` of `host` on `port`; over TLS, for `host` and verified, when there is a `tls` context."""

    host: str
    port: int
    path: str
    timeout_seconds: float
    tls: ssl.SSLContext | None

    @property
    def authority(self) -> str:
        """The host with its port, where that is not the standard one."""
        return self.host if self.port == _STANDARD_PORTS[self._scheme] else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self._scheme}://{self.authority}{self.path}"

    @property
    def _scheme(self) -> str:
        return "https" if self.tls else "http"


class Glance(Protocol):
    """What DNS says of `target`; see propagation.Watch.glance."""

    async def __call__(
        self, target: Target, deadline_seconds: float, is_enough: Callable[[Outcome], bool]
    ) -> Outcome: ...


async def addresses_of(name: str, resolvers: Sequence[Endpoint], glance: Glance) -> tuple[str, ...]:
    """All IPv4 addresses that any of `resolvers` has for `name`.

    Raises LookupError, with what each resolver said, when none has any.
    """
    # The resolvers alone are asked, whatever the zone is.
    target = Target(name, "any address", agreement=True, resolvers=tuple(resolvers), private=True)
    outcome = await glance(target, LOOK_UP_SECONDS, lambda _: True)
    found = {address for said in outcome.said_by_resolvers for address in said.records}
    if not found:
        answers = [f"{said.server}: {said.status}" for said in outcome.said_by_resolvers]
        raise LookupError(f"no address of {name} is to be had ({'; '.join(answers)})")
    return tuple(sorted(found))


async def ask_all(
    addresses: Sequence[str], question: Question, times: int, latency_milliseconds: int
) -> list[Answered]:
    """Ask each address `times` times, a few at once; an address with a bad answer (see `fault`) is not asked on."""
    answers = await all_of(_ask_address(address, question, times, latency_milliseconds) for address in addresses)
    return [answer for of_address in answers for answer in of_address]


async def _ask_address(address: str, question: Question, times: int, latency_milliseconds: int) -> list[Answered]:
    answers: list[Answered] = []
    while len(answers) < times:
        round_size = min(AT_ONCE, times - len(answers))
        answers += await all_of(ask_once(address, question) for _ in range(round_size))
        if any(fault(answer, latency_milliseconds) for answer in answers):
            break
    return answers


async def ask_once(address: str, question: Question, clock: Callable[[], float] = time.monotonic) -> Answered:
    """One request on a connection of its own, timed from its first packet to the end of the answer.

    Whatever goes wrong on the way is in the answer's `error`: nothing is raised but cancellation.
    """
    started = clock()
    try:
        async with asyncio.timeout(question.timeout_seconds):
            status, headers = await _get(address, question)
        return Answered(address, (clock() - started) * 1000, status, headers=headers)
    except TimeoutError:
        error = f"nothing, or not all, came in {question.timeout_seconds:g} s"
    except (OSError, EOFError, ValueError, asyncio.LimitOverrunError, http.client.HTTPException) as problem:
        error = str(problem) or type(problem).__name__
    return Answered(address, (clock() - started) * 1000, error=error)


async def _get(address: str, question: Question) -> tuple[int, dict[str, str]]:
    request = (
        f"GET {question.path} HTTP/1.1\r\nHost: {question.authority}\r\nUser-Agent: readiness\r\n"
        "Accept: */*\r\nConnection: close\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection(
        address, question.port, ssl=question.tls, server_hostname=question.host if question.tls else None
    )
    try:
        writer.write(request.encode("ascii"))
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        # To the end: a load balancer counts a client that leaves early as an error.
        while await reader.read(_PIECE_BYTES):
            pass
    finally:
        writer.transport.abort()
    return _read_head(head)


def _read_head(head: bytes) -> tuple[int, dict[str, str]]:
    """Status and headers; raises ValueError or http.client.HTTPException when `head` is not that of a response."""
    status_line, _, fields = head.partition(b"\r\n")
    version, _, rest = status_line.decode("latin-1").partition(" ")
    if not version.startswith("HTTP/"):
        raise ValueError(f"not an HTTP response: {status_line[:80]!r}")
    headers = http.client.parse_headers(io.BytesIO(fields))
    return int(rest[:3]), {name.lower(): value for name, value in headers.items()}
