"""`python usage.py REPORT COMMAND…`: run a command, and write what it and all that it started took to the file REPORT.

A program of its own, without imports of this project: it is what the operating system accounts the processes of a
command to. JSON, see `Usage`; the exit code is the command's. Linux only, like the lab.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

# From then on processes whose parent has died are this one's: https://man7.org/linux/man-pages/man2/pr_set_child_subreaper.2const.html
PR_SET_CHILD_SUBREAPER = 36
LOOK_SECONDS = 0.25
# Watchdogs of plugins end some seconds after what they watch.
STRAGGLER_SECONDS = 10.0


@dataclass(frozen=True)
class Usage:
    """One command and everything that it started.

    began_at: Unix time. seconds: until the command itself ended. cpu_seconds: user and system. peak_megabytes: the most
    resident memory of all together, looked at four times a second; pages that several of them share count in each.
    """

    began_at: float
    seconds: float
    cpu_seconds: float
    peak_megabytes: float

    @property
    def ended_at(self) -> float:
        """Unix time."""
        return self.began_at + self.seconds

    @staticmethod
    def read(report: Path) -> "Usage":
        """What was written to `report`."""
        return Usage(**json.loads(report.read_text(encoding="utf-8")))


def descendants(parents: Mapping[int, int], root: int) -> set[int]:
    """The processes below `root`, by the parent of each process."""
    found: set[int] = set()
    edge = {root}
    while edge:
        edge = {pid for pid, parent in parents.items() if parent in edge} - found
        found |= edge
    return found


def resident_bytes(root: int, proc: Path = Path("/proc")) -> int:
    """Of all processes below `root`, at this moment."""
    parents, pages = _processes(proc)
    return sum(pages[pid] for pid in descendants(parents, root)) * resource.getpagesize()


def children(root: int, proc: Path = Path("/proc")) -> frozenset[int]:
    """The processes whose parent is `root`, at this moment, those that have ended and wait for it too."""
    return frozenset(pid for pid, parent in _processes(proc)[0].items() if parent == root)


def _processes(proc: Path) -> tuple[dict[int, int], dict[int, int]]:
    """The parent and the resident pages of each."""
    parents, pages = {}, {}
    for entry in proc.iterdir():
        if entry.name.isdigit():
            try:
                # After the name, which is in brackets and may hold anything: state, parent, …, resident pages.
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue  # it has ended meanwhile
            parents[int(entry.name)], pages[int(entry.name)] = int(fields[1]), int(fields[21])
    return parents, pages


def run(command: Sequence[str]) -> tuple[int, Usage]:
    """Run `command` to its end, and to the end of all that it started: its exit code, and what it took."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "PR_SET_CHILD_SUBREAPER")
    peak, ended = [0], threading.Event()

    def look() -> None:
        while not ended.wait(LOOK_SECONDS):
            peak[0] = max(peak[0], resident_bytes(os.getpid()))

    threading.Thread(target=look, daemon=True).start()
    # Who started this program may have left it children of theirs: a watchdog, which waits for the end of it.
    others = children(os.getpid())
    began_at, began = time.time(), time.monotonic()
    child = subprocess.Popen(command)
    code = child.wait()
    seconds = time.monotonic() - began
    ended.set()
    _reap(others, STRAGGLER_SECONDS)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return code, Usage(began_at, seconds, used.ru_utime + used.ru_stime, peak[0] / 2**20)


def _reap(others: frozenset[int], patience_seconds: float) -> None:
    """Wait for what the command left behind, and not for `others`: only who is waited for is accounted."""
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline and children(os.getpid()) - others:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            time.sleep(0.02)


def main(arguments: Sequence[str]) -> int:
    """Run the command and write the report."""
    report, *command = arguments
    code, usage = run(command)
    Path(report).write_text(json.dumps(asdict(usage)), encoding="utf-8")
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
