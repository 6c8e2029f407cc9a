"""A project of its own: made of the template under another name, tagged in, and brought to the next version."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from release import archive, parts
from tests.lab.newcomer import NAME, Newcomer, beginning, next_template
from tests.lab.typed import type_in, typed
from tests.lab.world import FIRST, LIVE, SECOND
from tests.pages import FIRST_TIME, Page

UPGRADE = Page("docs/upgrade.md")
STACKS = (FIRST, SECOND, LIVE)


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Newcomer]:
    with beginning(tmp_path) as begun:
        yield begun


def git(newcomer: Newcomer, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=newcomer.project, env=newcomer.environment, check=True, capture_output=True, text=True
    ).stdout


def begin(newcomer: Newcomer) -> None:
    """Type how docs/first-time.md begins, then what the project's own README says, to its end: a tag-in."""
    (first, *_) = typed(FIRST_TIME)
    assert first.command.startswith("pulumi new")
    type_in([first], newcomer.folder, newcomer.environment)
    readme = typed(Page(str(newcomer.project / "README.md")))
    assert len(readme) == 3
    type_in(readme, newcomer.project, newcomer.environment)


def next_version(newcomer: Newcomer) -> str:
    """The address of the version after the one that he has taken."""
    with tempfile.TemporaryDirectory() as scratch:
        next_template(Path(scratch, "template"))
        archive.pack(Path(scratch, "template"), newcomer.templates / "the-next.zip")
    return f"{newcomer.environment['TEMPLATE'].rpartition('/')[0]}/the-next.zip"


def test_a_project_of_another_name_is_made_tags_in_and_takes_over_the_next_version(newcomer: Newcomer) -> None:
    begin(newcomer)

    world, project = newcomer.world, newcomer.project
    assert world.weights() == {FIRST: 0, SECOND: 100}
    assert world.in_charge() == SECOND
    for stack in STACKS:
        urns = [one["urn"] for one in world.state(stack)["resources"]]
        assert urns
        assert all(urn.startswith(f"urn:pulumi:{stack}::{NAME}::") for urn in urns)
    world.assert_nothing_half_done()
    world.assert_always_carried()
    content = yaml.safe_load((project / "Pulumi.yaml").read_text())
    assert (content["name"], content.get("template")) == (NAME, None)
    assert {path.name for path in project.iterdir()} - {"__pycache__"} == {*parts.GIVEN, ".git", ".venv"}
    board = subprocess.run(
        [".venv/bin/python", "-m", "board", "--json"],
        cwd=project,
        env=newcomer.environment,
        capture_output=True,
        check=False,
    )
    assert json.loads(board.stdout)["in_charge"]["colour"] == SECOND, board.stderr

    # He has made it his own, and takes over the next version.
    (project / "policies" / "ours.txt").write_text("ours\n")
    world.workspace.edit_stack(FIRST, release="1.5.0")
    git(newcomer, "add", ".")
    git(newcomer, "commit", "-m", "ours")
    before = yaml.safe_load((project / "Pulumi.yaml").read_text())["config"]
    environment = {**newcomer.environment, "TEMPLATE": next_version(newcomer)}
    take_over, packages, idle, tag_in, other, _ = typed(UPGRADE)
    type_in([take_over], project, environment)

    assert git(newcomer, "status", "--porcelain") == ""
    after = yaml.safe_load((project / "Pulumi.yaml").read_text())["config"]
    assert after["port"]["description"].startswith("The port")
    assert {key for key in after if after[key] != before.get(key)} == {"port", "pulumi:tags"}
    assert (project / "policies" / "ours.txt").exists()
    assert not (project / "docs" / "freeze.md").exists()
    assert "1.5.0" in (project / f"Pulumi.{FIRST}.yaml").read_text()
    world.workspace.edit_stack(FIRST, release="1.4.1")

    world.wait_until_drained()
    # Nothing but what its changelog would say.
    preview = world.preview(FIRST, "--policy-pack", "policies")
    assert (preview.exit_code, preview.steps) == (0, ()), preview.output
    assert not [one for one in preview.violations if one.level == "mandatory"]
    assert world.preview(LIVE, "--expect-no-changes").exit_code == 0
    type_in([packages, idle, tag_in], project, environment)
    assert world.weights() == {FIRST: 100, SECOND: 0}
    world.wait_until_drained()
    type_in([other], project, environment)
    assert [world.outputs(colour)["next"] for colour in (FIRST, SECOND)] == ["is there"] * 2
    world.assert_nothing_half_done()
    world.assert_always_carried()
