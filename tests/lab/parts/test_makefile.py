"""The Makefile: what it says for whom it sets up, and what it asks for before that."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lab import toolchain
from lab.workspace import CHECKOUT

# Notes that an environment was to be made, which then does nothing; all else is real.
PYTHON = f"""#!/bin/sh
case "$*" in
*venv*) mkdir -p .venv/bin && printf '#!/bin/sh\\n' > .venv/bin/python && chmod +x .venv/bin/python ;;
*) exec {shlex.quote(sys.executable)} "$@" ;;
esac
"""
WITH_GO = ("rehearsal", "rehearsal-naive", "rehearsal-faults", "preview-policies", "bench", "test", "test-lab")
ALSO_WITH_GO = ("test-long", "test-rebuilds", "lab")
WITHOUT_GO = ("setup", "test-unit", "test-policies", "rehearsal-aws", "lab-down")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A clone with no virtual environment, on a machine without Go and with nothing in its cache."""
    for name in ("bin", "tests"):
        (tmp_path / name).mkdir()
    for tool in ("make", "sh", "awk", "touch", "mkdir", "chmod"):
        (tmp_path / "bin" / tool).symlink_to(str(shutil.which(tool)))
    (tmp_path / "bin" / "python3").write_text(PYTHON)
    (tmp_path / "bin" / "python3").chmod(0o755)
    for name in ("Makefile", "lab", "cutover"):
        (tmp_path / name).symlink_to(CHECKOUT / name)
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).touch()
    return tmp_path


def make(folder: Path, *targets: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": str(folder / "bin"), "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    return subprocess.run(
        ["make", *targets], cwd=folder, env=environment, capture_output=True, text=True, errors="replace", check=False
    )


@pytest.mark.parametrize("target", [*WITH_GO, *ALSO_WITH_GO])
def test_a_go_that_is_missing_is_said_before_the_environment_is_made(folder: Path, target: str) -> None:
    done = make(folder, target)
    said = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert done.returncode != 0
    assert len(said) == 1
    assert said[0].startswith("Go is missing, and the engine is built with it: install Go from https://go.dev/dl/")
    assert not (folder / ".venv").exists()


@pytest.mark.parametrize("target", WITHOUT_GO)
def test_what_needs_no_go_does_not_ask_for_it(folder: Path, target: str) -> None:
    done = make(folder, target)
    assert "Go" not in done.stderr
    assert (folder / ".venv").exists()


def test_where_the_engine_is_built_already_nobody_asks_for_go_until_something_else_takes_it(folder: Path) -> None:
    (folder / "cache" / "tag-team" / f"engine-{toolchain.engine_key()}").mkdir(parents=True)
    done = make(folder, "rehearsal")
    assert "Go is missing, and vegeta is built with it" in done.stderr
    assert not (folder / ".venv").exists()
    done = make(folder, "lab")
    assert done.returncode == 0, done.stderr


def test_the_help_names_each_target_in_one_column_and_says_of_each_what_it_does_in_the_next(folder: Path) -> None:
    lines = make(folder).stdout.splitlines()
    rows = [re.fullmatch(r"  make ([a-z-]+) +(.*)", line) for line in lines]
    assert None not in rows
    found = {row.group(1): row for row in rows if row is not None}
    (phony,) = re.findall(r"^\.PHONY: (.*)$", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)
    assert sorted(found) == sorted(phony.split())
    assert len({row.start(2) for row in found.values()}) == 1
    # A line that is read alone has to be understood alone.
    assert not [
        row.group(2) for row in found.values() if re.match(r"(Those|The same|It)\b|.*\bthat lab\b", row.group(2))
    ]
    assert not [row.group(2) for row in found.values() if re.search(r"\b(Stop it)$", row.group(2))]
