"""How an Application Load Balancer forwards: connections kept on both sides, and its own answers when it cannot.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from lab.machines import http1
from lab.machines.http1 import Message

Answering = Callable[[Message], Awaitable[Message]]


@dataclass(frozen=True)
class Times:
    """Of a load balancer, in seconds: attributes with AWS's defaults, and how long it tries to reach a target.

    client_keep_alive: after it, a client's connection ends with the response to its next request.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
    """

    idle: float = 60.0
    client_keep_alive: float = 3600.0
    connect: float = 10.0


@dataclass(frozen=True)
class Target:
    """Where one target answers."""

    id: str
    address: str
    port: int


async def converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, times: Callable[[], Times], answer: Answering
) -> None:
    """Answer the requests of one client's connection, until one of both sides has enough of it."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while True:
        try:
            async with asyncio.timeout(times().idle):
                request = await http1.read(reader)
        except TimeoutError:
            return
        except http1.MalformedError:
            writer.write(http1.response(400, {"Connection": "close"}).rendered())
            return
        if request is None:
            return
        response = await answer(request)
        ends = not request.keeps_alive or loop.time() - began >= times().client_keep_alive
        whole = response.with_fields(Connection="close" if ends else "keep-alive").rendered()
        # The length stays; the body does not.
        writer.write(whole[: -len(response.body)] if request.words[0] == "HEAD" and response.body else whole)
        await writer.drain()
        if ends:
            return


@dataclass(eq=False)
class _Connection:
    """To a target, and when it is closed if nobody uses it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    closing: asyncio.TimerHandle | None = None

    def close(self) -> None:
        if self.closing is not None:
            self.closing.cancel()
        self.writer.close()


class Forwarder:
    """One load balancer's way to its targets; to be used within one event loop.

    targets: those that requests may go to now: the healthy ones or, when there is none, all that are registered.
    chosen: called for each request once it has a target to go to.
    """

    def __init__(
        self,
        targets: Callable[[], Sequence[Target]],
        times: Callable[[], Times],
        chosen: Callable[[], None] = lambda: None,
    ) -> None:
        self._targets, self._times, self._chosen = targets, times, chosen
        self._turn = 0
        self._idle: dict[str, list[_Connection]] = defaultdict(list)
        self._busy: dict[str, set[_Connection]] = defaultdict(set)

    async def answer(self, request: Message) -> Message:
        """The answer of the target whose turn it is, or the load balancer's own.

        503: there is no target. 504: it cannot be reached in time or says nothing. 502: it refuses the connection,
        closes it while the request is under way, or answers with something that is no HTTP.
        """
        targets = self._targets()
        if not targets:
            return http1.response(503)
        self._turn += 1
        target = targets[self._turn % len(targets)]
        self._chosen()
        try:
            async with asyncio.timeout(self._times().connect):
                connection = self._kept(target) or await _connected(target)
        except TimeoutError:
            return http1.response(504)
        except OSError:
            return http1.response(502)
        return await self._ask(target, connection, request)

    async def _ask(self, target: Target, connection: _Connection, request: Message) -> Message:
        self._busy[target.id].add(connection)
        keeps = False
        try:
            async with asyncio.timeout(self._times().idle):
                connection.writer.write(request.end_to_end().rendered())
                await connection.writer.drain()
                response = await http1.read(connection.reader, request)
                while response is not None and response.status < 200:
                    response = await http1.read(connection.reader, request)
            keeps = response is not None and response.keeps_alive
            return http1.response(502) if response is None else response.end_to_end()
        except TimeoutError:
            return http1.response(504)
        except (OSError, http1.MalformedError):
            return http1.response(502)
        finally:
            self._busy[target.id].discard(connection)
            if keeps:
                self._keep(target, connection)
            else:
                connection.close()

    def _kept(self, target: Target) -> _Connection | None:
        """A connection from before. One that the target has closed is seen as such only if that has been told yet."""
        idle = self._idle[target.id]
        while idle:
            connection = idle.pop()
            if not connection.reader.at_eof() and not connection.writer.is_closing():
                if connection.closing is not None:
                    connection.closing.cancel()
                return connection
            connection.close()
        return None

    def _keep(self, target: Target, connection: _Connection) -> None:
        loop = asyncio.get_running_loop()
        connection.closing = loop.call_later(self._times().idle, self._let_go, target.id, connection)
        self._idle[target.id].append(connection)

    def _let_go(self, target_id: str, connection: _Connection) -> None:
        if connection in self._idle[target_id]:
            self._idle[target_id].remove(connection)
        connection.close()

    def drain(self, target_id: str) -> None:
        """A target is deregistered: its idle connections are closed, requests under way go on."""
        for connection in self._idle.pop(target_id, ()):
            connection.close()

    def cut(self, target_id: str) -> None:
        """The deregistration delay is over: what is still under way ends, and its clients are told 502."""
        self.drain(target_id)
        for connection in self._busy.pop(target_id, set()):
            connection.close()

    def close(self) -> None:
        """The load balancer has gone."""
        for target_id in {*self._idle, *self._busy}:
            self.cut(target_id)


async def _connected(target: Target) -> _Connection:
    return _Connection(*await asyncio.open_connection(target.address, target.port))
