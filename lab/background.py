"""The lab that stays up for work by hand: `make lab` starts it, `make lab-down` stops it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

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


def up(report: Callable[[str], None], *, machines: bool = False) -> None:
    """Start the lab's server in the background and lay out a workspace for it; what ran before is taken down first.

    machines: whether its instances run.
    """
    down(report)
    ROOT.mkdir(exist_ok=True)
    report("starting the embedded AWS and DNS")
    addresses = _start(["--machines"] * machines)
    made = workspace.lay_out(ROOT, addresses, report)
    ENV.write_text(shell_script.entering(made, str(ENV.relative_to(CHECKOUT))))
    report(f"the lab is up; now type:  . {ENV.relative_to(CHECKOUT)}")


def down(report: Callable[[str], None]) -> None:
    """Stop the lab's server and remove its workspace; harmless when there is none."""
    if _PROCESS.exists():
        report("stopping the embedded AWS and DNS")
        _stop(int(_PROCESS.read_text()))
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
    raise RuntimeError(f"the lab's server did not come up, see {_COMPLAINTS} and {ROOT / 'server' / 'server.log'}")


def _stop(pid: int) -> None:
    """End the server, if the process is still the server: its id may be another's by now."""
    if not _is_ours():
        return
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            os.kill(pid, 0)
            time.sleep(0.1)
        os.kill(pid, signal.SIGKILL)


def _is_ours() -> bool:
    # Only the endpoint is read: the lab that runs may be of an older checkout.
    with suppress(OSError, ValueError, KeyError):
        return LabClient(json.loads(_ADDRESSES.read_text())["endpoint"]).is_ready()
    return False
