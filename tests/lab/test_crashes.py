"""No crash in the middle of a tag-in leaves a live name without a ready colour."""

import subprocess
import time
from collections.abc import Callable, Mapping

import pytest

from lab.client import ServerFault
from lab.pulumi_command import Event
from tests.lab.world import FIRST, LIVE, NAME, SECOND, World

pytestmark = pytest.mark.own_providers


def _began(name: str) -> Callable[[Event], bool]:
    """Whether an event says that the step of `name` has begun."""
    return lambda event: event.kind == "resourcePreEvent" and event.body["metadata"]["urn"].endswith(f"::{name}")


def _wait_for(world: World, weights: Mapping[str, int]) -> None:
    """Until the live name has these weights: on a slow machine that is some time after the step has begun."""
    deadline = time.monotonic() + 120
    while world.weights() != weights and time.monotonic() < deadline:
        time.sleep(0.2)


RAISED, LOWERED = {FIRST: 100, SECOND: 100}, {FIRST: 0, SECOND: 100}


def _kill_when(world: World, is_moment: Callable[[Event], bool], then: float | Mapping[str, int]) -> None:
    """Tag the second colour in, and kill -9 the command so many seconds after the moment, or at these weights."""
    killed = False

    def kill(event: Event) -> None:
        nonlocal killed
        if not killed and is_moment(event):
            killed = True
            if isinstance(then, float):
                time.sleep(then)
            else:
                _wait_for(world, then)
            # Only the command line itself, by the path of this world's own engine.
            subprocess.run(["pkill", "-KILL", "-f", f"^{world.workspace.directory.parent}/bin/pulumi up"], check=True)

    world.workspace.edit_stack(LIVE, active=SECOND)
    result = world.workspace.up(LIVE, on_event=kill)
    assert killed
    assert result.exit_code != 0


@pytest.mark.parametrize(
    ("name", "then"),
    [("ready", 0.3), (f"{NAME}-{SECOND}", RAISED), (f"{NAME}-{FIRST}", LOWERED), ("in-charge", 1.0)],
    ids=["in the ready hook", "while raising", "while lowering", "in the wait for DNS"],
)
def test_after_a_kill_a_cancel_and_an_up_converge(restored: World, name: str, then: float | Mapping[str, int]) -> None:
    lagging = restored.addresses.server_addresses()[0]
    restored.faults.set_server_fault(lagging, ServerFault(lag_seconds=20))
    _kill_when(restored, _began(name), then)
    restored.workspace.pulumi("cancel", LIVE, "--yes")
    restored.must_up(LIVE)
    assert restored.weights() == {FIRST: 0, SECOND: 100}
    assert restored.in_charge() == SECOND
    assert restored.must_up(LIVE).steps == ()
    # The engine keeps a note of a create that it never saw end, until `pulumi refresh --clear-pending-creates`.
    restored.assert_nothing_half_done(LIVE)


def test_after_a_kill_while_the_record_is_created_an_up_converges(restored: World) -> None:
    world = restored
    world.wait_until_drained()
    for awake in (False, None):
        world.workspace.edit_stack(SECOND, awake=awake)
        world.must_up(SECOND)
        # The record goes with the colour, and does not come back before the tag-in.
        if awake is False:
            world.must_up(LIVE)
    assert world.weights() == {FIRST: 100}
    _kill_when(world, _began(f"{NAME}-{SECOND}"), RAISED)
    assert world.weights() == RAISED
    world.workspace.pulumi("cancel", LIVE, "--yes")
    world.must_up(LIVE)
    assert world.weights() == {FIRST: 0, SECOND: 100}
    assert world.in_charge() == SECOND


def test_a_colour_that_dies_between_raise_and_lower_is_not_lowered_to(restored: World) -> None:
    world = restored

    def die(event: Event) -> None:
        if _began(f"{NAME}-{SECOND}")(event):
            _wait_for(world, RAISED)
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


def test_the_program_targeted_past_the_gate_is_refused_all_the_same(restored: World) -> None:
    world = restored
    world.faults.set_unhealthy_instances([world.instances(SECOND)[0]])
    world.workspace.edit_stack(LIVE, active=SECOND)
    refused = world.up(LIVE, "--target", f"**::{NAME}-{SECOND}")
    assert refused.exit_code != 0
    lowered = world.up(LIVE, "--target", f"**::{NAME}-{FIRST}")
    assert lowered.exit_code != 0
    assert world.weights() == {FIRST: 100, SECOND: 0}
    world.workspace.edit_stack(LIVE, active=FIRST)
