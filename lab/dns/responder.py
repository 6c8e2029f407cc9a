"""From a DNS message to the messages that are sent back: what is common to every server of the lab."""

import asyncio
import logging
import struct
from abc import ABC, abstractmethod
from collections.abc import Callable

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
from dns.rdatatype import RdataType

from lab.dns import misbehaviour
from lab.dns.outcome import REFUSED, SERVFAIL, Outcome
from lab.messages import ServerFault

PAYLOAD_BYTES = 1232  # https://www.dnsflagday.net/2020/
_DENIALS = {"nxdomain": dns.rcode.NXDOMAIN, "nodata": dns.rcode.NOERROR}
_ERRORS = {"servfail": SERVFAIL, "refused": REFUSED}
log = logging.getLogger("lab.dns")


class Responder(ABC):
    """Answers the questions that arrive at one address, with the faults set for it; counts all `received`."""

    recursive = False

    def __init__(self, fault: Callable[[], ServerFault]) -> None:
        self._fault = fault
        self.received = 0

    @abstractmethod
    async def outcome(self, qname: dns.name.Name, kind: RdataType) -> Outcome:
        """The answer of a server that has no fault that concerns the way of answering."""

    def denial(self, qname: dns.name.Name, rcode: dns.rcode.Rcode) -> Outcome:  # noqa: ARG002  # who has a zone needs it
        return Outcome(rcode, authoritative=not self.recursive)

    @property
    def refuses_connections(self) -> bool:
        """Whether there is nothing to be had over TCP."""
        return self._fault().fault in ("drop", "truncate_no_tcp")

    @property
    def refuses_http(self) -> bool:
        """Whether DNS over HTTPS is answered with an error of HTTP."""
        return self._fault().fault == "http_503"

    async def respond(self, wire: bytes, over_udp: bool) -> list[bytes]:
        """What to send for one message: mostly one response, none to stay silent."""
        self.received += 1
        fault = self._fault()
        if fault.fault == "drop":
            return []
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return _format_error(wire)
        if query.flags & dns.flags.QR:
            return []
        if fault.fault == "formerr_edns" and query.edns >= 0:
            return _format_error(wire)
        if fault.fault == "slow":
            await asyncio.sleep(fault.slow_milliseconds / 1000)
        if fault.fault in ("truncate_udp", "truncate_no_tcp") and over_udp:
            return [self._truncated(query)]
        response = self._response(query, await self._outcome(query, fault))
        return [
            self._wire(query, message, over_udp) if isinstance(message, dns.message.Message) else message
            for message in misbehaviour.spoilt(response, fault.fault)
        ]

    async def _outcome(self, query: dns.message.Message, fault: ServerFault) -> Outcome:
        if query.opcode() != dns.opcode.QUERY:
            return Outcome(dns.rcode.NOTIMP, authoritative=False)
        if len(query.question) != 1:
            return Outcome(dns.rcode.FORMERR, authoritative=False)
        question = query.question[0]
        if question.rdclass != dns.rdataclass.IN:
            return REFUSED
        if fault.fault in _ERRORS:
            return _ERRORS[fault.fault]
        if fault.fault in _DENIALS:
            return self.denial(question.name, _DENIALS[fault.fault])
        try:
            return await self.outcome(question.name, question.rdtype)
        except dns.exception.DNSException:
            log.exception("no answer for %s", question)
            return SERVFAIL

    def _empty(self, query: dns.message.Message) -> dns.message.Message:
        return dns.message.make_response(query, recursion_available=self.recursive, our_payload=PAYLOAD_BYTES)

    def _truncated(self, query: dns.message.Message) -> bytes:
        response = self._empty(query)
        response.flags |= dns.flags.TC
        return response.to_wire()

    def _response(self, query: dns.message.Message, outcome: Outcome) -> dns.message.Message:
        response = self._empty(query)
        if outcome.error is not None and query.edns >= 0:
            response.use_edns(0, payload=PAYLOAD_BYTES, options=[outcome.error])
        response.set_rcode(outcome.rcode)
        if outcome.authoritative:
            response.flags |= dns.flags.AA
        response.answer = list(outcome.answer)
        response.authority = list(outcome.authority)
        response.additional = list(outcome.additional)
        return response

    def _wire(self, query: dns.message.Message, response: dns.message.Message, over_udp: bool) -> bytes:
        if not over_udp:
            return response.to_wire(max_size=65535)
        size = min(query.payload, PAYLOAD_BYTES) if query.edns >= 0 else 512
        try:
            return response.to_wire(max_size=max(size, 512))
        except dns.exception.TooBig:
            return self._truncated(query)


def _format_error(wire: bytes) -> list[bytes]:
    """FORMERR for a message that has at least a header and is a query; as old as servers are, just the header."""
    if len(wire) < 12 or wire[2] & 0x80:
        return []
    return [wire[:2] + struct.pack("!HHHHH", 0x8000 | dns.rcode.FORMERR, 0, 0, 0, 0)]
