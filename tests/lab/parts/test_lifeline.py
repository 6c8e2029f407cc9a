"""Children that are really started and really killed: nothing stays behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lab.plugins import lifeline
from lab.plugins.lifeline import Child

CHECKOUT = Path(__file__).resolve().parents[3]
# Starts a grandchild, writes its id, then waits, as the bridge does with the Terraform provider.
FAMILY = 'sleep 600 & echo $! > "$0"; wait'


# However slow the machine is, what ends by itself has ended by then.
PATIENCE_SECONDS = 60.0


@pytest.fixture(autouse=True)
def long_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifeline, "GRACE_SECONDS", PATIENCE_SECONDS)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie that nobody has reaped yet has ended all the same.
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return not state.startswith("Z") and state != ""


def wait_until_gone(pid: int, seconds: float = PATIENCE_SECONDS) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not is_running(pid):
            return True
        time.sleep(0.02)
    return False


def pid_in(file: Path) -> int:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if file.exists() and file.read_text().strip():
            return int(file.read_text())
        time.sleep(0.02)
    raise AssertionError(f"{file} was never written")


def test_the_exit_code_of_a_child_is_returned() -> None:
    assert Child(["sh", "-c", "exit 32"]).wait() == 32


def test_a_child_that_died_of_a_signal_has_its_negative_number() -> None:
    child = Child(["sleep", "600"])
    child.end()
    assert child.wait() == -signal.SIGTERM


def test_the_whole_family_ends_with_the_child(tmp_path: Path) -> None:
    child = Child(["sh", "-c", FAMILY, str(tmp_path / "pid")])
    grandchild = pid_in(tmp_path / "pid")
    child.end()
    assert wait_until_gone(grandchild)


def test_what_a_finished_child_leaves_running_is_ended(tmp_path: Path) -> None:
    child = Child(["sh", "-c", 'sleep 600 & echo $! > "$0"', str(tmp_path / "pid")])
    assert child.wait() == 0
    assert wait_until_gone(pid_in(tmp_path / "pid"))


def test_a_child_that_ignores_the_polite_signal_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifeline, "GRACE_SECONDS", 0.2)
    child = Child(["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"ready\n"
    child.end()
    assert child.wait() == -signal.SIGKILL


def test_the_family_ends_when_its_plugin_is_killed_outright(tmp_path: Path) -> None:
    plugin = (
        f"from lab.plugins import lifeline; lifeline.GRACE_SECONDS = 0.2; lifeline.Child({family(tmp_path)}).wait()"
    )
    process = subprocess.Popen([sys.executable, "-c", plugin], cwd=CHECKOUT)
    grandchild = pid_in(tmp_path / "pid")
    process.kill()
    process.wait()
    assert wait_until_gone(grandchild)


def test_a_child_has_no_input_and_no_other_open_files() -> None:
    child = Child(["sh", "-c", "cat; ls /dev/fd"], stdout=subprocess.PIPE)
    listed = child.stdout.read().split()
    # 3 is the folder that `ls` itself has open.
    assert [int(name) for name in listed] == [0, 1, 2, 3]
    assert child.wait() == 0


def test_a_plugin_stops_when_its_engine_hangs_up() -> None:
    with waiting_plugin() as plugin:
        assert plugin.stdin is not None
        plugin.stdin.close()
        assert plugin.wait(PATIENCE_SECONDS) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_plugin_stops_when_it_is_told_to(number: signal.Signals) -> None:
    with waiting_plugin() as plugin:
        plugin.send_signal(number)
        assert plugin.wait(PATIENCE_SECONDS) == 0


def family(folder: Path) -> list[str]:
    return ["sh", "-c", FAMILY, str(folder / "pid")]


def waiting_plugin() -> subprocess.Popen[bytes]:
    code = (
        "import signal, threading; from lab.plugins import lifeline; real = signal.signal\n"
        "def tell(number, handler):\n"
        "    real(number, handler)\n"
        "    if number == signal.SIGHUP: print('ready', flush=True)\n"
        "signal.signal = tell; lifeline.wait_until_not_needed()"
    )
    plugin = subprocess.Popen([sys.executable, "-c", code], cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert plugin.stdout is not None
    assert plugin.stdout.readline() == b"ready\n"
    return plugin
