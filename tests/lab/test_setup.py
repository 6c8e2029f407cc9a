"""`pulumi new` and `sh setup.sh`, with the real engine and no cluster: what they make, and what is refused."""

import subprocess
from pathlib import Path

import pytest
import yaml

from lab.workspace import CHECKOUT
from release import template
from tests.lab.newcomer import GIT, next_template, pinned_already
from tests.lab.typed import type_in, typed
from tests.lab.world import FIRST, LIVE, SECOND, World
from tests.pages import Page

NAME = "other-name"


@pytest.fixture
def environment(built_world: World, tmp_path: Path) -> dict[str, str]:
    """That of the world, with a backend of its own."""
    backend = tmp_path / "backend"
    backend.mkdir()
    python = pinned_already(tmp_path / "python3")
    return {**built_world.workspace.environment, **GIT, "PULUMI_BACKEND_URL": backend.as_uri(), "PYTHON": str(python)}


@pytest.fixture
def project(environment: dict[str, str], tmp_path: Path) -> Path:
    """What `pulumi new` has made of the template, as a folder."""
    template.assemble(CHECKOUT, tmp_path / "template")
    command = ["pulumi", "new", str(tmp_path / "template"), "--generate-only", "--yes", "--dir", NAME, "--name", NAME]
    done = run(command, tmp_path, environment)
    assert done.returncode == 0, done.stderr
    assert "sh setup.sh REGION" in done.stdout
    return tmp_path / NAME


def run(command: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def test_a_project_of_its_own_name_is_made_and_set_up_and_that_can_be_repeated(
    project: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    made = yaml.safe_load((project / "Pulumi.yaml").read_text())
    ours = yaml.safe_load((CHECKOUT / "Pulumi.yaml").read_text())
    tags = made["config"].pop("pulumi:tags")
    assert tags == {"value": {"pulumi:template": str(tmp_path / "template")}}
    assert made == {**ours, "name": NAME}
    assert (project / "README.md").read_text().startswith(f"# {NAME}\n")
    differing = {
        path.relative_to(project).as_posix()
        for path in project.rglob("*")
        if path.is_file() and path.read_bytes() != (tmp_path / "template" / path.relative_to(project)).read_bytes()
    }
    assert differing == {"Pulumi.yaml", "README.md"}

    done = run(["sh", "setup.sh", "eu-central-1"], project, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    for stack in (FIRST, SECOND, LIVE):
        assert f"stack {stack}: made" in done.stdout
        assert (tmp_path / "backend" / ".pulumi" / "stacks" / NAME / f"{stack}.json").exists()
    config = yaml.safe_load((project / "Pulumi.yaml").read_text())["config"]
    assert config.pop("aws:region") == "eu-central-1"
    assert {key: value for key, value in config.items() if key != "pulumi:tags"} == ours["config"]
    # What the stacks' own files said is still there.
    for stack in (FIRST, SECOND, LIVE):
        before, after = (yaml.safe_load((root / f"Pulumi.{stack}.yaml").read_text()) for root in (CHECKOUT, project))
        assert [*after["config"].values()] == [*before["config"].values()]

    files = {path: path.read_bytes() for path in project.glob("Pulumi*.yaml")}
    again = run(["sh", "setup.sh"], project, environment)
    assert again.returncode == 0, again.stdout + again.stderr
    assert again.stdout.count("is there already") == 4
    assert {path: path.read_bytes() for path in project.glob("Pulumi*.yaml")} == files


def test_whoever_is_logged_in_nowhere_is_told_to_and_nothing_is_made(
    project: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    nowhere = {name: value for name, value in environment.items() if name != "PULUMI_BACKEND_URL"}
    # The engine's own notes of who is logged in are in its home.
    home = tmp_path / "home"
    home.mkdir()
    for path in Path(environment["PULUMI_HOME"]).iterdir():
        if path.name == "plugins":
            (home / path.name).symlink_to(path)
    before = (project / "Pulumi.yaml").read_bytes()
    done = run(["sh", "setup.sh", "eu-central-1"], project, {**nowhere, "PULUMI_HOME": str(home)})
    assert done.returncode == 1
    assert "refused: `pulumi whoami --json` does not answer" in done.stderr
    assert "next:    pulumi login" in done.stderr
    assert (project / "Pulumi.yaml").read_bytes() == before
    assert not list((tmp_path / "backend").iterdir())


def test_without_a_region_nothing_is_made(project: Path, environment: dict[str, str], tmp_path: Path) -> None:
    done = run(["sh", "setup.sh"], project, environment)
    assert done.returncode == 1
    assert "refused: nothing says in which region the clusters are to be" in done.stderr
    assert not list((tmp_path / "backend").rglob("*.json"))


def test_a_project_that_has_no_branch_of_templates_gets_one_and_takes_over_a_version(
    environment: dict[str, str], tmp_path: Path
) -> None:
    template.assemble(CHECKOUT, tmp_path / "template")
    next_template(tmp_path / "next")
    shop = tmp_path / "shop"
    new = ["pulumi", "new", str(tmp_path / "template"), "--generate-only", "--yes", "--dir", "shop", "--name", "shop"]
    assert run(new, tmp_path, environment).returncode == 0
    project = shop / "Pulumi.yaml"
    project.write_text(project.read_text().replace("default: [www.shop.example]", "default: [www.ours.example]"))
    for command in (["git", "init", "-q", "-b", "main"], ["git", "add", "."], ["git", "commit", "-q", "-m", "ours"]):
        assert run(command, shop, environment).returncode == 0
    before = project.read_text()
    assert "www.ours.example" in before
    take_over, *_, without = typed(Page("docs/upgrade.md"))
    templates = {"TEMPLATE_OF_MY_VERSION": str(tmp_path / "template"), "TEMPLATE": str(tmp_path / "next")}

    type_in([without], shop, {**environment, **templates})
    assert project.read_text() == before
    type_in([take_over], shop, {**environment, **templates})

    after = yaml.safe_load(project.read_text())["config"]
    assert after["names"]["default"] == ["www.ours.example"]
    assert after["port"]["description"].startswith("The port")
    assert not (shop / "docs" / "freeze.md").exists()
    assert run(["git", "status", "--porcelain"], shop, environment).stdout == ""
    assert not (tmp_path / "shop-template").exists()
