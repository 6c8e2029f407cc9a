"""One world for all lab tests: it is built once, and every test leaves it as it found it."""

from collections.abc import Iterator

import pytest

from lab.workspace import Workspace
from tests.lab.building import building
from tests.lab.world import FIRST, LIVE, SECOND, SECRET, World


@pytest.fixture(scope="session")
def built_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Both colours built and the first in charge; about two and a half minutes."""
    with building(
        tmp_path_factory.mktemp("world"),
        project={"offsite": {"DATABASE_URL": SECRET}},
        live={"propagationTimeout": 30},
        prepare=_put_secret,
    ) as world:
        yield world


def _put_secret(made: Workspace) -> None:
    made.aws("ssm").put_parameter(Name=SECRET, Type="SecureString", Value="postgres://shop:hunter2@db")


@pytest.fixture
def world(built_world: World) -> Iterator[World]:
    """The world as it was built; heals every fault after the test, and checks that the name was always carried."""
    yield built_world
    built_world.faults.clear_faults()
    built_world.faults.set_health_seconds(1)
    built_world.assert_always_carried()


@pytest.fixture
def first_in_charge(world: World) -> World:
    """The world with its first colour in charge again, and at rest, whatever the test before left.

    The second one is not frozen, and no attempt has an override.
    """
    if world.weights() != {FIRST: 100, SECOND: 0} or world.in_charge() != FIRST:
        world.must_tag_in(FIRST)
    if world.named()["override"]:
        world.must_up(LIVE)
    world.wait_until_drained()
    world.workspace.edit_stack(LIVE, active=FIRST, propagationTimeout=30)
    return world


@pytest.fixture
def restored(world: World) -> Iterator[World]:
    """The world with its first colour in charge, and restored after a test that crashes or takes down what it can."""
    world.put_in_charge(FIRST)
    yield world
    world.faults.clear_faults()
    world.faults.set_health_seconds(1)
    world.workspace.edit_stack(SECOND, awake=None)
    world.must_up(SECOND)
    world.must_tag_in(FIRST)
    world.must_up(SECOND)
    world.must_up(LIVE)
    world.assert_nothing_half_done(LIVE)
