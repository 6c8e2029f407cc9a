"""No crash, no order of commands and no coincidence leaves a live name without a ready colour."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from lab.client import ServerFault
from lab.pulumi_command import Event, Result
from tests.lab.world import CAPACITY, FIRST, LIVE, NAME, SECOND, World

# `make test-rebuilds` has ten, which is half an hour.
REBUILDS = int(os.environ.get("REBUILDS", "2"))


@pytest.fixture
def first_in_charge(world: World) -> Iterator[World]:
    """The first colour in charge and the second awake, before and after the test."""
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


def _began(name: str) -> Callable[[Event], bool]:
    """Whether an event says that the step of `name` has begun."""
    return lambda event: event.kind == "resourcePreEvent" and event.body["metadata"]["urn"].endswith(f"::{name}")


def _kill_when(world: World, is_moment: Callable[[Event], bool], delay_seconds: float) -> None:
    """Tag the second colour in, and kill -9 the command some time after the moment."""
    killed = False

    def kill(event: Event) -> None:
        nonlocal killed
        if not killed and is_moment(event):
            killed = True
            time.sleep(delay_seconds)
            # Only the command line itself, by the path of this world's own engine.
            subprocess.run(["pkill", "-KILL", "-f", f"^{world.workspace.directory.parent}/bin/pulumi up"], check=True)

    world.workspace.edit_stack(LIVE, active=SECOND)
    result = world.workspace.up(LIVE, on_event=kill)
    assert killed
    assert result.exit_code != 0


@pytest.mark.parametrize(
    ("name", "delay_seconds"),
    [("ready", 0.3), (f"{NAME}-{SECOND}", 3.0), (f"{NAME}-{FIRST}", 3.0), ("in-charge", 1.0)],
    ids=["in the ready hook", "while raising", "while lowering", "in the wait for DNS"],
)
def test_after_a_kill_a_cancel_and_an_up_converge(first_in_charge: World, name: str, delay_seconds: float) -> None:
    lagging = first_in_charge.addresses.server_addresses()[0]
    first_in_charge.faults.set_server_fault(lagging, ServerFault(lag_seconds=20))
    _kill_when(first_in_charge, _began(name), delay_seconds)
    first_in_charge.workspace.pulumi("cancel", LIVE, "--yes")
    first_in_charge.must_up(LIVE)
    assert first_in_charge.weights() == {FIRST: 0, SECOND: 100}
    assert first_in_charge.in_charge() == SECOND
    assert set(first_in_charge.must_up(LIVE).changes) == {"same"}
    # The engine keeps a note of a create that it never saw end, until `pulumi refresh --clear-pending-creates`.
    first_in_charge.assert_nothing_half_done(LIVE)


def test_a_colour_that_dies_between_raise_and_lower_is_not_lowered_to(first_in_charge: World) -> None:
    world = first_in_charge

    def die(event: Event) -> None:
        if _began(f"{NAME}-{SECOND}")(event):
            world.faults.set_unhealthy_instances(world.instances(SECOND))

    world.workspace.edit_stack(LIVE, active=SECOND)
    refused = world.workspace.up(LIVE, on_event=die)
    assert refused.failed == (f"{NAME}-{FIRST}",)
    message = "\n".join(refused.messages("error"))
    assert f"{SECOND} is not ready to carry the traffic: capacity" in message
    assert f"pulumi up -s live -c active={FIRST}" in message
    assert world.weights() == {FIRST: 100, SECOND: 100}

    back = world.workspace.up(LIVE, "-c", f"active={FIRST}")
    assert back.exit_code == 0, back.output
    assert world.weights() == {FIRST: 100, SECOND: 0}
    assert world.in_charge() == FIRST


@pytest.mark.parametrize("sleep_first", [True, False], ids=["sleep first", "tag-in first"])
def test_of_a_sleep_and_a_tag_in_at_the_same_moment_one_is_refused(
    first_in_charge: World, *, sleep_first: bool
) -> None:
    world = first_in_charge
    world.wait_until_settled()
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


def test_the_program_targeted_past_the_gate_is_refused_all_the_same(first_in_charge: World) -> None:
    world = first_in_charge
    world.faults.set_unhealthy_instances([world.instances(SECOND)[0]])
    world.workspace.edit_stack(LIVE, active=SECOND)
    refused = world.up(LIVE, "--target", f"**::{NAME}-{SECOND}")
    assert refused.exit_code != 0
    lowered = world.up(LIVE, "--target", f"**::{NAME}-{FIRST}")
    assert lowered.exit_code != 0
    assert world.weights() == {FIRST: 100, SECOND: 0}
    world.workspace.edit_stack(LIVE, active=FIRST)


def test_after_a_change_of_capacity_each_colour_follows_while_it_is_idle(first_in_charge: World) -> None:
    world = first_in_charge
    world.workspace.edit_project(capacity=CAPACITY + 1)
    try:
        assert "is frozen" in "\n".join(world.up(FIRST).messages("error"))
        world.wait_until_settled()
        world.must_up(SECOND)
        assert len(world.instances(SECOND)) == CAPACITY + 1
        assert world.tag_in(SECOND).exit_code == 0
        assert world.tag_in(FIRST).exit_code == 0, "back to the old measure, at any moment before"
        assert world.tag_in(SECOND).exit_code == 0
        world.wait_until_settled()
        world.must_up(FIRST)
        assert len(world.instances(FIRST)) == CAPACITY + 1
    finally:
        world.workspace.edit_project(capacity=CAPACITY)
    assert world.in_charge() == SECOND
    world.must_up(FIRST)
    assert world.tag_in(FIRST).exit_code == 0
    world.wait_until_settled()


def test_an_idle_colour_is_rebuilt_again_and_again_with_the_same_addresses(first_in_charge: World) -> None:
    world = first_in_charge
    world.wait_until_settled()
    addresses = world.outputs(SECOND)["addresses"]
    for _ in range(REBUILDS):
        for awake in (False, True):
            world.workspace.edit_stack(SECOND, awake=awake)
            world.must_up(SECOND)
            assert world.weights()[FIRST] == 100
            assert world.outputs(SECOND)["addresses"] == addresses
        assert len(world.instances(SECOND)) == CAPACITY
    world.must_up(LIVE)
