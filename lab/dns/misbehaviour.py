"""Responses that nobody should believe, from good ones."""

import struct
from collections.abc import Sequence

import dns.flags
import dns.message
import dns.name
import dns.rrset

# Of nobody (RFC 5737), and for long: who believes it shows.
FORGED_ADDRESS, FORGED_TTL_SECONDS = "192.0.2.66", 86400


def spoilt(response: dns.message.Message, fault: str) -> Sequence[dns.message.Message | bytes]:
    """What a server with this fault sends in place of `response`; the response itself with any other fault."""
    if fault == "lame":
        response.flags &= ~dns.flags.AA
    elif fault == "wrong_id":
        response.id ^= 0xFFFF
    elif fault == "wrong_question":
        _ask_something_else(response)
    elif fault == "lower_case":
        _lower(response)
    elif fault == "garbage":
        return [_garbage(response)]
    elif fault == "forged":
        return [*_forged(response), response]
    return [response]


def _forged(response: dns.message.Message) -> list[dns.message.Message]:
    """One with another id and one with another question, both with an address that is nobody's."""
    other_id, other_question = _copy(response), _copy(response)
    for message in (other_id, other_question):
        name = response.question[0].name
        message.answer = [dns.rrset.from_text(name, FORGED_TTL_SECONDS, "IN", "A", FORGED_ADDRESS)]
        message.authority = []
    other_id.id ^= 0xFFFF
    _ask_something_else(other_question)
    return [other_id, other_question]


def _copy(response: dns.message.Message) -> dns.message.Message:
    return dns.message.from_wire(response.to_wire(max_size=65535))


def _ask_something_else(response: dns.message.Message) -> None:
    (question,) = response.question
    other = dns.name.from_text("other", origin=question.name.parent())
    response.question = [dns.rrset.RRset(other, question.rdclass, question.rdtype)]


def _lower(response: dns.message.Message) -> None:
    for section in (response.question, response.answer):
        for records in section:
            records.name = dns.name.from_text(records.name.to_text().lower())


def _garbage(response: dns.message.Message) -> bytes:
    """A header that promises a question and an answer, and then no such thing."""
    return struct.pack("!HHHHHH", response.id, int(response.flags), 1, 1, 0, 0) + b"\xff" * 20
