"""The workflows are what GitHub takes, and what its field calls safe."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lab import actionlint
from lab.workspace import CHECKOUT
from tests.lab.building import report

BINARIES = Path(sys.prefix, "bin")
WORKFLOWS = sorted((CHECKOUT / ".github" / "workflows").glob("*.yml"))
# Of a step of its own, in a workflow that is otherwise well.
BROKEN = """\
on: pull_request
permissions: {}
concurrency: one
jobs:
  one:
    runs-on: ubuntu-24.04
    steps:
      - run: echo ${{ github.event.pull_request.title }} $undefined_array[0] ${{ github.nothing }}
"""


@pytest.fixture(scope="session")
def linter() -> Path:
    return actionlint.ensure(report)


def run_actionlint(linter: Path, *paths: Path) -> subprocess.CompletedProcess[str]:
    # With ShellCheck in its PATH it lints the steps' scripts too.
    command = [str(linter), "-no-color", "-shellcheck", str(BINARIES / "shellcheck"), *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=CHECKOUT)


def zizmor(*paths: Path) -> subprocess.CompletedProcess[str]:
    # Where a token is set it would look things up.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GH_", "GITHUB_"))}
    command = [str(BINARIES / "zizmor"), "--offline", "--no-progress", *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_actionlint_has_nothing_to_say(linter: Path) -> None:
    done = run_actionlint(linter, *WORKFLOWS)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
    assert len(WORKFLOWS) >= 5


def test_zizmor_has_no_finding() -> None:
    done = zizmor(CHECKOUT / ".github")
    assert done.returncode == 0, done.stdout + done.stderr


def test_both_find_what_is_wrong(linter: Path, tmp_path: Path) -> None:
    broken = tmp_path / ".github" / "workflows" / "broken.yml"
    broken.parent.mkdir(parents=True)
    broken.write_text(BROKEN)
    said = run_actionlint(linter, broken)
    assert said.returncode == 1
    assert "github.event.pull_request.title" in said.stdout
    assert "shellcheck" in said.stdout
    found = zizmor(broken)
    assert found.returncode > 10
    assert "template-injection" in found.stdout
