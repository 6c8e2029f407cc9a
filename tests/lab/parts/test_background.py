"""`make lab` and `make lab-down`: a lab that is up is nobody's to throw away by starting it again."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.client import LabClient
from tests.lab import clones
from tests.lab.parts.test_lifeline import wait_until_gone

PULUMI = ".lab/state/.pulumi/stacks/tag-team"


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Path]:
    """A clone, in which no lab is left behind."""
    made = clones.clone(tmp_path)
    yield made
    assert lab(made, "down").returncode == 0


def lab(clone: Path, command: str) -> "subprocess.CompletedProcess[str]":
    """As the Makefile starts it."""
    arguments = (sys.executable, "-E", "-X", "utf8", "-m", "lab", command)
    return subprocess.run(arguments, cwd=clone, capture_output=True, text=True, check=False)


def server(clone: Path) -> int:
    return int((clone / ".lab" / "server.pid").read_text())


def client(clone: Path) -> LabClient:
    return LabClient(json.loads((clone / ".lab" / "addresses.json").read_text())["endpoint"])


def test_a_lab_that_is_up_is_not_started_again_and_says_what_it_holds_and_a_dead_one_is(clone: Path) -> None:
    assert lab(clone, "up").returncode == 0
    first, entered = server(clone), (clone / ".lab" / "env").read_text()
    again = lab(clone, "up")
    end = ": make status shows it; make lab-down throws it away\n"
    assert (again.returncode, again.stderr) == (1, f"lab: a lab is up here, with nothing built yet{end}")
    # As `pulumi up` leaves them; the third, in the midst of being written.
    full = json.dumps({"checkpoint": {"latest": {"resources": [{}]}}})
    for stack, text in {"red": full, "blue": full, "live": full[:9]}.items():
        (clone / PULUMI / f"{stack}.json").write_text(text)
    again = lab(clone, "up")
    assert (again.returncode, again.stderr) == (1, f"lab: a lab is up here, with blue, live, red built{end}")
    assert (server(clone), (clone / ".lab" / "env").read_text()) == (first, entered)
    assert client(clone).is_ready()
    os.kill(first, signal.SIGKILL)
    assert wait_until_gone(first)
    anew = lab(clone, "up")
    assert anew.returncode == 0, anew.stderr
    assert server(clone) != first
    assert client(clone).is_ready()


def test_one_that_hangs_is_up_and_is_stopped_all_the_same(clone: Path) -> None:
    assert lab(clone, "up").returncode == 0
    hung = server(clone)
    os.kill(hung, signal.SIGSTOP)
    try:
        assert lab(clone, "up").returncode == 1
    finally:
        assert lab(clone, "down").returncode == 0
    assert wait_until_gone(hung)


def test_a_lab_that_could_not_be_laid_out_is_not_in_the_way_of_the_next_one(clone: Path) -> None:
    project = clone / "Pulumi.yaml"
    text = project.read_text()
    project.unlink()
    project.write_text("config: {}\n")
    failed = lab(clone, "up")
    assert failed.returncode == 1, failed.stderr
    assert not (clone / ".lab" / "server.pid").exists()
    project.write_text(text)
    assert lab(clone, "up").returncode == 0


def test_a_process_that_has_the_id_of_a_dead_lab_is_left_alone(clone: Path) -> None:
    with subprocess.Popen(["sleep", "600"]) as other:
        (clone / ".lab").mkdir()
        (clone / ".lab" / "server.pid").write_text(str(other.pid))
        (clone / ".lab" / "addresses.json").write_text("{}")
        up = lab(clone, "up")
        assert other.poll() is None
        other.kill()
    assert up.returncode == 0, up.stderr
