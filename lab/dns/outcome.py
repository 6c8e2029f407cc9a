"""The content of a response, before it becomes a message."""

from dataclasses import dataclass

import dns.edns
import dns.rcode
import dns.rrset


@dataclass(frozen=True)
class Outcome:
    """Code, answer, authority and additional sections, whether it is authoritative, and why it is no better.

    error: the Extended DNS Error (RFC 8914) that goes with it, to those who ask with EDNS.
    """

    rcode: dns.rcode.Rcode
    answer: tuple[dns.rrset.RRset, ...] = ()
    authority: tuple[dns.rrset.RRset, ...] = ()
    authoritative: bool = True
    additional: tuple[dns.rrset.RRset, ...] = ()
    error: dns.edns.EDEOption | None = None


# https://www.iana.org/assignments/dns-parameters/dns-parameters.xhtml#extended-dns-error-codes
STALE = dns.edns.EDEOption(dns.edns.EDECode.STALE_ANSWER, "kept beyond its TTL")
REFUSED = Outcome(
    dns.rcode.REFUSED, authoritative=False, error=dns.edns.EDEOption(dns.edns.EDECode.NOT_AUTHORITATIVE, "not mine")
)
SERVFAIL = Outcome(
    dns.rcode.SERVFAIL, authoritative=False, error=dns.edns.EDEOption(dns.edns.EDECode.NOT_READY, "set to fail")
)
UNREACHABLE = Outcome(
    dns.rcode.SERVFAIL,
    authoritative=False,
    error=dns.edns.EDEOption(dns.edns.EDECode.NO_REACHABLE_AUTHORITY, "no server gives an answer"),
)
