"""What one question to one DNS server brought: plain data shared by those who ask and those who judge."""

import ipaddress
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Protocol
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Endpoint:
    """Where a DNS server listens.

    `address`: an IPv4 or IPv6 address, with a `port` for UDP and TCP; or, for a resolver over HTTPS (RFC 8484), its URL
    (`https://…/dns-query`), which has a port of its own.
    """

    address: str
    port: int = 53

    # Cloudflare, Google, Quad9, OpenDNS.
    PUBLIC_RESOLVERS: ClassVar[tuple[str, ...]] = ("1.1.1.1", "8.8.8.8", "9.9.9.9", "208.67.222.222")
    RESOLVERS_ALLOWED: ClassVar[str] = "IP addresses of DNS resolvers, or URLs of resolvers over HTTPS"

    @classmethod
    def resolver(cls, text: str, port: int = 53) -> "Endpoint":
        """A resolver as people write it: an address, or the URL of one over HTTPS, like https://dns.google/dns-query.

        Raises ValueError otherwise.
        """
        if not text.startswith("https://"):
            address = ipaddress.ip_address(text)
            if address.is_unspecified or address.is_multicast:
                raise ValueError(text)
            return cls(str(address), port)
        url = urlsplit(text)
        # A port that is none raises ValueError here. Nobody's password belongs in a config file.
        is_plain = url.hostname and url.port != 0 and url.path.strip("/") and "@" not in url.netloc
        if not is_plain or url.query or url.fragment or not (text.isascii() and text.isprintable()) or " " in text:
            raise ValueError(text)
        return cls(text, port)

    @property
    def is_https(self) -> bool:
        """Whether it is asked over HTTPS."""
        return self.address.startswith("https://")

    def __str__(self) -> str:
        return self.address if self.port == 53 or self.is_https else f"{self.address} port {self.port}"


class AnswerKind(Enum):
    """What sort of answer came; only RECORDS can ever be what is expected."""

    RECORDS = "records"
    NODATA = "NODATA"
    NXDOMAIN = "NXDOMAIN"
    FAILURE = "failure"
    NO_ANSWER = "no answer"


@dataclass(frozen=True)
class Answer:
    """One answer, or the lack of one.

    `records` are the records' data as text: addresses for A and AAAA; for other types that data, names in lower case.
    `ttl_seconds` is the smallest TTL along the CNAME chain (for a negative answer the one of RFC 2308), None where
    there is none. `detail` says it in words: the response code (`SERVFAIL`), `lame`, or why nothing came.
    `longest_ttl_seconds` is the largest TTL along the chain, where there is one. `alias`: where the chain leads to,
    when that name has no records in the answer. `extended_error` is what the server adds of its own accord (RFC
    8914), like `EDE 3 (Stale Answer)`, or empty.
    """

    kind: AnswerKind
    records: frozenset[str] = frozenset()
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
