"""`pulumi new` and `sh setup.sh`, with the real engine and no cluster: what they make, and what is refused."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from lab.workspace import CHECKOUT
from release import parts, template
from tests.lab.newcomer import GIT, OF_PROJECT, next_template, pinned_already
from tests.lab.typed import type_in, typed
from tests.lab.world import FIRST, LIVE, SECOND, World
from tests.pages import Page

NAME = "other-name"
UPGRADE = Page("docs/upgrade.md")


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
    before, live = project.read_text(), (shop / f"Pulumi.{LIVE}.yaml").read_text()
    assert "www.ours.example" in before
    take_over, *_, without = typed(UPGRADE)
    templates = {"TEMPLATE_OF_MY_VERSION": str(tmp_path / "template"), "TEMPLATE": str(tmp_path / "next"), **OF_PROJECT}

    type_in([without], shop, {**environment, **templates})
    assert project.read_text() == before
    type_in([take_over], shop, {**environment, **templates})

    after = yaml.safe_load(project.read_text())["config"]
    assert after["names"]["default"] == ["www.ours.example"]
    # He has not touched it, and still nobody is tagged in by a template.
    assert (shop / f"Pulumi.{LIVE}.yaml").read_text() == live
    assert after["port"]["description"].startswith("The port")
    assert not (shop / "docs" / "freeze.md").exists()
    assert run(["git", "status", "--porcelain"], shop, environment).stdout == ""
    assert not (tmp_path / "shop-template").exists()


def upstream(folder: Path, environment: dict[str, str]) -> str:
    """The repository as it is cloned, lab and tests and all, with keys in the namespace that they had; its commit."""
    tracked = run(["git", "ls-files", "-z"], CHECKOUT, environment).stdout.split("\0")
    for name in filter(None, tracked):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CHECKOUT / name, folder / name)
    for stack in (FIRST, SECOND, LIVE):
        file = folder / f"Pulumi.{stack}.yaml"
        file.write_text(re.sub("^  (?=[a-z])", "  tag-team:", file.read_text(), flags=re.MULTILINE))
        assert "  tag-team:" in file.read_text()
    commit_all(folder, environment, new=True)
    return run(["git", "rev-parse", "HEAD"], folder, environment).stdout.strip()


def commit_all(folder: Path, environment: dict[str, str], *, new: bool = False) -> None:
    commands = [["git", "add", "."], ["git", "commit", "-q", "-m", "x"]]
    for command in [["git", "init", "-q", "-b", "main"], *commands] if new else commands:
        done = run(command, folder, environment)
        assert done.returncode == 0, done.stderr


def clone_of_ours(folder: Path, environment: dict[str, str]) -> Path:
    """A clone of `upstream`, with a name, a release and a file of its own."""
    assert run(["git", "clone", "-q", "upstream", "shop"], folder, environment).returncode == 0
    shop = folder / "shop"
    project = shop / "Pulumi.yaml"
    project.write_text(project.read_text().replace("default: [www.shop.example]", "default: [www.ours.example]"))
    (shop / f"Pulumi.{FIRST}.yaml").write_text("config:\n  tag-team:release: 1.4.1\n")
    (shop / "policies" / "ours.txt").write_text("ours\n")
    commit_all(shop, environment)
    return shop


def test_a_project_that_began_as_a_clone_takes_over_a_version_and_keeps_its_name_and_its_stacks(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """As all of 0.1.0 did, which never was a template."""
    commit = upstream(tmp_path / "upstream", environment)
    next_template(tmp_path / "next")
    shop = clone_of_ours(tmp_path, environment)
    project = shop / "Pulumi.yaml"
    before, stacks = (
        yaml.safe_load(project.read_text()),
        {path: path.read_text() for path in shop.glob("Pulumi.*.yaml")},
    )
    take_over, *_, clone, _ = typed(UPGRADE)
    of_project = {"NAME": before["name"], "DESCRIPTION": before["description"]}

    type_in(
        [clone, take_over], shop, {**environment, **of_project, "COMMIT": commit, "TEMPLATE": str(tmp_path / "next")}
    )

    after = yaml.safe_load(project.read_text())
    assert (after["name"], after["description"]) == ("tag-team", before["description"])
    assert after["config"]["names"]["default"] == ["www.ours.example"]
    assert after["config"]["port"]["description"].startswith("The port")
    assert {path: path.read_text() for path in shop.glob("Pulumi.*.yaml")} == stacks
    assert 'export("next"' in (shop / "components" / "colour_stack.py").read_text()
    there = {path.name for path in shop.iterdir()}
    assert there == {*parts.given(CHECKOUT), ".git"}
    assert (shop / "policies" / "ours.txt").exists()
    assert run(["git", "status", "--porcelain"], shop, environment).stdout == ""
