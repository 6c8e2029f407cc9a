"""HTTP and HTTPS at the addresses of every load balancer: which release of which colour a client is served by."""

import asyncio
import logging
import random
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lab import http_answer
from lab.aws.listeners import Listener, Redirect
from lab.aws.load_balancers import LoadBalancer
from lab.aws.target_health import TargetHealth
from lab.http_answer import HttpRequest
from lab.machines import forwarding, http1
from lab.machines.forwarding import Times
from lab.machines.http1 import Message
from lab.messages import Faults, FrontFault
from lab.running import Running

CACHE_SECONDS = 0.2
REQUEST_SECONDS = 5
RETRY_SECONDS = 0.1
SILENT_SECONDS = 120  # longer than clients wait
HIGHEST_PRIVILEGED_PORT = 1023
# Connections that may wait while this process does something else: some seconds of a load, not of a visitor.
BACKLOG = 1024

log = logging.getLogger("lab.web")


@dataclass(frozen=True)
class _Seen:
    until: float
    targets: list[TargetHealth]


@dataclass(frozen=True)
class _Door:
    """What answers at one address and port."""

    balancer: LoadBalancer
    listener: Listener


class WebFront:
    """Listens where there is a load balancer and answers as one of its healthy targets.

    At `port`, plain HTTP for every load balancer; at the unprivileged ports of its listeners, what these say.
    200 with {"colour", "release", "load_balancer"} and the headers X-Colour and X-Release; 503 with no healthy
    target. To be used from within the loop that serves.
    secure: from the ARN of a certificate to what presents it, None when there is no such certificate.
    running: with it, requests are forwarded to machines, over connections that are kept; it counts them itself.
    counted: called with the ARN of a load balancer for each other request that a target answers.
    """

    def __init__(
        self,
        port: int,
        healthy_targets: Callable[[str], list[TargetHealth]],
        faults: Callable[[], Faults],
        secure: Callable[[str], ssl.SSLContext | None],
        clock: Callable[[], float] = time.monotonic,
        running: Running | None = None,
        counted: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._port, self._running, self._counted = port, running, counted
        self._healthy_targets, self._faults, self._secure, self._clock = healthy_targets, faults, secure, clock
        self._seen: dict[str, _Seen] = {}
        self._doors: dict[tuple[str, int], _Door] = {}
        self._accepting: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._serving: dict[asyncio.Task[None], tuple[str, int]] = {}

    async def follow(self, load_balancers: Iterable[LoadBalancer]) -> None:
        """Listen at the addresses and ports of exactly these load balancers."""
        self._doors = {
            (address, listener.port): _Door(balancer, listener)
            for balancer in load_balancers
            for listener in (Listener(self._port), *balancer.listeners)
            for address in balancer.addresses
            if listener.port > HIGHEST_PRIVILEGED_PORT
        }
        gone = [self._accepting.pop(place) for place in list(self._accepting) if place not in self._doors]
        # Connections that are kept end with their listener; one answer is given in any case.
        orphans = [task for task, place in self._serving.items() if self._running and place not in self._doors]
        for task in (*gone, *orphans):
            task.cancel()
        await asyncio.gather(*gone, return_exceptions=True)
        for place in self._doors:
            if place not in self._accepting:
                self._listen(place)

    def _listen(self, place: tuple[str, int]) -> None:
        try:
            listening = socket.create_server(place, backlog=BACKLOG)
        except OSError as refused:  # the call that made the listener has been done and cannot be refused any more
            log.error("nothing of the lab answers at %s port %s: %s", *place, refused)
            return
        listening.setblocking(False)
        self._accepting[place] = asyncio.get_running_loop().create_task(self._accept(listening, place))

    async def _accept(self, listening: socket.socket, place: tuple[str, int]) -> None:
        loop = asyncio.get_running_loop()
        with listening:
            while True:
                try:
                    connection, _ = await loop.sock_accept(listening)
                except OSError as failed:  # too many open files, or the client has left already
                    log.warning("cannot accept at %s port %s: %s", *place, failed)
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
                serving = loop.create_task(self._serve(connection, place))
                self._serving[serving] = place
                serving.add_done_callback(self._serving.pop)

    async def _serve(self, connection: socket.socket, place: tuple[str, int]) -> None:
        try:
            if place[0] in self._faults().silent_addresses:
                await _be_silent(connection)
            else:
                await self._answer(connection, place)
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            return  # not a request, or the client has left or does not trust the certificate

    async def _answer(self, connection: socket.socket, place: tuple[str, int]) -> None:
        door = self._doors.get(place)
        context = self._secure(door.listener.certificate_arn) if door and door.listener.is_https else None
        if door is None or (door.listener.is_https and context is None):
            connection.close()  # the listener has just gone, or has no certificate to present
            return
        async with asyncio.timeout(REQUEST_SECONDS):
            reader, writer = await _streams(connection, context)
        try:
            if self._running is not None:
                await self._converse(self._running, reader, writer, place)
                return
            async with asyncio.timeout(REQUEST_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            if (request := http_answer.read(head)) is not None:
                fault = self._faults().fronts.get(door.balancer.colour, FrontFault())
                await asyncio.sleep(fault.milliseconds / 1000)
                writer.write(self._response(door, request, fault))
                await writer.drain()
        finally:
            writer.close()

    async def _converse(
        self, running: Running, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, place: tuple[str, int]
    ) -> None:
        async def answer(request: Message) -> Message:
            door = self._doors.get(place)
            if door is None:
                return http1.response(503)
            balancer, fault = door.balancer, self._faults().fronts.get(door.balancer.colour, FrontFault())
            await asyncio.sleep(fault.milliseconds / 1000)
            if door.listener.redirect is not None:
                asked = http_answer.read(request.rendered())
                to = self._location(door.listener, door.listener.redirect, asked) if asked else ""
                return http1.response(door.listener.redirect.status, {"Location": to})
            if fault.status != FrontFault.status:
                self._counted(balancer.arn)  # in place of its target's answer
                return http1.response(fault.status)
            host, port = writer.get_extra_info("peername")[0], str(door.listener.port)
            protocol = "https" if door.listener.is_https else "http"
            forwarded = request.with_fields(X_Forwarded_For=host, X_Forwarded_Proto=protocol, X_Forwarded_Port=port)
            return await running.front.answer(balancer.arn, forwarded)

        def times() -> Times:
            door = self._doors.get(place)
            return running.times(door.balancer.arn) if door else Times()

        await forwarding.converse(reader, writer, times, answer)

    def _location(self, listener: Listener, redirect: Redirect, request: HttpRequest) -> str:
        protocol = "https" if listener.is_https else "http"
        return http_answer.location(redirect, request, listener.port, protocol)

    def _response(self, door: _Door, request: HttpRequest, fault: FrontFault) -> bytes:
        balancer, listener = door.balancer, door.listener
        if listener.redirect is not None:
            to = self._location(listener, listener.redirect, request)
            return http_answer.rendered(request, listener.redirect.status, {"Location": to})
        targets = self._targets(balancer.arn)
        if not targets:
            return http_answer.rendered(request, *http_answer.unavailable(balancer))
        self._counted(balancer.arn)
        release = random.choice(targets).release or ""
        return http_answer.rendered(request, *http_answer.served(balancer, release, fault.status))

    def _targets(self, arn: str) -> list[TargetHealth]:
        seen = self._seen.get(arn)
        if seen is None or self._clock() >= seen.until:
            seen = _Seen(self._clock() + CACHE_SECONDS, self._healthy_targets(arn))
            self._seen[arn] = seen
        return seen.targets


async def _streams(
    connection: socket.socket, context: ssl.SSLContext | None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """The two directions of an accepted connection, after the handshake if there is one."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, connection, ssl=context)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def _be_silent(connection: socket.socket) -> None:
    """Take what the client sends and say nothing, until it leaves."""
    with connection:
        connection.setblocking(False)
        async with asyncio.timeout(SILENT_SECONDS):
            while await asyncio.get_running_loop().sock_recv(connection, 4096):
                pass
