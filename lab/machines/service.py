"""The lab's sample service: a small HTTP server with a boot time, a health path, a capacity and a graceful end."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lab.machines import http1
from lab.machines.capacity import Capacity, Load
from lab.machines.http1 import Message

HEALTH_PATH = "/healthz"
HIGHEST_PRIVILEGED_PORT = 1023


@dataclass(frozen=True)
class Behaviour:
    """What a service does just now.

    boot_seconds: how long it takes before it takes connections. health_status: what its health path answers.
    keep_alive_seconds: after which silence it closes a connection.
    """

    boot_seconds: float = 0.0
    health_status: int = 200
    capacity: Capacity = field(default_factory=Capacity)
    keep_alive_seconds: float = 75.0


class Service:
    """One service at one address; to be used within one event loop.

    answers: the header fields and the JSON content of every answer. behaviour: asked for every request.
    """

    def __init__(
        self,
        address: str,
        port: int,
        fields: Mapping[str, str],
        content: Mapping[str, str],
        behaviour: Callable[[], Behaviour],
    ) -> None:
        self._address, self._port, self._behaviour = address, port, behaviour
        self._fields = {"Content-Type": "application/json", **fields}
        self._body = json.dumps(dict(content)).encode()
        self._load = Load()
        self._server: asyncio.Server | None = None
        self._waiting: set[asyncio.Task[None]] = set()
        self._working: set[asyncio.Task[None]] = set()
        self._ending = False
        self.served = 0

    @property
    def under_way(self) -> int:
        """Requests that have come and are not answered yet."""
        return len(self._working)

    async def start(self) -> None:
        """Boot, then take connections. Raises OSError when the address or port is not to be had."""
        await asyncio.sleep(self._behaviour().boot_seconds)
        self._server = await asyncio.start_server(self._connected, self._address, self._port)

    async def stop(self, grace_seconds: float) -> None:
        """Take no more connections, answer what is under way, at most for `grace_seconds`."""
        self._ending = True
        if self._server is not None:
            self._server.close()
        for task in self._waiting:
            task.cancel()
        working = list(self._working)
        if working:
            _, late = await asyncio.wait(working, timeout=grace_seconds)
            for task in late:
                task.cancel()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        try:
            while not self._ending:
                self._waiting.add(task)
                async with asyncio.timeout(self._behaviour().keep_alive_seconds):
                    request = await http1.read(reader)
                self._waiting.discard(task)
                if request is None:
                    return
                self._working.add(task)
                response = await self._answer(request)
                keeps = request.keeps_alive and not self._ending
                whole = response.with_fields(Connection="keep-alive" if keeps else "close").rendered()
                writer.write(whole[: -len(response.body)] if request.words[0] == "HEAD" else whole)
                await writer.drain()
                self._working.discard(task)
                if not keeps:
                    return
        except (TimeoutError, OSError, http1.MalformedError, asyncio.CancelledError):
            return  # it has been silent, has left, speaks no HTTP, or the service ends
        finally:
            self._waiting.discard(task)
            self._working.discard(task)
            writer.close()

    async def _answer(self, request: Message) -> Message:
        behaviour = self._behaviour()
        if request.words[1].partition("?")[0] == HEALTH_PATH:
            # Not out of the capacity: an instance that has much to do is no sick one.
            return http1.response(behaviour.health_status, self._fields, self._body)
        seconds = self._load.take(behaviour.capacity, asyncio.get_running_loop().time())
        if seconds is None:
            return http1.response(503, self._fields, self._body)
        await asyncio.sleep(seconds)
        self.served += 1
        return http1.response(200, self._fields, self._body)
