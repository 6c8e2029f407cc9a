"""Which vegeta is taken: the user's own of the pinned version, or one that is built; with programs that are made up."""

from pathlib import Path

import pytest

from lab.go_build import MissingPrerequisite
from lab.load import vegeta
from tests.lab.parts.test_toolchain import FAKE_GO, calls, no_report, write_go


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """The environment of a user with a working Go and nothing in the cache."""
    (tmp_path / "bin").mkdir()
    write_go(tmp_path, FAKE_GO)
    return {
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "CALLS": str(tmp_path / "calls"),
        "SDK": "",
    }


def own(machine: dict[str, str], script: str) -> Path:
    program = Path(machine["HOME"]) / "bin" / "vegeta"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def builds(machine: dict[str, str]) -> list[str]:
    return [call for call in calls(machine) if call.startswith("build")] if Path(machine["CALLS"]).exists() else []


def test_it_is_built_once_with_its_version_in_it_and_in_its_folder(machine: dict[str, str]) -> None:
    program = vegeta.ensure(no_report, machine)
    assert program.parent.name.startswith("vegeta-v12.13.0-")
    (build,) = builds(machine)
    assert build.split()[-1] == "github.com/tsenart/vegeta/v12"
    assert "-X main.Version=v12.13.0" in build
    assert vegeta.ensure(no_report, machine | {"PATH": "/nonexistent"}) == program
    assert len(builds(machine)) == 1


@pytest.mark.parametrize("said", ["Version: 12.13.0", "Version: v12.13.0\\nCommit: abc"])
def test_the_users_own_of_that_version_is_taken(machine: dict[str, str], said: str) -> None:
    program = own(machine, f"printf '{said}\\n'")
    assert vegeta.ensure(no_report, machine) == program
    assert builds(machine) == []


@pytest.mark.parametrize(
    "script", ["echo 'Version: 12.12.0'", "echo 'Version: '", "echo v12.13.0", "exit 1", "kill -9 $$"]
)
def test_one_of_another_version_or_of_none_is_not(machine: dict[str, str], script: str) -> None:
    program = own(machine, script)
    assert vegeta.ensure(no_report, machine) != program
    assert len(builds(machine)) == 1


def test_without_go_one_line_says_what_to_install(machine: dict[str, str]) -> None:
    with pytest.raises(MissingPrerequisite) as caught:
        vegeta.ensure(no_report, machine | {"PATH": "/nonexistent"})
    assert "vegeta is built with it: install Go" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_built_one_says_its_version() -> None:
    assert vegeta.version(vegeta.ensure(no_report)) == "v12.13.0"
