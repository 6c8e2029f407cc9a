"""What a DNS response says, as plain data."""

from dataclasses import replace

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from propagation.answer import Answer, AnswerKind
from propagation.printable import printable

# These belong to one name and are not meant where a CNAME leads to: asked for to find out where a zone begins.
_OF_THE_NAME_ITSELF = frozenset({dns.rdatatype.NS, dns.rdatatype.SOA})
# Their data are names, and servers choose in which case to give them: https://www.rfc-editor.org/rfc/rfc4343
_NAMES = frozenset({*_OF_THE_NAME_ITSELF, dns.rdatatype.CNAME, dns.rdatatype.MX, dns.rdatatype.PTR, dns.rdatatype.SRV})


def read(response: dns.message.Message, *, recursive: bool) -> Answer:
    """What a `response` says, following CNAME records within it.

    Of an authoritative server (not `recursive`) an answer without the AA flag is a failure, whatever it says: it is
    lame. One exception: to a question for NS records it may refer to the servers of a zone below (RFC 1034, section
    4.2.1). Raises dns.exception.DNSException where its sections contradict one another.
    """
    added = printable("; ".join(option.to_text() for option in response.extended_errors()))
    rcode = response.rcode()
    if rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return Answer(AnswerKind.FAILURE, detail=dns.rcode.to_text(rcode), extended_error=added)
    if not isinstance(response, dns.message.QueryMessage):
        return Answer(AnswerKind.FAILURE, detail="not an answer to a query", extended_error=added)
    if not recursive and not response.flags & dns.flags.AA:
        return _referral(response) or Answer(
            AnswerKind.FAILURE, detail=f"lame: {_instead(response)}", extended_error=added
        )
    return replace(_read_chain(response, response.resolve_chaining()), extended_error=added)


def _read_chain(response: dns.message.QueryMessage, chain: dns.message.ChainingResult) -> Answer:
    denied_seconds = _denied_seconds(response, chain)
    if response.rcode() == dns.rcode.NXDOMAIN:
        return Answer(AnswerKind.NXDOMAIN, frozenset(), denied_seconds, "NXDOMAIN")
    if chain.cnames and response.question[0].rdtype in _OF_THE_NAME_ITSELF:
        return Answer(AnswerKind.NODATA, frozenset(), denied_seconds, "NODATA")
    longest = max((float(record.ttl) for record in chain.cnames), default=None)
    if chain.answer is None:
        alias = chain.canonical_name.to_text().lower() if chain.cnames else ""
        return Answer(
            AnswerKind.NODATA, frozenset(), denied_seconds, "NODATA", longest_ttl_seconds=longest, alias=alias
        )
    if longest is not None:
        longest = max(longest, float(chain.answer.ttl))
    return Answer(AnswerKind.RECORDS, _data(chain.answer), float(chain.minimum_ttl), longest_ttl_seconds=longest)


def _denied_seconds(response: dns.message.QueryMessage, chain: dns.message.ChainingResult) -> float | None:
    """For how long the denial says that it may be kept; None where it says nothing, as without the zone's SOA record.

    dnspython has five minutes then: https://www.rfc-editor.org/rfc/rfc2308#section-5 says that such a one is not kept.
    """
    says = any(records.rdtype == dns.rdatatype.SOA for records in response.authority)
    return float(chain.minimum_ttl) if says else None


def canonical(rdtype: str, text: str) -> str:
    """The data of a record in the form that answers have; raises ValueError when `text` is not that of an `rdtype`."""
    try:
        record = dns.rdata.from_text(dns.rdataclass.IN, rdtype, text, origin=dns.name.root, relativize=False)
    except (dns.exception.DNSException, ValueError) as error:
        raise ValueError(f"{text!r} is not the data of a record of type {rdtype}: {error}") from None
    return _text(record)


def _referral(response: dns.message.Message) -> Answer | None:
    """The servers of the zone that was asked about, if this refers to them."""
    question = response.question[0]
    if question.rdtype != dns.rdatatype.NS:
        return None
    records = response.get_rrset(response.authority, question.name, question.rdclass, dns.rdatatype.NS)
    return None if records is None else Answer(AnswerKind.RECORDS, _data(records), float(records.ttl), "referral")


def _instead(response: dns.message.Message) -> str:
    """What a server without authority does: it may refer to those of a zone below its own, which has the name."""
    referred = [records for records in response.authority if records.rdtype == dns.rdatatype.NS]
    if response.answer or not referred:
        return "answers without authority"
    servers = ", ".join(sorted(_data(referred[0])))
    return f"refers to the zone {referred[0].name.to_text(omit_final_dot=True).lower()}, which {servers} serve"


def _data(records: dns.rrset.RRset) -> frozenset[str]:
    return frozenset(_text(record) for record in records)


def _text(record: dns.rdata.Rdata) -> str:
    text = printable(record.to_text())
    return text.lower() if record.rdtype in _NAMES else text
