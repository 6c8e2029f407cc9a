"""What is refused: bad config in the preview, an unready colour, and whatever leaves a live name without a record."""

from collections.abc import Mapping
from typing import Any

import pytest

from lab.pulumi_command import Result
from tests.lab.world import CAPACITY, FIRST, LIVE, NAME, SECOND, World

IN_CHARGE_OF_FIRST = {FIRST: 100, SECOND: 0}


def _errors(result: Result) -> str:
    assert result.exit_code != 0, result.output
    return "\n".join(result.messages("error"))


@pytest.mark.parametrize(
    ("stack", "key", "value", "said"),
    [
        (LIVE, "active", "green", ("active", "green", f"{SECOND} or {FIRST}")),
        (FIRST, "releas", "1.2.3", ("releas", "1.2.3", "release, awake")),
        (FIRST, "active", FIRST, ("active", "another stack's file")),
    ],
)
def test_a_bad_value_in_a_stacks_file_is_refused(
    world: World, stack: str, key: str, value: str, said: tuple[str, ...]
) -> None:
    before = world.workspace.stack_file(stack)
    world.workspace.edit_stack(stack, **{key: value})
    try:
        for result in (world.preview(stack), world.up(stack)):
            message = _errors(result)
            assert all(part in message for part in (*said, "pulumi config")), message
    finally:
        world.workspace.restore_stack_file(stack, before)
    assert world.weights() == IN_CHARGE_OF_FIRST
    world.assert_nothing_half_done()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"capacity": 0}, ("capacity: 0", "2 to 1000")),
        ({"availabilityZones": 1}, ("availabilityZones: 1", "2 to 6")),
        ({"names": ["www.other.example"]}, ("www.other.example", "zone shop.example")),
        ({"offsite": {"DB": "postgres://user:secret@db"}}, ("offsite", "SSM parameter")),
    ],
    ids=lambda value: str(next(iter(value))) if isinstance(value, dict) else "",
)
def test_a_bad_shared_value_is_refused_for_every_stack(
    world: World, changed: Mapping[str, Any], said: tuple[str, ...]
) -> None:
    before = {key: world.workspace.project_config(key) for key in changed}
    world.workspace.edit_project(**changed)
    try:
        for stack in (FIRST, LIVE):
            message = _errors(world.preview(stack))
            assert all(part in message for part in (*said, "Pulumi.yaml")), message
        assert world.up(LIVE).exit_code != 0
    finally:
        world.workspace.edit_project(**before)
    assert world.weights() == IN_CHARGE_OF_FIRST
    world.assert_nothing_half_done()


def test_a_stack_cannot_override_what_both_colours_share(world: World) -> None:
    message = _errors(world.preview(FIRST, "-c", "capacity=3"))
    world.workspace.edit_stack(FIRST, capacity=None)
    assert "overrides capacity" in message
    assert f"{CAPACITY}, as Pulumi.yaml says" in message


def test_a_colour_that_was_never_built_is_refused_in_the_preview(world: World) -> None:
    message = _errors(world.before_any_cluster)
    assert f"{FIRST} is asleep or was never built" in message
    assert f"pulumi up -s {FIRST}" in message


def test_a_colour_with_one_target_too_few_is_refused_and_the_preview_says_so(world: World) -> None:
    sick = world.instances(SECOND)[0]
    world.faults.set_unhealthy_instances([sick])
    world.workspace.edit_stack(LIVE, active=SECOND)
    try:
        preview = world.preview(LIVE)
        refused = world.up(LIVE)
    finally:
        world.workspace.edit_stack(LIVE, active=FIRST)
    assert preview.exit_code == 0, preview.output
    assert any("would be refused" in warning and sick in warning for warning in preview.messages("warning"))
    message = _errors(refused)
    for said in ("capacity", sick, "Target.FailedHealthChecks", f"{CAPACITY} instances", f"{FIRST} 100"):
        assert said in message
    assert refused.failed == ("ready",)
    assert world.weights() == IN_CHARGE_OF_FIRST
    world.assert_nothing_half_done()


def test_destroying_the_live_stack_is_refused_while_a_colour_is_in_charge(world: World) -> None:
    plain = world.workspace.pulumi("destroy", "-s", LIVE, "--yes", "--skip-preview")
    assert plain.exit_code != 0
    running = world.workspace.pulumi("destroy", "-s", LIVE, "--yes", "--skip-preview", "--run-program")
    assert f"{FIRST} is in charge" in _errors(running)
    assert world.weights() == IN_CHARGE_OF_FIRST
    assert world.in_charge() == FIRST
    world.assert_nothing_half_done()
    assert world.must_up(LIVE).steps == ()


def test_a_live_name_can_be_added_is_not_removed_by_mistake_and_can_be_retired_by_hand(world: World) -> None:
    added, both = "api.shop.example", [NAME, "api.shop.example"]
    world.workspace.edit_project(names=both)
    result = world.must_up(LIVE)
    assert added in {step.name for step in result.steps if step.op == "create"}
    assert [one["AliasTarget"]["DNSName"] for one in world.records_at(added)] == [f"{NAME}."]

    for fewer in ([NAME], [added]):
        world.workspace.edit_project(names=fewer)
        for refused in (world.preview(LIVE), world.up(LIVE)):
            assert "cannot be removed from names" in _errors(refused)
        assert world.weights(NAME) == IN_CHARGE_OF_FIRST
        assert world.records_at(added)
        world.assert_nothing_half_done()

    world.workspace.edit_project(names=[added, NAME])
    turned = world.up(LIVE)
    assert f"{added} cannot take the place of {NAME}" in _errors(turned)
    assert turned.steps == ()

    world.delete_record_sets(added)
    world.workspace.edit_project(names=[NAME])
    assert world.workspace.pulumi("refresh", "-s", LIVE, "--yes", "--skip-preview").exit_code == 0
    world.must_up(LIVE)
    assert world.must_up(LIVE).steps == ()
    world.assert_nothing_half_done()
