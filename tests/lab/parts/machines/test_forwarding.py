"""A load balancer forwards, over real sockets and in the process's own time."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest

from lab.machines import http1
from lab.machines.capacity import Capacity
from lab.machines.forwarding import Forwarder, Target, Times, converse
from lab.machines.http1 import Message
from lab.machines.service import Behaviour, Service
from tests.lab.parts.machines.conftest import Room
from tests.own_time import now, run_in_own_time

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
TIMES = Times(idle=2, client_keep_alive=5, connect=1)


class Front:
    """A load balancer at the first address of a room, its targets at the next ones."""

    def __init__(self, room: Room, times: Times = TIMES) -> None:
        self._room, self._times = room, times
        self.targets: list[Target] = []
        self.counted = 0
        self.forwarder = Forwarder(lambda: self.targets, lambda: self._times, self._count)
        self._servers: list[asyncio.Server] = []
        self.connections = 0

    def _count(self) -> None:
        self.counted += 1

    async def __aenter__(self) -> "Front":
        self._servers.append(await asyncio.start_server(self._converse, self._room.addresses[0], self._room.port))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.forwarder.close()
        for server in self._servers:
            server.close()
        await asyncio.sleep(0)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await converse(reader, writer, lambda: self._times, self.forwarder.answer)
        finally:
            writer.close()

    def _next(self) -> Target:
        address = self._room.addresses[1 + len(self.targets)]
        self.targets.append(Target(f"i-{len(self.targets)}", address, self._room.port))
        return self.targets[-1]

    async def target(self, handler: Handler) -> Target:
        """One that does as `handler` does."""
        target = self._next()

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(ConnectionError, asyncio.CancelledError):
                await handler(reader, writer)
            writer.close()

        self._servers.append(await asyncio.start_server(handle, target.address, target.port))
        return target

    async def service(self, behaviour: Behaviour | None = None) -> Service:
        target = self._next()
        service = Service(target.address, target.port, {"X-Id": target.id}, {}, lambda: behaviour or Behaviour())
        await service.start()
        return service

    def absent(self) -> Target:
        """A target that refuses connections."""
        return self._next()

    async def client(self) -> "Client":
        return Client(*await asyncio.open_connection(self._room.addresses[0], self._room.port))

    async def status(self) -> int:
        """Of one request of a new client."""
        client = await self.client()
        answer = await client.ask()
        client.close()
        assert answer is not None
        return answer.status


class Client:
    """One connection of a client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, method: str = "GET", path: str = "/", **fields: str) -> Message | None:
        request = http1.request(method, path, {"Host": "www.shop.example"}).with_fields(**fields)
        self._writer.write(request.rendered())
        return await http1.read(self._reader, request)

    async def seconds_until_closed(self) -> float:
        began = now()
        assert await self._reader.read() == b""
        return now() - began

    def close(self) -> None:
        self._writer.close()


def play(main: Coroutine[Any, Any, None]) -> None:
    run_in_own_time(main)


def test_a_request_is_answered_by_each_target_in_turn_over_connections_that_are_kept(room: Room) -> None:
    async def main() -> None:
        async with Front(room) as front:
            for _ in range(2):
                await front.service()
            client = await front.client()
            answers = [await client.ask() for _ in range(6)]
            assert [answer.status for answer in answers if answer] == [200] * 6
            assert [answer.field("X-Id") for answer in answers if answer] == ["i-1", "i-0"] * 3
            assert {answer.field("Connection") for answer in answers if answer} == {"keep-alive"}
            assert front.connections == 1

    play(main())


def test_a_body_goes_through_and_a_head_has_none(room: Room) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (request := await http1.read(reader)) is not None:
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            if request.words[0] != "HEAD":
                writer.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(request.body), request.body))

    async def main() -> None:
        async with Front(room) as front:
            await front.target(echo)
            client = await front.client()
            client._writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
            answer = await http1.read(client._reader, http1.request("POST", "/", {}))
            assert answer is not None
            assert (answer.status, answer.body, answer.field("Content-Length")) == (200, b"hello", "5")
            headed = await client.ask("HEAD")
            assert headed is not None
            assert (headed.status, headed.body) == (200, b"")

    play(main())


def test_a_client_that_is_silent_for_the_idle_time_out_is_let_go(room: Room) -> None:
    async def main() -> None:
        async with Front(room) as front:
            await front.service()
            client = await front.client()
            await client.ask()
            assert 1.9 <= await client.seconds_until_closed() < 3

    play(main())


def test_after_the_clients_keep_alive_one_more_request_ends_the_connection(room: Room) -> None:
    async def main() -> None:
        async with Front(room) as front:
            await front.service()
            client = await front.client()
            said = []
            for _ in range(6):
                answer = await client.ask()
                assert answer is not None
                said.append(answer.field("Connection"))
                await asyncio.sleep(1.1)
            assert said == ["keep-alive"] * 5 + ["close"], "5.5 s after the connection was made"
            assert await client.seconds_until_closed() < 1

    play(main())


def test_a_client_that_says_close_is_closed(room: Room) -> None:
    async def main() -> None:
        async with Front(room) as front:
            await front.service()
            client = await front.client()
            answer = await client.ask(Connection="close")
            assert answer is not None
            assert answer.field("Connection") == "close"
            assert await client.seconds_until_closed() < 1

    play(main())


def test_every_request_with_a_target_to_go_to_is_counted(room: Room) -> None:
    async def count() -> None:
        async with Front(room) as front:
            assert await front.status() == 503
            front.absent()
            assert await front.status() == 502
            assert front.counted == 1
            client = await front.client()
            for _ in range(3):
                await client.ask()
            client.close()
            assert front.counted == 4

    run_in_own_time(count())


def test_without_any_target_the_answer_is_503(room: Room) -> None:
    async def main() -> None:
        async with Front(room) as front:
            assert await front.status() == 503

    play(main())


def test_a_target_that_refuses_connections_is_a_502(room: Room) -> None:
    async def main() -> None:
        async with Front(room) as front:
            front.absent()
            assert await front.status() == 502

    play(main())


def test_a_target_that_ends_the_connection_instead_of_answering_is_a_502(room: Room) -> None:
    async def hang_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await http1.read(reader)

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await http1.read(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")

    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await http1.read(reader)
        writer.write(b"220 mail.example ESMTP\r\n\r\n")

    async def main() -> None:
        async with Front(room) as front:
            for handler in (hang_up, half, nonsense):
                await front.target(handler)
            assert [await front.status() for _ in range(3)] == [502] * 3

    play(main())


def test_a_target_that_says_nothing_is_a_504_after_the_idle_time_out(room: Room) -> None:
    async def mute(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async def main() -> None:
        async with Front(room) as front:
            await front.target(mute)
            began = now()
            assert await front.status() == 504
            assert now() - began >= 2

    play(main())


def test_a_target_that_cannot_be_reached_is_a_504_after_ten_seconds_of_trying(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        await asyncio.sleep(1000)
        raise AssertionError

    async def main() -> None:
        forwarder = Forwarder(lambda: [Target("i-0", room.addresses[1], room.port)], Times)
        monkeypatch.setattr(asyncio, "open_connection", never)
        began = now()
        answer = await forwarder.answer(http1.request("GET", "/", {}))
        assert answer.status == 504
        assert 10 <= now() - began < 11

    play(main())


def test_a_target_that_closes_earlier_than_the_load_balancer_costs_a_502_when_it_does_so_with_a_request_under_way(
    room: Room,
) -> None:
    """An application's keep-alive under the idle time-out: it hangs up just when the next request is sent."""

    async def one_answer_each(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await http1.read(reader)
        writer.write(http1.response(200).rendered())
        await http1.read(reader)

    async def main() -> None:
        async with Front(room) as front:
            await front.target(one_answer_each)
            assert [await front.status() for _ in range(4)] == [200, 502, 200, 502]

    play(main())


def test_a_connection_that_the_target_has_closed_long_ago_is_not_used_again(room: Room) -> None:
    async def main() -> None:
        async with Front(room) as front:
            await front.service(Behaviour(keep_alive_seconds=1))
            assert await front.status() == 200
            await asyncio.sleep(2)
            assert await front.status() == 200

    play(main())


def test_what_is_under_way_at_a_draining_target_is_answered_and_nothing_new_comes(room: Room) -> None:
    async def main() -> None:
        async with Front(room) as front:
            slow = Behaviour(capacity=Capacity(service_seconds=1.5))
            await front.service(slow)
            await front.service(slow)
            client = await front.client()
            under_way = asyncio.create_task(client.ask())
            await asyncio.sleep(0.5)
            gone = next(one for one in front.targets if one.id == "i-1")
            front.targets.remove(gone)
            front.forwarder.drain(gone.id)
            answer = await under_way
            assert answer is not None
            assert (answer.status, answer.field("X-Id")) == (200, gone.id)
            for _ in range(2):
                answer = await client.ask()
                assert answer is not None
                assert (answer.status, answer.field("X-Id")) == (200, "i-0")

    play(main())


def test_what_is_still_under_way_when_the_delay_is_over_is_cut(room: Room) -> None:
    async def main() -> None:
        async with Front(room) as front:
            await front.service(Behaviour(capacity=Capacity(service_seconds=1.8)))
            under_way = asyncio.create_task(front.status())
            await asyncio.sleep(0.5)
            front.forwarder.cut("i-0")
            assert await under_way == 502

    play(main())


def test_a_service_that_is_stopped_answers_what_is_under_way_and_takes_no_more(room: Room) -> None:
    async def main() -> None:
        async with Front(room) as front:
            service = await front.service(Behaviour(capacity=Capacity(service_seconds=1.5)))
            under_way = asyncio.create_task(front.status())
            await asyncio.sleep(0.5)
            await service.stop(10)
            assert await under_way == 200
            assert await front.status() == 502

    play(main())


def test_half_the_instances_answer_errors_under_the_load_of_the_whole_and_the_whole_none(room: Room) -> None:
    async def errors(front: Front, per_second: float, seconds: float) -> int:
        asking, began = [], now()
        for number in range(int(per_second * seconds)):
            await asyncio.sleep(max(0.0, began + number / per_second - now()))
            asking.append(asyncio.create_task(front.status()))
        return sum(status != 200 for status in await asyncio.gather(*asking))

    async def main() -> None:
        small = Behaviour(capacity=Capacity(per_second=10, patience_seconds=0.5))
        async with Front(room) as front:
            for _ in range(4):
                await front.service(small)
            assert await errors(front, per_second=36, seconds=3) == 0
            del front.targets[2:]
            assert await errors(front, per_second=36, seconds=3) > 20

    play(main())


def test_what_is_no_request_is_a_400(room: Room) -> None:
    async def main() -> None:
        async with Front(room) as front:
            client = await front.client()
            client._writer.write(b"hello\r\n\r\n")
            answer = await http1.read(client._reader, http1.request("GET", "/", {}))
            assert answer is not None
            assert answer.status == 400

    play(main())


def test_an_address_of_its_own_is_taken_by_nobody_else(room: Room) -> None:
    with socket.create_server((room.addresses[0], 8080)), socket.create_server((room.addresses[1], 8080)):
        pass
