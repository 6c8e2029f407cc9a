"""DNS messages over UDP and TCP: what is common to every server of the lab."""

import asyncio
import logging
import socket
import struct
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
from dns.rdatatype import RdataType

from lab.dns.lookup import REFUSED, SERVFAIL, Outcome
from lab.messages import ServerFault

PAYLOAD_BYTES = 1232  # https://www.dnsflagday.net/2020/
TCP_IDLE_SECONDS = 10
log = logging.getLogger("lab.dns")


class Responder(ABC):
    """Answers the questions that arrive at one address, with the faults set for it."""

    recursive = False

    def __init__(self, fault: Callable[[], ServerFault]) -> None:
        self._fault = fault

    @abstractmethod
    async def outcome(self, qname: dns.name.Name, kind: RdataType) -> Outcome:
        """The answer of a server that has no fault that concerns the way of answering."""

    def nxdomain(self, qname: dns.name.Name) -> Outcome:  # noqa: ARG002  # servers with a zone need it
        return Outcome(dns.rcode.NXDOMAIN, authoritative=not self.recursive)

    async def respond(self, wire: bytes, over_udp: bool) -> bytes | None:
        """The response to one message, None to stay silent."""
        fault = self._fault()
        if fault.fault == "drop":
            return None
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return _format_error(wire)
        if query.flags & dns.flags.QR:
            return None
        if fault.fault == "slow":
            await asyncio.sleep(fault.slow_milliseconds / 1000)
        if fault.fault == "truncate_udp" and over_udp:
            return self._truncated(query)
        return self._wire(query, await self._outcome(query, fault), over_udp)

    async def _outcome(self, query: dns.message.Message, fault: ServerFault) -> Outcome:
        if query.opcode() != dns.opcode.QUERY:
            return Outcome(dns.rcode.NOTIMP, authoritative=False)
        if len(query.question) != 1:
            return Outcome(dns.rcode.FORMERR, authoritative=False)
        question = query.question[0]
        if fault.fault == "servfail":
            return SERVFAIL
        if fault.fault == "refused" or question.rdclass != dns.rdataclass.IN:
            return REFUSED
        if fault.fault == "nxdomain":
            return self.nxdomain(question.name)
        try:
            return await self.outcome(question.name, question.rdtype)
        except dns.exception.DNSException:
            log.exception("no answer for %s", question)
            return SERVFAIL

    def _response(self, query: dns.message.Message) -> dns.message.Message:
        return dns.message.make_response(query, recursion_available=self.recursive, our_payload=PAYLOAD_BYTES)

    def _truncated(self, query: dns.message.Message) -> bytes:
        response = self._response(query)
        response.flags |= dns.flags.TC
        return response.to_wire()

    def _wire(self, query: dns.message.Message, outcome: Outcome, over_udp: bool) -> bytes:
        response = self._response(query)
        response.set_rcode(outcome.rcode)
        if outcome.authoritative:
            response.flags |= dns.flags.AA
        response.answer = list(outcome.answer)
        response.authority = list(outcome.authority)
        if not over_udp:
            return response.to_wire(max_size=65535)
        size = min(query.payload, PAYLOAD_BYTES) if query.edns >= 0 else 512
        try:
            return response.to_wire(max_size=max(size, 512))
        except dns.exception.TooBig:
            return self._truncated(query)


def _format_error(wire: bytes) -> bytes | None:
    """FORMERR for a message that has at least a header and is a query."""
    if len(wire) < 12 or wire[2] & 0x80:
        return None
    return wire[:2] + struct.pack("!HHHHH", 0x8000 | dns.rcode.FORMERR, 0, 0, 0, 0)


@dataclass(frozen=True)
class Sockets:
    """The bound sockets of one address."""

    udp: socket.socket
    tcp: socket.socket


def bind(addresses: list[str]) -> tuple[int, dict[str, Sockets]]:
    """Bind UDP and TCP of every address on one free port; returns the port and the sockets by address.

    Raises OSError when an address does not exist or, after 20 tries, no port is free on all of them.
    """
    for _ in range(20):
        bound: dict[str, Sockets] = {}
        port = 0
        try:
            for address in addresses:
                bound[address] = _bound(address, port)
                port = bound[address].udp.getsockname()[1]
        except OSError as taken:
            for sockets in bound.values():
                sockets.udp.close()
                sockets.tcp.close()
            failure = taken
            if not bound:
                raise
        else:
            return port, bound
    raise OSError(f"no port is free for UDP and TCP on all of {', '.join(addresses)}: {failure}")


def _bound(address: str, port: int) -> Sockets:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    udp = socket.socket(family, socket.SOCK_DGRAM)
    tcp = socket.socket(family, socket.SOCK_STREAM)
    try:
        udp.bind((address, port))
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tcp.bind((address, udp.getsockname()[1]))
    except OSError:
        udp.close()
        tcp.close()
        raise
    return Sockets(udp, tcp)


async def serve(sockets: Sockets, responder: Responder) -> None:
    """Answer on these sockets as long as the running loop lives."""
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: _Datagrams(responder), sock=sockets.udp)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _conversation(responder, reader, writer)

    await asyncio.start_server(connected, sock=sockets.tcp)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, responder: Responder) -> None:
        self._responder = responder
        self._tasks: set[asyncio.Task[None]] = set()  # the loop itself keeps only weak references

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        task = asyncio.create_task(self._answer(data, addr))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, data: bytes, addr: tuple[str, int]) -> None:
        response = await self._responder.respond(data, over_udp=True)
        if response is not None:
            self._transport.sendto(response, addr)


async def _conversation(responder: Responder, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Questions and answers on one TCP connection, each with its length in front (RFC 1035, section 4.2.2)."""
    try:
        async with asyncio.timeout(TCP_IDLE_SECONDS):
            while True:
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                response = await responder.respond(await reader.readexactly(length), over_udp=False)
                if response is not None:
                    writer.write(struct.pack("!H", len(response)) + response)
                    await writer.drain()
    except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
        return  # the other side has left or says nothing
    finally:
        writer.close()
