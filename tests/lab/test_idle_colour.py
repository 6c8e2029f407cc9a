"""What is done to the idle colour, at the wrong moment or again and again, leaves a ready colour in charge."""

import os
import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from lab.pulumi_command import Result
from tests.lab.world import CAPACITY, FIRST, LIVE, SECOND, World

pytestmark = pytest.mark.own_providers

# `make test-rebuilds` has ten, which is half an hour.
REBUILDS = int(os.environ.get("REBUILDS", "2"))


@pytest.mark.parametrize("sleep_first", [True, False], ids=["sleep first", "tag-in first"])
def test_of_a_sleep_and_a_tag_in_at_the_same_moment_one_is_refused(restored: World, *, sleep_first: bool) -> None:
    world = restored
    world.wait_until_drained()
    world.workspace.edit_stack(SECOND, awake=False)
    world.workspace.edit_stack(LIVE, active=SECOND)
    order = (SECOND, LIVE) if sleep_first else (LIVE, SECOND)
    with ThreadPoolExecutor(2) as pool:
        running: dict[str, Future[Result]] = {}
        for stack in order:
            running[stack] = pool.submit(world.up, stack)
            time.sleep(1.0)
        results = {stack: one.result() for stack, one in running.items()}
    refused = {stack for stack, result in results.items() if result.exit_code}
    assert len(refused) == 1, [result.output for result in results.values()]
    carrying = {colour for colour, weight in world.weights().items() if weight}
    assert carrying == ({FIRST} if refused == {LIVE} else {SECOND})
    for colour in carrying:
        assert len(world.instances(colour)) >= CAPACITY
    world.workspace.edit_stack(LIVE, active=FIRST)


def test_after_a_change_of_capacity_each_colour_follows_while_it_is_idle(restored: World) -> None:
    world = restored
    world.workspace.edit_project(capacity=CAPACITY + 1)
    try:
        assert "is frozen" in "\n".join(world.up(FIRST).messages("error"))
        world.wait_until_drained()
        world.must_up(SECOND)
        assert len(world.instances(SECOND)) == CAPACITY + 1
        world.must_tag_in(SECOND)
        world.must_tag_in(FIRST)  # back to the old measure, at any moment before
        world.must_tag_in(SECOND)
        world.wait_until_drained()
        world.must_up(FIRST)
        assert len(world.instances(FIRST)) == CAPACITY + 1
    finally:
        world.workspace.edit_project(capacity=CAPACITY)
    assert world.in_charge() == SECOND
    world.must_up(FIRST)
    world.must_tag_in(FIRST)
    world.wait_until_drained()


def test_an_idle_colour_is_rebuilt_again_and_again_with_the_same_addresses(restored: World) -> None:
    world = restored
    world.wait_until_drained()
    addresses = world.outputs(SECOND)["addresses"]
    for _ in range(REBUILDS):
        for awake in (False, True):
            world.workspace.edit_stack(SECOND, awake=awake)
            world.must_up(SECOND)
            assert world.weights()[FIRST] == 100
            assert world.outputs(SECOND)["addresses"] == addresses
        assert len(world.instances(SECOND)) == CAPACITY
    world.must_up(LIVE)
