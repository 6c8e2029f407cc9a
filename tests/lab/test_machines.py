"""A world whose instances run: what they run, and a colour that is too small for the load."""

import asyncio
from collections.abc import Iterator

import dns.resolver
import pytest

from lab.machines import http1
from tests.lab.one_world import Copy
from tests.lab.running_world import BAD, FAULTS, impatient, running, up_in_vain
from tests.lab.world import CAPACITY, FIRST, NAME, RELEASES, SECOND, SECRET, World

PER_SECOND = 5.0


@pytest.fixture
def running_world(copy_of_the_world: Copy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A copy of the world whose instances run."""
    with running(copy_of_the_world, tmp_path_factory.mktemp("world")) as world:
        yield world


def test_a_release_that_does_not_exist_ends_up_at_the_deadline_with_the_machines_own_last_words(
    running_world: World,
) -> None:
    old = set(running_world.instances(SECOND))
    FAULTS[0].make(running_world)
    running_world.workspace.edit_stack(SECOND, release=BAD)
    with impatient(running_world):
        up_in_vain(running_world, FAULTS[0])
    assert old <= set(running_world.instances(SECOND)), "the last good instances still run"


def test_every_instance_runs_its_colours_release_with_the_offsite_values_and_no_other_does(
    running_world: World,
) -> None:
    secret = running_world.workspace.aws("ssm").get_parameter(Name=SECRET, WithDecryption=True)["Parameter"]["Value"]
    machines = running_world.faults.machines()
    assert len(machines) == 2 * CAPACITY
    assert len({machine.address for machine in machines}) == 2 * CAPACITY
    for machine in machines:
        (container,) = machine.containers
        assert container["environment"] == {"DATABASE_URL": secret}
        assert container["image"].endswith(f":{RELEASES[machine.colour]}")
        assert secret not in machine.console


def _statuses(world: World, per_second: float, requests: int) -> list[int]:
    """Of so many requests to the live name, sent at this rate whatever becomes of those before."""
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [world.addresses.resolvers[0]], world.addresses.dns_port
    address = resolver.resolve(NAME, "A", lifetime=60)[0].to_text()

    async def ask() -> int:
        request = http1.request("GET", "/", {"Host": NAME, "Connection": "close"})
        reader, writer = await asyncio.open_connection(address, world.addresses.http_port)
        writer.write(request.rendered())
        answer = await http1.read(reader, request)
        writer.close()
        return answer.status if answer else 0

    async def ask_all() -> list[int]:
        asking = []
        for _ in range(requests):
            asking.append(asyncio.create_task(ask()))
            await asyncio.sleep(1 / per_second)  # a machine that is slow asks less, and never more at once
        return await asyncio.gather(*asking)

    return asyncio.run(ask_all())


def test_a_colour_at_half_its_instances_answers_errors_under_the_load_of_the_whole_and_a_whole_one_none(
    running_world: World,
) -> None:
    running_world.faults.set_machines(capacity={"per_second": PER_SECOND, "patience_seconds": 2.0})
    load_of_the_whole = 0.9 * CAPACITY * PER_SECOND
    assert set(_statuses(running_world, load_of_the_whole, 60)) == {200}
    running_world.faults.terminate_instances(FIRST, CAPACITY // 2)
    assert 503 in _statuses(running_world, load_of_the_whole, 60)
