"""Asking one DNS server one question: over UDP, then TCP where that is not enough, or over HTTPS."""

import asyncio
import secrets
import ssl
from collections.abc import Awaitable, Callable
from functools import cache

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import httpx2

from propagation.answer import Answer, Endpoint, Kind
from propagation.response import read

TIMEOUT_SECONDS = 2.0
# The largest answer that crosses nearly every path unfragmented: https://www.dnsflagday.net/2020/
EDNS_PAYLOAD_BYTES = 1232
# How a server from before 1999 takes a question with EDNS: https://www.rfc-editor.org/rfc/rfc6891#section-7
_WITHOUT_EDNS = (dns.rcode.FORMERR, dns.rcode.NOTIMP)

Exchange = Callable[[dns.message.Message, Endpoint], Awaitable[dns.message.Message]]


class _NeedsTcp(Exception):
    """The answer over UDP was cut short, or may be forged."""


async def ask(
    server: Endpoint, name: str, rdtype: str, *, recursive: bool, timeout_seconds: float = TIMEOUT_SECONDS
) -> Answer:
    """Ask `server` for the `rdtype` records of `name`; RD is set only for a resolver (`recursive`).

    Datagrams with another id, another question or from another source are ignored: the real answer may still come.
    Letters of the name are in random case, which a forger has to guess too; to an answer that does not repeat it, as to
    one that was cut short, the question is asked again over TCP. A server that does not know EDNS is asked without it.
    Each transport has `timeout_seconds`. Nothing is raised but cancellation; see `Answer`.
    """
    query = dns.message.make_query(
        in_random_case(name), rdtype, use_edns=0, payload=EDNS_PAYLOAD_BYTES, flags=dns.flags.RD if recursive else 0
    )
    if server.is_https:
        return await _answer(_over_https, "HTTPS", query, server, timeout_seconds, recursive=recursive)
    try:
        return await _answer(_over_udp, "UDP", query, server, timeout_seconds, recursive=recursive)
    except _NeedsTcp:
        answer = await _answer(_over_tcp, "TCP", query, server, timeout_seconds, recursive=recursive)
    if answer.kind is Kind.NO_ANSWER:
        # A server that answers over UDP, if only to say "too long", is not unreachable.
        return Answer(Kind.FAILURE, detail=answer.detail)
    return answer


def in_random_case(name: str) -> dns.name.Name:
    """`name` with each letter in upper or lower case by chance (draft-vixie-dnsext-dns0x20)."""
    absolute = dns.name.from_text(name)
    return dns.name.Name([_random_case(label) for label in absolute.labels])


def _random_case(label: bytes) -> bytes:
    return bytes(byte ^ 0x20 if chr(byte).isalpha() and byte < 128 and secrets.randbits(1) else byte for byte in label)


async def _answer(
    exchange: Exchange,
    transport: str,
    query: dns.message.Message,
    server: Endpoint,
    timeout_seconds: float,
    *,
    recursive: bool,
) -> Answer:
    try:
        # Our own timeout runs on the monotonic clock; that of dnspython follows the wall clock through its jumps.
        async with asyncio.timeout(timeout_seconds):
            response = await exchange(query, server)
            if response.rcode() in _WITHOUT_EDNS and query.edns == 0 and response.edns < 0:
                query.use_edns(False)
                response = await exchange(query, server)
        return read(response, recursive=recursive)
    except TimeoutError:
        problem = f"no answer over {transport} in {timeout_seconds:g} s"
    except (OSError, EOFError, httpx2.TransportError, dns.exception.Timeout) as error:
        problem = f"no answer over {transport}: {str(error) or type(error).__name__}"
    except (dns.exception.DNSException, httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        said = str(error).splitlines() or [type(error).__name__]
        return Answer(Kind.FAILURE, detail=f"malformed answer over {transport}: {said[0]}")
    return Answer(Kind.NO_ANSWER, detail=problem)


async def _over_udp(query: dns.message.Message, server: Endpoint) -> dns.message.Message:
    try:
        response = await dns.asyncquery.udp(
            query,
            server.address,
            port=server.port,
            ignore_unexpected=True,
            ignore_errors=True,
            raise_on_truncation=True,
        )
    except dns.message.Truncated:
        raise _NeedsTcp from None
    # An error may come without a question.
    if response.question and response.question[0].name.labels != query.question[0].name.labels:
        raise _NeedsTcp
    return response


async def _over_tcp(query: dns.message.Message, server: Endpoint) -> dns.message.Message:
    return await dns.asyncquery.tcp(query, server.address, port=server.port)


async def _over_https(query: dns.message.Message, server: Endpoint) -> dns.message.Message:
    return await dns.asyncquery.https(query, server.address, verify=_trust())


@cache
def _trust() -> ssl.SSLContext:
    """The authorities that this machine trusts, or those in SSL_CERT_FILE."""
    return ssl.create_default_context()
