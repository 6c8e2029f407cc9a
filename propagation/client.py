"""Asking one DNS server one question: over UDP, then TCP where that is not enough, or over HTTPS."""

import asyncio
import secrets
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from functools import cache

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode

from propagation.answer import Answer, AnswerKind, Endpoint
from propagation.printable import printable
from propagation.response import read

try:
    import httpx2
except ImportError:
    # Then dnspython cannot ask over HTTPS either.
    _OF_HTTPS: tuple[tuple[type[Exception], ...], ...] = ((), ())
else:
    _OF_HTTPS = (httpx2.TransportError,), (httpx2.HTTPError, httpx2.InvalidURL)

_LOST: tuple[type[Exception], ...] = (OSError, EOFError, dns.exception.Timeout, *_OF_HTTPS[0])
_MALFORMED: tuple[type[Exception], ...] = (dns.exception.DNSException, ValueError, *_OF_HTTPS[1])

TIMEOUT_SECONDS = 2.0
# The largest answer that crosses nearly every path unfragmented: https://www.dnsflagday.net/2020/
EDNS_PAYLOAD_BYTES = 1232
# How a server from before 1999 takes a question with EDNS: https://www.rfc-editor.org/rfc/rfc6891#section-7
_WITHOUT_EDNS = (dns.rcode.FORMERR, dns.rcode.NOTIMP)

Exchange = Callable[[dns.message.Message, Endpoint], Awaitable[dns.message.Message]]


def refuse_unaskable(servers: Iterable[Endpoint]) -> None:
    """Raise ValueError when one of `servers` is to be asked over HTTPS, and the packages for that are missing."""
    over_https = [server.address for server in servers if server.is_https]
    if over_https and not dns.query.have_doh:
        raise ValueError(
            f"{over_https[0]!r} cannot be asked over HTTPS, since packages for that are missing here: "
            "install them by `pip install 'dnspython[doh]'`, or name the resolver by its IP address"
        )


def is_routable(server: Endpoint) -> bool:
    """Whether this machine has a route to `server`; found by connecting a UDP socket, which sends no packet.

    IPv4 is taken for granted; many networks have no IPv6.
    """
    if ":" not in server.address:
        return True
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.connect((server.address, server.port))
    except OSError:
        return False
    return True


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
    if answer.kind is AnswerKind.NO_ANSWER:
        # A server that answers over UDP, if only to say "too long", is not unreachable.
        return Answer(AnswerKind.FAILURE, detail=answer.detail)
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
    except _LOST as error:
        problem = f"no answer over {transport}: {printable(str(error)) or type(error).__name__}"
    except _MALFORMED as error:
        said = str(error).splitlines() or [type(error).__name__]
        return Answer(AnswerKind.FAILURE, detail=f"malformed answer over {transport}: {printable(said[0])}")
    return Answer(AnswerKind.NO_ANSWER, detail=problem)


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
