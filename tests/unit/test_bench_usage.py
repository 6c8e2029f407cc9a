"""The bench: what a command took, with all that it started, also what outlived its parent."""

import math
import os
import subprocess
import sys
from pathlib import Path

from bench import usage
from bench.usage import Usage, children, descendants, resident_bytes

PROGRAM = usage.__file__
# Busy for so much of its own time; it ends with its parent gone, or not.
BUSY = "import time; began = time.process_time()\nwhile time.process_time() - began < 0.2: pass"
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
    watchdog = subprocess.Popen(["sleep", "infinity"])
    try:
        usage._reap(children(os.getpid()), math.inf)  # would not come back
        assert watchdog.poll() is None
    finally:
        watchdog.kill()
        watchdog.wait()


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
