"""The life of an idle cluster: a release that never gets healthy, destroyed, built anew, asleep and awake."""

from collections.abc import Iterator
from typing import Any

import pytest

from lab.pulumi_command import Result
from tests.lab.world import CAPACITY, FIRST, LIVE, NAME, SECOND, World

GOOD, BAD = "1.1.0", "9.9.9"


@pytest.fixture
def second_idle(world: World) -> Iterator[World]:
    """The world, whose second colour is idle and awake with a good release."""
    world.put_in_charge(FIRST)
    world.wait_until_drained()
    yield world
    world.assert_nothing_half_done()


def _up_with_a_bad_release(world: World) -> Result:
    world.faults.set_broken_releases([BAD])
    world.workspace.edit_stack(SECOND, release=BAD)
    with world.impatient():
        return world.up(SECOND)


def _proofs(world: World) -> list[dict[str, Any]]:
    """The certificate validation records."""
    return [record for record in world.records() if record["Type"] == "CNAME"]


def test_a_release_that_never_gets_healthy_fails_at_the_deadline_and_is_waited_for_again(second_idle: World) -> None:
    old = second_idle.instances(SECOND)
    failed = _up_with_a_bad_release(second_idle)
    new = set(second_idle.instances(SECOND)) - set(old)

    assert failed.failed == ("full-capacity",)
    message = "\n".join(failed.messages("error"))
    assert "Target.FailedHealthChecks" in message
    assert all(instance in message for instance in new)
    assert len(new) == CAPACITY
    assert set(old) <= set(second_idle.instances(SECOND)), "the last good instances still run"
    group = next(r for r in second_idle.state(SECOND)["resources"] if r["type"] == "aws:autoscaling/group:Group")
    assert group["outputs"]["name"] in message

    with second_idle.impatient():
        assert second_idle.up(SECOND).failed == ("full-capacity",)

    second_idle.faults.clear_faults()
    second_idle.must_up(SECOND)
    assert set(second_idle.instances(SECOND)) == new
    assert second_idle.must_up(SECOND).steps == ()


def test_a_colour_that_sleeps_costs_nothing_but_its_addresses_and_is_not_tagged_in(second_idle: World) -> None:
    addresses = second_idle.outputs(SECOND)["addresses"]
    second_idle.workspace.edit_stack(SECOND, awake=False)
    second_idle.must_up(SECOND)

    kept = {r["type"] for r in second_idle.state(SECOND)["resources"] if r["custom"]}
    providers = {"pulumi:providers:aws", "pulumi:providers:pulumi"}
    assert kept == ({"pulumi:pulumi:Stack", "aws:ec2/eip:Eip"} | providers) & kept
    assert second_idle.outputs(SECOND)["addresses"] == addresses
    assert second_idle.instances(SECOND) == []
    second_idle.workspace.edit_stack(LIVE, active=SECOND)
    refused = second_idle.up(LIVE)
    assert f"{SECOND} is asleep or was never built" in "\n".join(refused.messages("error"))
    assert second_idle.weights()[FIRST] == 100
    second_idle.workspace.edit_stack(LIVE, active=FIRST)

    second_idle.workspace.edit_stack(SECOND, awake=True)
    second_idle.must_up(SECOND)
    assert second_idle.outputs(SECOND)["addresses"] == addresses
    second_idle.must_up(LIVE)


def test_a_colour_is_destroyed_without_leftovers_built_anew_and_tagged_in(second_idle: World) -> None:
    proofs = _proofs(second_idle)
    assert _up_with_a_bad_release(second_idle).failed == ("full-capacity",)

    destroyed = second_idle.workspace.pulumi("destroy", "-s", SECOND, "--yes", "--skip-preview", "--run-program")

    assert destroyed.exit_code == 0, destroyed.output
    assert second_idle.state(SECOND).get("resources", []) == []
    second_idle.assert_nothing_half_done()
    assert second_idle.instances(SECOND) == []
    assert _proofs(second_idle) == proofs, "the other colour's certificate has to be renewable"

    refused = second_idle.preview(LIVE, "-c", f"active={SECOND}")
    second_idle.workspace.edit_stack(LIVE, active=FIRST)
    assert f"{SECOND} is asleep or was never built" in "\n".join(refused.messages("error"))
    second_idle.must_up(LIVE)
    assert second_idle.weights() == {FIRST: 100}

    second_idle.faults.clear_faults()
    second_idle.workspace.edit_stack(SECOND, release=GOOD)
    second_idle.must_up(SECOND)
    created = second_idle.tag_in(SECOND)
    assert created.exit_code == 0, created.output
    assert ("create", f"{NAME}-{SECOND}") in {(step.op, step.name) for step in created.steps}
    assert second_idle.weights() == {FIRST: 0, SECOND: 100}
