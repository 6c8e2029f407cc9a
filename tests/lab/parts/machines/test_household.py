"""The files of machines: what a killed lab left goes, what a running one has stays."""

import fcntl
import tempfile
from pathlib import Path

import pytest

from lab.machines.household import Household


def test_what_a_killed_lab_left_is_cleared_and_what_a_running_one_has_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, held, strange = (tmp_path / f"tag-team-machines-{name}" for name in ("left", "held", "strange"))
    for folder in (left, held, strange):
        (folder / "i-0").mkdir(parents=True)
    (left / "lock").touch()
    with (held / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        household = Household()
        assert (left.exists(), held.exists(), strange.exists()) == (False, True, True)
    household.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tag-team-machines-held", "tag-team-machines-strange"]


def test_a_temporary_folder_with_a_space_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spaced = tmp_path / "with a space"
    spaced.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(spaced))
    household = Household()
    home = household.settle("i-0", b"#!/bin/bash\n", ["docker"], 1, "token")
    assert " " not in str(home)
    household.close()
    assert not home.exists()
