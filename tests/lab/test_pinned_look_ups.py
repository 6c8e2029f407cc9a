"""What is looked up and cannot move once it is built: the zones of a cluster, and its machine image."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lab.client import ApiFault
from lab.workspace import REGION, Workspace
from tests.lab.world import FIRST, NAME, SECOND, World

ZONES = [f"{REGION}{letter}" for letter in "abc"]


@pytest.fixture
def never_built(world: World, tmp_path: Path) -> Iterator[Workspace]:
    """The same folder and the same AWS, with a backend in which nothing was ever built, and a name that nobody has."""
    state = tmp_path / "state"
    state.mkdir()
    before = world.workspace.stack_file(SECOND)
    fresh = replace(world.workspace, environment={**world.workspace.environment, "PULUMI_BACKEND_URL": state.as_uri()})
    created = fresh.pulumi("stack", "init", SECOND)
    assert created.exit_code == 0, created.output
    fresh.edit_project(names=["new.shop.example"])
    yield fresh
    fresh.edit_project(names=[NAME])
    world.workspace.restore_stack_file(SECOND, before)


@pytest.mark.parametrize("colour", [FIRST, SECOND])
def test_a_cluster_stays_in_a_zone_that_is_no_longer_offered_and_says_so(world: World, colour: str) -> None:
    gone = ZONES[0]
    world.faults.set_unavailable_zones([gone])
    result = world.preview(colour)
    assert result.exit_code == 0, result.output
    assert result.steps == ()
    (warning,) = [text for text in result.messages("warning") if gone in text]
    assert f"{colour} stays in {gone}" in warning
    assert f"pulumi up -s {colour}" in warning


def test_a_further_zone_is_refused_while_there_is_none(world: World) -> None:
    before = {key: world.workspace.project_config(key) for key in ("availabilityZones", "capacity")}
    world.workspace.edit_project(availabilityZones=3, capacity=3)
    world.faults.set_unavailable_zones([ZONES[2]])
    try:
        result = world.up(SECOND)
    finally:
        world.workspace.edit_project(**before)
    message = "\n".join(result.messages("error"))
    assert "too few availability zones" in message
    assert f"it lies in {ZONES[0]}, {ZONES[1]}" in message
    assert result.steps == ()
    world.assert_nothing_half_done()


def test_a_cluster_that_is_built_anew_takes_the_zones_on_offer(world: World, never_built: Workspace) -> None:
    world.faults.set_unavailable_zones([ZONES[0]])
    planned = never_built.pulumi("preview", "-s", SECOND)
    assert planned.exit_code == 0, planned.output
    zones = {step.new["availabilityZone"] for step in planned.steps if step.type == "aws:ec2/subnet:Subnet"}
    assert zones == set(ZONES[1:])

    world.faults.set_unavailable_zones(ZONES[1:])
    refused = never_built.up(SECOND)
    assert refused.exit_code != 0
    assert "too few availability zones" in "\n".join(refused.messages("error"))
    assert [step.name for step in refused.steps if step.type.startswith(("aws:", "tag-team:"))] == []
    world.assert_nothing_half_done()


def test_a_release_stays_with_its_image_when_the_parameter_is_gone_and_a_new_one_is_refused(world: World) -> None:
    world.faults.set_api_faults([ApiFault("ssm", "GetParameter", "ParameterNotFound", -1)])
    same = world.preview(SECOND)
    assert same.exit_code == 0, same.output
    assert same.steps == ()
    assert any("machineImage names no image any more" in text for text in same.messages("warning"))

    before = world.workspace.stack_file(SECOND)
    world.workspace.edit_stack(SECOND, release="3.0.0")
    try:
        refused = world.up(SECOND)
    finally:
        world.workspace.restore_stack_file(SECOND, before)
    assert refused.exit_code != 0
    assert "machineImage names no image" in "\n".join(refused.messages("error"))
    assert refused.steps == ()
    world.assert_nothing_half_done()
