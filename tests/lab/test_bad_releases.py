"""Releases that cannot serve: each ends `up` at its deadline, as often as it is tried, and can be destroyed."""

import pytest

from tests.lab.one_world import Copy
from tests.lab.running_world import BAD, FAULTS, Fault, alive, impatient, running, up_in_vain, wait_until
from tests.lab.world import CAPACITY, FIRST, SECOND


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.make.__name__)
def test_a_release_that_cannot_serve_ends_up_at_the_deadline_with_the_machines_own_last_words(
    copy_of_the_world: Copy, tmp_path_factory: pytest.TempPathFactory, fault: Fault
) -> None:
    with running(copy_of_the_world, tmp_path_factory.mktemp("world")) as world, impatient(world, fault.seconds):
        old = set(world.instances(SECOND))
        fault.make(world)
        world.workspace.edit_stack(SECOND, release=BAD)
        for _ in range(2):
            up_in_vain(world, fault)
        assert old <= set(world.instances(SECOND)), "the last good instances still run"
        destroyed = world.workspace.pulumi("destroy", "-s", SECOND, "--yes", "--skip-preview", "--run-program")
        assert destroyed.exit_code == 0, destroyed.output
        assert world.instances(SECOND) == []
        world.assert_nothing_half_done()
        wait_until(lambda: alive(world, SECOND) == 0)
        assert alive(world, FIRST) == CAPACITY
