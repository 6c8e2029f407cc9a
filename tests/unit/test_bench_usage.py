"""The bench: what a command took, with all that it started, also what outlived its parent."""

import subprocess
import sys
from pathlib import Path

from bench import usage
from bench.usage import Usage, descendants, resident_bytes
from tests.unit.sources import ROOT

PROGRAM = usage.__file__
# Busy for so much of its own time; it ends with its parent gone, or not.
BUSY = "import time; began = time.process_time()\nwhile time.process_time() - began < 0.2: pass"
WATCHED = """
import math, os, subprocess
from bench import usage
watchdog = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
usage._reap(usage.children(os.getpid()), math.inf)
raise SystemExit(watchdog.poll() is not None)
"""
# No process that is only busy takes so long.
HANGS_SECONDS = 60
LEFT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {BUSY!r}])"


def measured(tmp_path: Path, *command: str) -> tuple[int, Usage]:
    report = tmp_path / "usage.json"
    done = subprocess.run([sys.executable, "-I", PROGRAM, str(report), *command], check=False)
    return done.returncode, Usage.read(report)


def test_the_exit_code_is_the_commands_own(tmp_path: Path) -> None:
    assert measured(tmp_path, sys.executable, "-c", "raise SystemExit(7)")[0] == 7


def test_the_time_of_a_child_counts(tmp_path: Path) -> None:
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}])"
    code, took = measured(tmp_path, sys.executable, "-c", child)
    assert code == 0
    assert took.cpu_seconds >= 0.2
    assert took.ended_at == took.began_at + took.seconds


def test_the_time_of_an_orphan_counts_too(tmp_path: Path) -> None:
    """The provider's plugin is one: whoever started it does not wait for it."""
    code, took = measured(tmp_path, sys.executable, "-c", LEFT)
    assert code == 0
    assert took.cpu_seconds >= 0.2


def test_a_child_that_was_there_before_is_nobodys_straggler() -> None:
    """The watchdog of whoever measures becomes a child of the measuring program, and waits for its end."""
    # In a process of its own, which would not come back, and is ended then: `cat` ends with it.
    done = subprocess.run([sys.executable, "-c", WATCHED], cwd=ROOT, timeout=HANGS_SECONDS, check=False)
    assert done.returncode == 0


def test_descendants_are_those_of_all_generations_and_nobody_elses() -> None:
    assert descendants({2: 1, 3: 2, 4: 3, 5: 9, 9: 0}, 1) == {2, 3, 4}


def test_memory_is_that_of_all_together_also_when_a_name_has_brackets(tmp_path: Path) -> None:
    for pid, parent, pages in ((10, 1, 5), (11, 10, 7), (12, 2, 100)):
        (tmp_path / str(pid)).mkdir()
        zeros = " ".join("0" * 19)
        (tmp_path / str(pid) / "stat").write_text(f"{pid} (a) b) S {parent} {zeros} {pages} 0 0")
    (tmp_path / "self").mkdir()
    page = resident_bytes(10, tmp_path) // 7
    assert resident_bytes(1, tmp_path) == 12 * page > 0
