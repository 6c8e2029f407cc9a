"""One question to a DNS server, as a tool that polls asks it."""

import asyncio

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.rdatatype


async def addresses_of(name: str, server: str, port: int, *, recursive: bool, timeout_seconds: float) -> frozenset[str]:
    """The IPv4 addresses that `server` gives for `name`, over UDP, else TCP; none when it fails."""
    query = dns.message.make_query(name, "A", flags=dns.flags.RD if recursive else 0)
    try:
        # Not dnspython's own timeout: in Python 3.11 what it uses for that can lose a cancellation.
        async with asyncio.timeout(timeout_seconds):
            response, _ = await dns.asyncquery.udp_with_fallback(
                query, server, port=port, ignore_unexpected=True, ignore_errors=True
            )
        records = response.resolve_chaining().answer if isinstance(response, dns.message.QueryMessage) else None
    except (TimeoutError, OSError, EOFError, dns.exception.DNSException):
        return frozenset()
    return frozenset(record.to_text() for record in records or ())
