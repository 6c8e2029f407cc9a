"""Setting up `.venv`: how far it is, of what pip says and of what is there."""

import subprocess
import sys
from pathlib import Path

import pytest

from lab import installing
from tests.pages import ROOT

# Fetches two, and installs one; each time waits until it was seen.
PIP = """
import pathlib, sys, time
def seen(text):
    for _ in range(600):
        if text in pathlib.Path("said").read_text():
            return
        time.sleep(0.05)
    sys.exit(9)
print("Collecting a==1\\n  Downloading a\\nCollecting b==2", flush=True)
seen("2 of at most 3 packages fetched")
pathlib.Path("site/a-1.dist-info").mkdir()
seen("1 of at most 3 packages installed, 0 files")
pathlib.Path("site/b.py").touch()
seen("1 of at most 3 packages installed, 1 files")
print("no such package", file=sys.stderr)
sys.exit(3)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "site").mkdir()
    (tmp_path / "said").touch()
    (tmp_path / "one.txt").write_text(
        "a==1 \\\n    --hash=sha256:0\nb[x]==2 ; sys_platform != 'b' \\\n    # via a==1\n"
    )
    (tmp_path / "two.txt").write_text("a==1\nc==3\n")
    return tmp_path


def test_packages_of_all_files_are_counted_once(folder: Path) -> None:
    assert installing.pinned([folder / "one.txt", folder / "two.txt"]) == 3
    assert installing.pinned([ROOT / "requirements.txt"]) > 30


def test_it_says_every_few_seconds_how_far_it_is_and_ends_as_pip_does(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def report(line: str) -> None:
        with (folder / "said").open("a") as said:
            said.write(f"{line}\n")

    monkeypatch.setattr(installing, "PIP", (sys.executable, "-c", PIP))
    monkeypatch.setattr(installing, "TICK_SECONDS", 0.05)
    monkeypatch.setattr(installing, "_report", report)
    assert installing.main(["one.txt", "two.txt"], folder / "site") == 3
    assert capfd.readouterr() == ("", "no such package\n")


def test_what_runs_before_anything_is_installed_needs_nothing_but_the_standard_library() -> None:
    code = "import lab.installing, lab.prerequisites"
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
