"""One world for all lab tests: it is built once, and every test leaves it as it found it."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from lab import workspace
from lab.client import start
from tests.lab.world import ALIAS_TTL_SECONDS, CAPACITY, FIRST, LIVE, SECOND, SECRET, World


def _report(line: str) -> None:
    print(f"\nlab: {line}", end="", file=sys.__stderr__, flush=True)


@pytest.fixture(scope="session")
def built_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Both colours built and the first in charge; about two and a half minutes."""
    root = tmp_path_factory.mktemp("world")
    with start(root / "server", alias_ttl=ALIAS_TTL_SECONDS, health_seconds=1) as server:
        made = workspace.lay_out(root, server.addresses, _report)
        made.aws("ssm").put_parameter(Name=SECRET, Type="SecureString", Value="postgres://shop:hunter2@db")
        made.edit_project(capacity=CAPACITY, fullCapacityTimeout=20, offsite={"DATABASE_URL": SECRET})
        made.edit_stack(LIVE, active=FIRST, propagationTimeout=30)
        made.edit_stack(SECOND, release="1.1.0")
        before = made.pulumi("preview", "-s", LIVE)
        _report("building both clusters, about two minutes")
        with ThreadPoolExecutor(2) as pool:
            for result in pool.map(made.up, (FIRST, SECOND)):
                assert result.exit_code == 0, result.output
        _report(f"putting {FIRST} in charge")
        result = made.up(LIVE)
        assert result.exit_code == 0, result.output
        _report("the world is built")
        yield World(made, server.addresses, server.client, before)


@pytest.fixture
def world(built_world: World) -> Iterator[World]:
    """The world as it was built; heals every fault after the test, and checks that the name was always carried."""
    yield built_world
    built_world.faults.clear_faults()
    built_world.faults.set_health_seconds(1)
    built_world.assert_always_carried()


@pytest.fixture
def first_in_charge(world: World) -> World:
    """The world with its first colour in charge again, whatever the test before left."""
    if world.weights() != {FIRST: 100, SECOND: 0} or world.in_charge() != FIRST:
        assert world.tag_in(FIRST).exit_code == 0
    world.workspace.edit_stack(LIVE, active=FIRST, propagationTimeout=30)
    return world


@pytest.fixture
def restored(world: World) -> Iterator[World]:
    """The world with its first colour in charge, and restored after a test that crashes or takes down what it can."""
    if world.in_charge() != FIRST:
        assert world.tag_in(FIRST).exit_code == 0
    yield world
    world.faults.clear_faults()
    world.faults.set_health_seconds(1)
    world.workspace.edit_stack(SECOND, awake=None)
    world.must_up(SECOND)
    assert world.tag_in(FIRST).exit_code == 0
    world.must_up(SECOND)
    world.must_up(LIVE)
    world.assert_nothing_half_done(LIVE)
