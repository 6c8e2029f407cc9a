"""A machine that dies takes everything along that ran on it."""

import subprocess
import time
from pathlib import Path

from lab import process_tree

# A shell that starts a child in a session of its own, which starts one too; each writes its id.
TREE = "echo $$; setsid sh -c 'echo $$; sleep 600 & echo $!; wait' & wait"


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "gone"


def test_all_that_a_process_has_started_is_killed_whichever_session_it_is_in() -> None:
    process = subprocess.Popen(["sh", "-c", TREE], stdout=subprocess.PIPE)
    assert process.stdout is not None
    pids = [int(process.stdout.readline()) for _ in range(3)]
    assert set(pids) <= set(process_tree.descendants(process.pid))
    assert set(pids) <= set(process_tree.kill(process.pid))
    process.wait()
    process.stdout.close()
    deadline = time.monotonic() + 60
    while any(_state(pid) not in ("gone", "Z") for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_process_that_has_ended_already_is_nothing_to_kill() -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    assert process_tree.kill(process.pid) == [process.pid]
