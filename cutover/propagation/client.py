"""Asking one DNS server one question over UDP, and over TCP where the answer was cut short."""

import asyncio

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype

from cutover.propagation.answer import Answer, Endpoint, Kind

TIMEOUT_SECONDS = 2.0
# The largest answer that crosses nearly every path unfragmented: https://www.dnsflagday.net/2020/
EDNS_PAYLOAD_BYTES = 1232


async def ask(
    server: Endpoint, name: str, rdtype: str, *, recursive: bool, timeout_seconds: float = TIMEOUT_SECONDS
) -> Answer:
    """Ask `server` for the `rdtype` (A or AAAA) records of `name`; RD is set only for a resolver (`recursive`).

    Datagrams with another id, another question or from another source are ignored: the real answer may still come.
    An answer of an authoritative server without the AA flag is a failure, whatever it says: the server is lame.
    UDP and TCP each have `timeout_seconds`. Nothing is raised but cancellation; see `Answer`.
    """
    query = dns.message.make_query(
        name, rdtype, use_edns=0, payload=EDNS_PAYLOAD_BYTES, flags=dns.flags.RD if recursive else 0
    )
    transport = "UDP"
    try:
        try:
            response = await _ask_over_udp(query, server, timeout_seconds)
        except dns.message.Truncated:
            transport = "TCP"
            response = await _ask_over_tcp(query, server, timeout_seconds)
        return read(response, recursive=recursive)
    except TimeoutError:
        problem = f"no answer over {transport} in {timeout_seconds:g} s"
    except (OSError, EOFError) as error:
        problem = f"no answer over {transport}: {error or type(error).__name__}"
    except dns.exception.DNSException as error:
        return Answer(Kind.FAILURE, detail=f"malformed answer over {transport}: {error}")
    # A server that answers over UDP, if only to say "too long", is not unreachable.
    return Answer(Kind.NO_ANSWER if transport == "UDP" else Kind.FAILURE, detail=problem)


async def _ask_over_udp(query: dns.message.Message, server: Endpoint, timeout_seconds: float) -> dns.message.Message:
    # Our own timeout runs on the monotonic clock; that of dnspython follows the wall clock through its jumps.
    async with asyncio.timeout(timeout_seconds):
        return await dns.asyncquery.udp(
            query,
            server.address,
            port=server.port,
            ignore_unexpected=True,
            ignore_errors=True,
            raise_on_truncation=True,
        )


async def _ask_over_tcp(query: dns.message.Message, server: Endpoint, timeout_seconds: float) -> dns.message.Message:
    async with asyncio.timeout(timeout_seconds):
        return await dns.asyncquery.tcp(query, server.address, port=server.port)


def read(response: dns.message.Message, *, recursive: bool) -> Answer:
    """What a `response` says, following CNAME records within it.

    Raises dns.exception.DNSException where its sections contradict one another.
    """
    rcode = response.rcode()
    if rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return Answer(Kind.FAILURE, detail=dns.rcode.to_text(rcode))
    if not recursive and not response.flags & dns.flags.AA:
        return Answer(Kind.FAILURE, detail="lame: answers without authority")
    if not isinstance(response, dns.message.QueryMessage):
        return Answer(Kind.FAILURE, detail="not an answer to a query")
    chain = response.resolve_chaining()
    ttl_seconds = float(chain.minimum_ttl)
    if rcode == dns.rcode.NXDOMAIN:
        return Answer(Kind.NXDOMAIN, ttl_seconds=ttl_seconds, detail="NXDOMAIN")
    if chain.answer is None:
        return Answer(Kind.NODATA, ttl_seconds=ttl_seconds, detail="NODATA")
    return Answer(Kind.ADDRESSES, frozenset(record.address for record in chain.answer), ttl_seconds)
