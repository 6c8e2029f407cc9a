"""HTTP at the addresses of every load balancer: which release of which colour a client is served by."""

import asyncio
import json
import random
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lab.aws.load_balancers import LoadBalancer
from lab.aws.target_health import TargetHealth

CACHE_SECONDS = 0.2
REQUEST_SECONDS = 5
# Held as long as the lab lives, so that no other lab on this machine gets the same port.
RESERVED_ADDRESS = "127.63.255.254"


@dataclass(frozen=True)
class _Seen:
    until: float
    targets: list[TargetHealth]


class WebFront:
    """Listens where there is a load balancer and answers as one of its healthy targets.

    200 with {"colour", "release", "load_balancer"} and the headers X-Colour and X-Release; 503 with no healthy
    target. To be used from within the loop that serves.
    """

    def __init__(
        self, healthy_targets: Callable[[str], list[TargetHealth]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._healthy_targets = healthy_targets
        self._clock = clock
        self._seen: dict[str, _Seen] = {}
        self._listeners: dict[str, asyncio.Server] = {}
        self._balancers: dict[str, LoadBalancer] = {}
        self._reserved = socket.create_server((RESERVED_ADDRESS, 0))
        self.port: int = self._reserved.getsockname()[1]

    async def follow(self, load_balancers: Iterable[LoadBalancer]) -> None:
        """Listen at the addresses of exactly these load balancers."""
        self._balancers = {address: balancer for balancer in load_balancers for address in balancer.addresses}
        for address in [address for address in self._listeners if address not in self._balancers]:
            self._listeners.pop(address).close()
        for address in self._balancers:
            if address not in self._listeners:
                self._listeners[address] = await self._listen(address)

    async def _listen(self, address: str) -> asyncio.Server:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                async with asyncio.timeout(REQUEST_SECONDS):
                    head = await reader.readuntil(b"\r\n\r\n")
                    writer.write(self._response(address, with_body=not head.startswith(b"HEAD ")))
                    await writer.drain()
            except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
                return  # not a request, or the client has left
            finally:
                writer.close()

        return await asyncio.start_server(connected, address, self.port)

    def _response(self, address: str, with_body: bool) -> bytes:
        balancer = self._balancers[address]
        targets = self._targets(balancer.arn)
        if not targets:
            status, content, headers = "503 Service Unavailable", {"load_balancer": balancer.name}, ""
        else:
            release = random.choice(targets).release or ""
            status, headers = "200 OK", f"X-Colour: {balancer.colour}\r\nX-Release: {release}\r\n"
            content = {"colour": balancer.colour, "release": release, "load_balancer": balancer.name}
        body = json.dumps(content).encode()
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"{headers}Connection: close\r\n\r\n"
        )
        return head.encode() + (body if with_body else b"")

    def _targets(self, arn: str) -> list[TargetHealth]:
        seen = self._seen.get(arn)
        if seen is None or self._clock() >= seen.until:
            seen = _Seen(self._clock() + CACHE_SECONDS, self._healthy_targets(arn))
            self._seen[arn] = seen
        return seen.targets
