"""One world for all lab tests, of which every test has a copy: nobody has to leave it as it was."""

from collections.abc import Iterator
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # xdist has no types

from tests.lab.one_world import Copy, to_copy, with_own_providers
from tests.lab.world import FIRST, LIVE, SECOND, World

# Their tests share a world, and run in one process.
TOGETHER = (
    *("test_readiness.py", "test_further_names.py", "test_policies.py"),
    *("test_private_zone.py", "test_many_names.py", "test_two_projects.py"),
    "test_states.py",
)
# Those that take minutes begin first, so that no process is left alone with one at the end.
LONGEST = ("test_cluster.py", "test_tag_in.py", "test_share.py", "test_replace.py", "test_evidence.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order in which processes are given tests; those that run together come before all others anyway."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


class OneByOne(LoadScopeScheduling):  # type: ignore[misc]
    """Every test to whoever is free. xdist's own `loadgroup` finds no groups: 3.8.0 marks them in a way of pytest 8."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file.rpartition("/")[2] not in TOGETHER:
            return nodeid
        # Those with parameters leave the world as they found it; what others do to it is not for them.
        return f"{file} with parameters" if nodeid.endswith("]") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneByOne | None:
    """For `--dist loadgroup`."""
    return OneByOne(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture(scope="session")
def copy_of_the_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """Both colours built and the first in charge; about two and a half minutes where no other process has done it."""
    with to_copy(tmp_path_factory.mktemp("original")) as copy:
        yield copy


@pytest.fixture(scope="module")
def built_world(copy_of_the_world: Copy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A copy for all tests of a module that do with one."""
    with copy_of_the_world(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture
def world(
    copy_of_the_world: Copy, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[World]:
    """The world as it was built; with the mark `own_providers`, every command starts a provider of its own."""
    with copy_of_the_world(tmp_path_factory.mktemp("world")) as world:
        yield with_own_providers(world) if request.node.get_closest_marker("own_providers") else world
        _heal(world)


@pytest.fixture
def shared_world(built_world: World) -> Iterator[World]:
    """The copy of a module, whose tests leave it as they found it."""
    yield built_world
    _heal(built_world)


def _heal(world: World) -> None:
    """Heal every fault, and check that the name was always carried."""
    world.faults.clear_faults()
    world.faults.set_health_seconds(1)
    world.assert_always_carried()


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
