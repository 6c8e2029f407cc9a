"""Whoever types what docs/adapt.md says gets what it says."""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

from lab import workspace
from tests.lab.another_service import STACKS
from tests.lab.typed import CONFIRMING, type_in, typed
from tests.lab.world import FIRST, LIVE, SECOND, World
from tests.pages import Page

ADAPT = Page("docs/adapt.md")
TEMPLATE, POLICY = "aws:ec2/launchTemplate:LaunchTemplate", "aws:iam/rolePolicy:RolePolicy"
TARGETS = "aws:lb/targetGroup:TargetGroup"
# What the page shows of a file, written into it: the next of what it shows at each call.
_EDITOR = """\
import sys
from pathlib import Path
import yaml
file, queue = Path(sys.argv[1]), Path(__file__).with_name("shown.yaml")
shown, *rest = yaml.safe_load_all(queue.read_text())
queue.write_text(yaml.safe_dump_all(rest))
content = yaml.safe_load(file.read_text())
for key, value in shown.pop("config", {}).items():
    content["config"][key] = {**content["config"][key], **value}
file.write_text(yaml.safe_dump({**content, **shown}, sort_keys=False))
"""


def section(title: str, folder: Path) -> Page:
    """The part of the page below one of its headings, as a page."""
    part = ADAPT.text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    assert part, title
    file = folder / f"{title}.md"
    file.write_text(part)
    return Page(str(file))


def type_section(title: str, world: World, folder: Path) -> None:
    """Type what is to be typed there, in the project's folder."""
    page = section(title, folder)
    (folder / "shown.yaml").write_text(
        "---\n".join(f"{block.text}\n" for block in page.blocks if block.language == "yaml")
    )
    (folder / "editor.py").write_text(_EDITOR)
    editor = folder / "editor"
    editor.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, str(folder / "editor.py")])} "$@"\n')
    editor.chmod(0o755)
    made = world.workspace
    environment = {**made.environment, **CONFIRMING, "PULUMI_OPTION_SKIP_PREVIEW": "true", "EDITOR": str(editor)}
    type_in(typed(page), made.directory, environment)
    assert yaml.safe_load((folder / "shown.yaml").read_text()) is None, "something that is shown was not edited"


def inputs(world: World, stack: str, kind: str) -> Mapping[str, object]:
    """What the one resource of a kind was made with."""
    (found,) = [one["inputs"] for one in world.state(stack)["resources"] if one["type"] == kind]
    return dict(found)


def test_an_image_of_ones_own_and_arm_come_with_a_release_of_the_idle_colour(
    first_in_charge: World, tmp_path: Path
) -> None:
    world = first_in_charge
    type_section("Your image", world, tmp_path)
    type_section("ARM", world, tmp_path)
    template, targets = inputs(world, SECOND, TEMPLATE), inputs(world, SECOND, TARGETS)
    assert template["instanceType"] == "m7g.large"
    of_image = world.workspace.aws("ec2").describe_images(ImageIds=[template["imageId"]])["Images"]
    assert [one["Architecture"] for one in of_image] == ["arm64"]
    assert targets["port"] == 3000
    assert targets["healthCheck"]["path"] == "/ready"  # type: ignore[index]  # a map, by its type
    pulled = "arn:aws:ecr:eu-central-1:123456789012:repository/shop/web"
    assert pulled in str(inputs(world, SECOND, POLICY)["policy"])
    assert world.outputs(SECOND)["cluster"]["release"] == "2.0.0-arm"
    world.assert_nothing_half_done()


def test_a_project_that_gets_another_name_has_nothing_to_change(first_in_charge: World, tmp_path: Path) -> None:
    world = first_in_charge
    type_section("The project's name", world, tmp_path)
    for stack in STACKS:
        planned = world.preview(stack)
        assert planned.exit_code == 0, planned.output
        # What was read of the stacks under their old names is forgotten.
        discarded = {(FIRST, "discard"), (SECOND, "discard")} if stack == LIVE else set()
        assert {(step.name.rpartition("/")[2], step.op) for step in planned.steps} == discarded
        assert all("::shop::" in one["urn"] for one in world.state(stack)["resources"])
    world.must_tag_in(SECOND)
    assert world.weights() == {FIRST: 0, SECOND: 100}
    world.assert_nothing_half_done()
    world.assert_always_carried()


def test_another_service_begins_in_a_folder_of_its_own(first_in_charge: World, tmp_path: Path) -> None:
    world = first_in_charge
    made = workspace.folder_like(world.workspace, world.workspace.directory.parent / "api")
    type_section("Several services in one account", world, tmp_path)
    assert yaml.safe_load((made.directory / "Pulumi.yaml").read_text())["name"] == "shop-api"
    for stack, said in ((SECOND, 0), (LIVE, 1)):
        planned = made.pulumi("preview", "-s", stack)
        assert bool(planned.exit_code) == bool(said), planned.output
    for stack in STACKS:
        planned = world.preview(stack)
        assert (planned.exit_code, planned.steps) == (0, ()), planned.output


def test_every_block_of_the_page_is_in_a_section_that_is_typed(tmp_path: Path) -> None:
    sections = ("Your image", "ARM", "The project's name", "Several services in one account", "From Terraform")
    found = [block.text for title in sections for block in section(title, tmp_path).blocks]
    assert found == [block.text for block in ADAPT.blocks]
    assert [block.not_run for block in ADAPT.blocks if block.not_run] == []
