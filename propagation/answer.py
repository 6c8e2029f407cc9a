"""What one question to one DNS server brought: plain data shared by those who ask and those who judge."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


@dataclass(frozen=True)
class Endpoint:
    """Where a DNS server listens.

    `address`: an IPv4 or IPv6 address, with a `port` for UDP and TCP; or, for a resolver over HTTPS (RFC 8484), its URL
    (`https://…/dns-query`), which has a port of its own.
    """

    address: str
    port: int = 53

    @property
    def is_https(self) -> bool:
        """Whether it is asked over HTTPS."""
        return self.address.startswith("https://")

    def __str__(self) -> str:
        return self.address if self.port == 53 or self.is_https else f"{self.address} port {self.port}"


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

    `addresses` are the records' data as text: addresses for A and AAAA; for other types that data, names in lower case.
    `ttl_seconds` is the smallest TTL along the CNAME chain (for a negative answer the one of RFC 2308), None where
    there is none. `detail` says it in words: the response code (`SERVFAIL`), `lame`, or why nothing came.
    `longest_ttl_seconds` is the largest TTL along the chain, where there is one. `alias`: where the chain leads to,
    when that name has no addresses in the answer. `extended_error` is what the server adds of its own accord (RFC
    8914), like `EDE 3 (Stale Answer)`, or empty.
    """

    kind: Kind
    addresses: frozenset[str] = frozenset()
    ttl_seconds: float | None = None
    detail: str = ""
    extended_error: str = ""
    longest_ttl_seconds: float | None = None
    alias: str = ""


class Ask(Protocol):
    """Ask `server` for the records of `name`; `recursive` is True for a resolver, False for an authoritative server.

    Whatever goes wrong on the way is an Answer too: nothing is raised but cancellation.
    """

    async def __call__(self, server: Endpoint, name: str, rdtype: str, *, recursive: bool) -> Answer: ...
