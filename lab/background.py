"""The lab that stays up for work by hand: `make lab` starts it, `make lab-down` stops it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from lab import environment, shell_script, workspace
from lab.client import Addresses, LabClient
from lab.workspace import CHECKOUT

ROOT = CHECKOUT / ".lab"
ENV = ROOT / "env"
_PROCESS = ROOT / "server.pid"
_ADDRESSES = ROOT / "addresses.json"
_COMPLAINTS = ROOT / "server.stderr"
START_SECONDS = 120
STOP_SECONDS = 10


class AlreadyUp(Exception):
    """A lab runs in this folder; the text is one line that says what it holds and what to type."""


def up(report: Callable[[str], None], *, machines: bool = False) -> None:
    """Start the lab's server in the background and lay out a workspace for it; what a dead one left is removed first.

    machines: whether its instances run. Raises AlreadyUp when one runs: what was built in it is its user's.
    """
    if _is_up():
        built = workspace.built(ROOT)
        held = f"with {', '.join(built)} built" if built else "with nothing built yet"
        raise AlreadyUp(f"a lab is up here, {held}: make status shows it; make lab-down throws it away")
    down(report)
    ROOT.mkdir(exist_ok=True)
    report("starting the embedded AWS and DNS")
    try:
        addresses = _start(["--machines"] * machines)
        made = workspace.lay_out(ROOT, addresses, report)
        ENV.write_text(shell_script.entering(made, str(ENV.relative_to(CHECKOUT))))
    except BaseException:
        down(report)  # half of a lab would be in the way of the next one
        raise
    report(f"the lab is up; now type:  . {ENV.relative_to(CHECKOUT)}")


def down(report: Callable[[str], None]) -> None:
    """Stop the lab's server and remove its workspace; harmless when there is none."""
    process = _process()
    if process is not None:
        report("stopping the embedded AWS and DNS")
        _stop(process)
    for path in (ENV, _PROCESS, _ADDRESSES, _COMPLAINTS):
        path.unlink(missing_ok=True)
    workspace.clear(ROOT)


def _start(options: list[str]) -> Addresses:
    command = [sys.executable, "-m", "lab.server", "--state-dir", str(ROOT / "server"), *options]
    # Nothing of the caller's is kept open: `make lab | tee` has to end when the lab is up.
    with _ADDRESSES.open("w") as announced, _COMPLAINTS.open("w") as complaints:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=announced,
            stderr=complaints,
            env={**environment.clean(), "PYTHONPATH": str(CHECKOUT)},
            start_new_session=True,
        )
    _PROCESS.write_text(str(process.pid))
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(json.JSONDecodeError):
            return Addresses(**json.loads(_ADDRESSES.read_text()))
        time.sleep(0.1)
    said = _COMPLAINTS.read_text(errors="replace").strip().splitlines()[-1:]
    why = f"it ended with code {process.poll()}" if process.poll() is not None else f"no answer in {START_SECONDS} s"
    raise RuntimeError(f"the lab's server did not come up: {why}; it said {said}")


def _process() -> int | None:
    """The process that was started last, which may have ended, and its id be another's by now; None: there was none."""
    with suppress(OSError, ValueError):
        return int(_PROCESS.read_text())
    return None


def _is_up() -> bool:
    process = _process()
    return process is not None and _is_ours(process)


def _stop(pid: int) -> None:
    """End the server, if the process is still the server: its id may be another's by now."""
    if not _is_ours(pid):
        return
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            os.kill(pid, 0)
            time.sleep(0.1)
        os.kill(pid, signal.SIGKILL)


def _is_ours(pid: int) -> bool:
    """Whether the process is a lab's server, and this folder's; also one that is too busy to answer."""
    # https://man7.org/linux/man-pages/man5/proc_pid_cmdline.5.html: empty of a zombie.
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return False
    if "lab.server" not in command:
        return False
    # A folder that was renamed meanwhile is known by who answers. Only the endpoint is read: the lab that runs may be
    # of an older checkout.
    with suppress(OSError, ValueError, KeyError):
        return str(ROOT / "server") in command or LabClient(json.loads(_ADDRESSES.read_text())["endpoint"]).is_ready()
    return False
