"""The way from a resolver to a name server, which can be cut."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from propagation import Endpoint

ADDRESS = "127.0.0.1"


class Relay(asyncio.DatagramProtocol):
    """Passes datagrams on to `server` and the answers back; drops all while `is_cut`."""

    def __init__(self, server: Endpoint) -> None:
        self._server = server
        self.is_cut = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not self.is_cut:
            asyncio.get_running_loop().create_task(self._pass_on(data, addr))

    async def _pass_on(self, data: bytes, client: tuple[str, int]) -> None:
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Once(answer), remote_addr=(self._server.address, self._server.port)
        )
        try:
            transport.sendto(data)
            self._transport.sendto(await asyncio.wait_for(answer, 2), client)
        except (OSError, TimeoutError):
            return  # as lost on the way
        finally:
            transport.close()


class _Once(asyncio.DatagramProtocol):
    def __init__(self, answer: "asyncio.Future[bytes]") -> None:
        self._answer = answer

    def datagram_received(self, data: bytes, _addr: tuple[str, int]) -> None:
        if not self._answer.done():
            self._answer.set_result(data)


@contextmanager
def relay(server: Endpoint) -> Iterator[tuple[Endpoint, Relay]]:
    """A relay to `server` in a thread of its own while the context lasts, and where it listens."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="relay", daemon=True)
    thread.start()
    made = Relay(server)
    opening = loop.create_datagram_endpoint(lambda: made, local_addr=(ADDRESS, 0))
    transport, _ = asyncio.run_coroutine_threadsafe(opening, loop).result(5)
    try:
        yield Endpoint(*transport.get_extra_info("sockname")), made
    finally:
        loop.call_soon_threadsafe(transport.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
