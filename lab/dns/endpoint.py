"""DNS messages over UDP and TCP."""

import asyncio
import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from lab.dns.responder import Responder

TCP_IDLE_SECONDS = 10


@dataclass(frozen=True)
class Sockets:
    """The bound sockets of one address."""

    udp: socket.socket
    tcp: socket.socket


def bind(addresses: Sequence[str]) -> tuple[int, dict[str, Sockets]]:
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


async def serve(sockets: Sockets, responder: Responder) -> Callable[[], None]:
    """Answer on these sockets from now on; what is returned ends it and closes them."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(responder), sock=sockets.udp)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _conversation(responder, reader, writer)

    server = await asyncio.start_server(connected, sock=sockets.tcp)

    def close() -> None:
        transport.close()
        server.close()

    return close


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

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # the signature is asyncio's
        for task in self._tasks:
            task.cancel()

    async def _answer(self, data: bytes, addr: tuple[str, int]) -> None:
        for response in await self._responder.respond(data, over_udp=True):
            self._transport.sendto(response, addr)


async def _conversation(responder: Responder, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Questions and answers on one TCP connection, each with its length in front (RFC 1035, section 4.2.2)."""
    if responder.refuses_connections:
        writer.transport.abort()
        return
    try:
        async with asyncio.timeout(TCP_IDLE_SECONDS):
            while True:
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                for response in await responder.respond(await reader.readexactly(length), over_udp=False):
                    writer.write(struct.pack("!H", len(response)) + response)
                    await writer.drain()
    except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
        return  # the other side has left or says nothing
    except asyncio.CancelledError:
        return  # the loop ends; asyncio before 3.12 would complain of a conversation that was cut off
    finally:
        writer.close()
