"""What AWS would refuse half-way is refused before the first step: sizes, ranges, names, and types of instances."""

from collections.abc import Mapping
from typing import Any

import pytest

from lab.client import ApiFault
from lab.workspace import REGION, Workspace
from tests.lab.test_drain import _errors
from tests.lab.test_pinned_look_ups import never_built
from tests.lab.world import FIRST, LIVE, SECOND, World

__all__ = ["never_built"]

ELSEWHERE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
ARM = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
A, B, C = (f"{REGION}{letter}" for letter in "abc")


@pytest.mark.parametrize(
    ("stack", "changed", "said"),
    [
        (LIVE, {"cidrs": {FIRST: "127.10.0.0/16", SECOND: "10.20.0.0/16"}}, ("127.10.0.0/16, which is loopback",)),
        (SECOND, {"cidrs": {"sg": "10.10.0.0/16", SECOND: "10.20.0.0/16"}}, ("whose name begins with sg-",)),
        (SECOND, {"image": "--privileged/web"}, ("image: --privileged/web", "without a tag")),
        (SECOND, {"capacity": 59, "cidrs": {FIRST: "10.10.0.0/22", SECOND: "10.20.0.0/16"}}, ("59", "at most 58")),
        (
            SECOND,
            {"offsite": {f"V{number}": "https://shop.example/" + "x" * 150 for number in range(120)}},
            ("bytes, with 120 entries of offsite", "at most 16384 bytes"),
        ),
        (
            SECOND,
            {"offsite": {f"V{number}": f"/shop/{'x' * 195}/{number}" for number in range(42)}},
            ("characters, with 42 entries of offsite", "at most 10240 characters"),
        ),
        (
            SECOND,
            {"instanceType": "f2.6xlarge"},
            (f"instances of {SECOND} could not be launched in {A}", f"{B}, {C} offer; {SECOND} lies in {A}, {B}"),
        ),
        (
            SECOND,
            {"instanceType": "m7g.large"},
            ("m7g.large is arm64", "(x86_64)", f"machineImage: {ARM}", "1.1.0 keeps the image", "config set release"),
        ),
        (SECOND, {"certificateArn": ELSEWHERE}, (ELSEWHERE, "it is in another region")),
    ],
    ids=["range", "colour", "image", "capacity", "user data", "policy", "type", "processor", "certificate"],
)
def test_what_aws_would_refuse_half_way_is_refused_before_the_first_step(
    shared_world: World, stack: str, changed: Mapping[str, Any], said: tuple[str, ...]
) -> None:
    world = shared_world
    before = {key: world.workspace.project_config(key) for key in changed}
    world.workspace.edit_project(**changed)
    try:
        for refused in (world.preview(stack), world.up(stack)):
            message = _errors(refused)
            assert all(part in message for part in (*said, "Pulumi.yaml")), message
            assert refused.steps == ()
    finally:
        world.workspace.edit_project(**before)
    world.assert_nothing_half_done()


def test_a_colour_is_built_in_the_zones_that_have_its_instances(world: World, never_built: Workspace) -> None:
    before = never_built.project_config("instanceType")
    never_built.edit_project(instanceType="f2.6xlarge")
    planned = never_built.pulumi("preview", "-s", SECOND)
    assert planned.exit_code == 0, planned.output
    zones = {step.new["availabilityZone"] for step in planned.steps if step.type == "aws:ec2/subnet:Subnet"}
    assert zones == {B, C}

    never_built.edit_project(instanceType="dl2q.24xlarge")
    refused = never_built.up(SECOND)
    assert "too few availability zones that offer dl2q.24xlarge" in _errors(refused)
    assert [step.name for step in refused.steps if step.type.startswith(("aws:", "tag-team:"))] == []
    never_built.edit_project(instanceType=before)
    world.assert_nothing_half_done()


def test_a_colour_is_built_of_a_type_and_an_image_of_one_architecture(world: World, never_built: Workspace) -> None:
    before = {key: never_built.project_config(key) for key in ("instanceType", "machineImage")}
    never_built.edit_project(instanceType="m7g.large")
    refused = never_built.up(SECOND)
    assert "instances could not start: m7g.large is arm64" in _errors(refused)
    assert f"write `machineImage: {ARM}`" in _errors(refused)
    assert [step.name for step in refused.steps if step.type.startswith(("aws:", "tag-team:"))] == []
    world.assert_nothing_half_done()

    never_built.edit_project(machineImage=ARM)
    planned = never_built.pulumi("preview", "-s", SECOND)
    never_built.edit_project(**before)
    assert planned.exit_code == 0, planned.output
    (template,) = [step.new for step in planned.steps if step.type == "aws:ec2/launchTemplate:LaunchTemplate"]
    assert template["instanceType"] == "m7g.large"
    of_image = world.workspace.aws("ec2").describe_images(ImageIds=[template["imageId"]])["Images"]
    assert [one["Architecture"] for one in of_image] == ["arm64"]


def test_who_may_not_ask_ec2_for_processors_builds_no_new_instances_and_changes_nothing_else(world: World) -> None:
    world.faults.set_api_faults([ApiFault("ec2", "DescribeInstanceTypes", "UnauthorizedOperation", -1)])
    same = world.preview(SECOND)
    assert (same.exit_code, same.steps) == (0, ()), same.output
    before = world.workspace.project_config("instanceType")
    world.workspace.edit_project(instanceType="c7i.large")
    try:
        refused = world.up(SECOND)
    finally:
        world.workspace.edit_project(instanceType=before)
    assert "EC2 could not be asked which processors c7i.large has" in _errors(refused)
    assert refused.steps == ()
    world.assert_nothing_half_done()
