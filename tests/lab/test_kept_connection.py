"""A client that keeps its connection to the colour that was tagged out, over real minutes: it is waited for."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import dns.resolver
import pytest

from lab.machines import http1
from tests.lab.one_world import Copy
from tests.lab.running_world import running
from tests.lab.world import FIRST, NAME, SECOND, World

IN_CHARGE = f"/tag-team/{NAME}/in-charge"
PER_SECOND = 4.0
# The freeze, what CloudWatch is late, and three minutes.
A_WHILE_SECONDS = 30 * 60


@pytest.fixture
def running_world(copy_of_the_world: Copy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A copy of the world whose instances run."""
    with running(copy_of_the_world, tmp_path_factory.mktemp("world")) as world:
        yield world


def _address(world: World) -> str:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [world.addresses.resolvers[0]], world.addresses.dns_port
    return str(resolver.resolve(NAME, "A", lifetime=60)[0].to_text())


@contextmanager
def _pool(world: World) -> Iterator[list[int]]:
    """A client with one connection to the address that it resolved first; a new one only when that is closed."""
    address, statuses, over = _address(world), list[int](), threading.Event()

    async def ask_for_ever() -> None:
        request = http1.request("GET", "/", {"Host": NAME})
        reader, writer = await asyncio.open_connection(address, world.addresses.http_port)
        while not over.is_set():
            writer.write(request.rendered())
            answer = await http1.read(reader, request)
            assert answer is not None
            statuses.append(answer.status)
            if not answer.keeps_alive:
                writer.close()
                reader, writer = await asyncio.open_connection(address, world.addresses.http_port)
            await asyncio.sleep(1 / PER_SECOND)
        writer.close()

    client = threading.Thread(target=lambda: asyncio.run(ask_for_ever()), daemon=True)
    client.start()
    try:
        yield statuses
    finally:
        over.set()
        client.join()


def _whole_minutes(number: int) -> None:
    """Wait until so many minutes of the clock have begun and ended."""
    time.sleep((number + 1) * 60 - time.time() % 60)


def test_a_pool_that_never_resolves_again_makes_a_sleep_wait_until_it_is_closed(running_world: World) -> None:
    world = running_world
    world.workspace.edit_stack(FIRST, awake=False)
    with _pool(world) as left_behind:
        world.must_tag_in(SECOND)
        with _pool(world) as others:
            # Two minutes of both; the freeze ends, and CloudWatch has told of them.
            _whole_minutes(2)
            world.faults.age_parameter(IN_CHARGE, 6 * 60)
            refused = world.up(FIRST)
            message = "\n".join(refused.messages("error"))
            assert f"{FIRST} still has clients: Cluster {FIRST} cannot be deleted" in message, refused.output
            world.assert_nothing_half_done()
    assert set(left_behind) == set(others) == {200}

    world.faults.age_parameter(IN_CHARGE, A_WHILE_SECONDS)
    world.must_up(FIRST)
    assert not world.instances(FIRST)
