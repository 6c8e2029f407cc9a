"""Everything that a process has started, killed at one moment: as when the machine that it runs on dies."""

import contextlib
import os
import signal
from collections import defaultdict
from pathlib import Path


def descendants(pid: int) -> list[int]:
    """A process and all that it started and that they started, whichever group or session they are in."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            children[parent].append(int(folder.name))
    found = [pid]
    for one in found:
        found += children[one]
    return found


def kill(pid: int) -> list[int]:
    """SIGKILL to all of them; returns their ids. They are stopped first, so that nobody sees another one die."""
    stopped: set[int] = set()
    while new := [one for one in descendants(pid) if one not in stopped]:
        for one in new:
            _signal(one, signal.SIGSTOP)
        stopped.update(new)
    for one in stopped:
        _signal(one, signal.SIGKILL)
    return sorted(stopped)


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
