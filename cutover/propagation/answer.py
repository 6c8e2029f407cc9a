"""What one question to one DNS server brought: plain data shared by those who ask and those who judge."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


@dataclass(frozen=True)
class Endpoint:
    """Where a DNS server listens: an IPv4 or IPv6 `address` and a `port`, UDP and TCP."""

    address: str
    port: int = 53

    def __str__(self) -> str:
        return self.address if self.port == 53 else f"{self.address} port {self.port}"


class Kind(Enum):
    """What sort of answer came; only ADDRESSES can ever speak for a colour."""

    ADDRESSES = "addresses"
    NODATA = "NODATA"
    NXDOMAIN = "NXDOMAIN"
    FAILURE = "failure"
    NO_ANSWER = "no answer"


@dataclass(frozen=True)
class Answer:
    """One answer, or the lack of one.

    `ttl_seconds` is the smallest TTL along the CNAME chain (for a negative answer the one of RFC 2308), None where
    there is none. `detail` says it in words: the response code (`SERVFAIL`), `lame`, or why nothing came.
    """

    kind: Kind
    addresses: frozenset[str] = frozenset()
    ttl_seconds: float | None = None
    detail: str = ""


class Ask(Protocol):
    """Ask `server` for the addresses of `name`; `recursive` is True for a resolver, False for an authoritative server.

    Whatever goes wrong on the way is an Answer too: nothing is raised but cancellation.
    """

    async def __call__(self, server: Endpoint, name: str, rdtype: str, *, recursive: bool) -> Answer: ...
