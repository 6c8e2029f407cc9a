"""Ctrl-C while two `pulumi` build: it is said at once what is waited for, and nothing goes on behind it."""

import os
import signal
import threading
from pathlib import Path

import pytest

from lab import rehearsal
from lab.figures import Figures
from lab.own_project import OwnAccount
from lab.workspace import Workspace
from tests.lab.parts.test_lifeline import is_running, pid_in

# Takes no notice of signals that ask, as one that waits for an AWS that is gone; ends by itself once it may, or late.
PULUMI = """#!/bin/sh
trap '' INT TERM
echo $$ > "$3.pid"
for _ in $(seq 300); do [ -e end ] && break; sleep 0.1; done
echo > "$3.ended"
"""
PROJECT = "name: shop\nconfig:\n  cidrs: {default: {amber: 10.0.0.0/16, violet: 10.1.0.0/16}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project, and a `pulumi` that is started and does not end."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pulumi").write_text(PULUMI)
    (tmp_path / "bin" / "pulumi").chmod(0o755)
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    (tmp_path / "Pulumi.live.yaml").write_text("config: {}\n")
    return tmp_path


def interrupted(made: Workspace, said: list[str]) -> list[int]:
    """Press Ctrl-C as soon as both run; their process ids. What is reported gets into `said`."""
    pids: list[int] = []

    def press() -> None:
        pids.extend(pid_in(made.directory / f"{colour}.pid") for colour in ("amber", "violet"))
        os.kill(os.getpid(), signal.SIGINT)

    def report(line: str) -> None:
        said.append(line)
        if "waiting until" in line:
            assert all(map(is_running, pids))
            (made.directory / "end").touch()

    presser = threading.Thread(target=press)
    # Whoever runs the tests in the background has SIGINT ignored, and so would they.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        presser.start()
        with pytest.raises(KeyboardInterrupt):
            rehearsal.rehearse(made, lambda: pytest.fail("no clients yet"), Figures("", ""), report)
        presser.join()
    finally:
        signal.signal(signal.SIGINT, before)
    return pids


def environment(folder: Path) -> dict[str, str]:
    return {"PATH": f"{folder / 'bin'}:/usr/bin:/bin"}


def ended(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.ended"))


def test_in_the_lab_both_are_ended_at_once_which_is_said_last(folder: Path) -> None:
    said: list[str] = []
    pids = interrupted(Workspace(folder, environment(folder)), said)
    assert said[-1] == "interrupted; ending the pulumi of amber and violet"
    assert not [pid for pid in pids if is_running(pid)]
    assert ended(folder) == [], "they were not waited for"


def test_on_an_account_they_go_on_to_their_end_which_is_said(folder: Path) -> None:
    said: list[str] = []
    interrupted(OwnAccount(folder, environment(folder)), said)
    assert any("interrupted; waiting until the pulumi of amber and violet has ended" in line for line in said)
    assert ended(folder) == ["amber.ended", "violet.ended"]
