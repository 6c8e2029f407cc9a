"""No crash in the middle of a tag-in leaves a live name without a ready colour."""

from collections.abc import Mapping

import pytest

from lab.client import ServerFault
from tests.lab.killing import RAISED, began, die_half_way, kill_when
from tests.lab.world import FIRST, LIVE, NAME, SECOND, World

pytestmark = pytest.mark.own_providers


LOWERED = {FIRST: 0, SECOND: 100}


@pytest.mark.parametrize(
    ("name", "then"),
    [("ready", 0.3), (f"{NAME}-{SECOND}", RAISED), (f"{NAME}-{FIRST}", LOWERED), ("in-charge", 1.0)],
    ids=["in the ready hook", "while raising", "while lowering", "in the wait for DNS"],
)
def test_after_a_kill_a_cancel_and_an_up_converge(restored: World, name: str, then: float | Mapping[str, int]) -> None:
    lagging = restored.addresses.server_addresses()[0]
    restored.faults.set_server_fault(lagging, ServerFault(lag_seconds=20))
    kill_when(restored, SECOND, began(name), then)
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
    kill_when(world, SECOND, began(f"{NAME}-{SECOND}"), RAISED)
    assert world.weights() == RAISED
    world.workspace.pulumi("cancel", LIVE, "--yes")
    world.must_up(LIVE)
    assert world.weights() == {FIRST: 0, SECOND: 100}
    assert world.in_charge() == SECOND


def test_a_colour_that_dies_between_raise_and_lower_is_not_lowered_to(restored: World) -> None:
    world = restored
    message = "\n".join(die_half_way(world).messages("error"))
    assert f"{SECOND} is not ready to carry the traffic: capacity" in message
    assert f"pulumi up -s live -c active={FIRST}" in message

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
