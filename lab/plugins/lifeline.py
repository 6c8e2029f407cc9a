"""No process outlives the one that needs it: plugins end with their engine, children with their plugin."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO

GRACE_SECONDS = 2.0

# Becomes the command, after starting a watchdog in its process group. The watchdog reads until its input ends, which
# is when the process that holds the other end has died in whatever way; it survives its own SIGTERM to see to the rest.
_START = """
exec 3<&0
(trap '' TERM; read -r _ <&3; kill -s TERM -- -$$; sleep "$0"; kill -s KILL -- -$$) >/dev/null 2>&1 &
exec "$@" </dev/null 3<&-
"""


class Child:
    """A child process that leads its own process group; the whole group ends with it or with this process.

    A signal to the child alone is not enough: a bridge that is killed leaves the Terraform provider that it started
    behind. All of it holds even when this process is killed with SIGKILL, at any moment.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: str | Path | None = None,
        env: Mapping[str, str] | None = None,
        stdout: int | None = None,
        stderr: int | None = None,
    ) -> None:
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", _START, str(GRACE_SECONDS), *command],
            cwd=cwd,
            env=env,
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        self._ending = threading.Lock()

    @property
    def process_id(self) -> int:
        """Of the child itself; its group has the same."""
        return self._process.pid

    @property
    def stdout(self) -> IO[bytes]:
        """The child's output; only when it was started with `stdout=subprocess.PIPE`."""
        assert self._process.stdout is not None
        return self._process.stdout

    @property
    def stderr(self) -> IO[bytes]:
        """The child's errors; only when it was started with `stderr=subprocess.PIPE`."""
        assert self._process.stderr is not None
        return self._process.stderr

    def poll(self) -> int | None:
        """The exit code when the child has ended, None while it runs."""
        return self._process.poll()

    def wait(self) -> int:
        """Wait for the child and end whatever it left running. The exit code; -N when it died of signal N."""
        code = self._process.wait()
        self.end()
        return code

    def interrupt(self) -> None:
        """Send SIGINT to the child alone, as Ctrl-C does to a program that then ends in good order."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGINT)

    def end(self) -> None:
        """End the whole group: SIGTERM first, SIGKILL for what is left after GRACE_SECONDS. May be called twice."""
        with self._ending:
            self._signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE_SECONDS)
            self._signal(signal.SIGKILL)
            if self._process.stdin is not None:
                self._process.stdin.close()

    def _signal(self, number: signal.Signals) -> None:
        # PermissionError is what macOS answers for a group of which only zombies are left.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def wait_until_not_needed(also: Callable[[], object] | None = None) -> None:
    """Block until the engine is gone or asks this plugin to stop, or until `also` returns.

    The engine holds the other end of a plugin's standard input for as long as it lives, so the input ends at
    whatever moment and in whatever way the engine does; a polled parent id would miss an engine that dies while the
    plugin starts. It stops plugins with SIGINT.
    """
    stop = threading.Event()

    def stop_on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    def stop_after(action: Callable[[], object]) -> None:
        action()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop_on_signal)
    for action in (_read_to_end_of_input, also):
        if action is not None:
            threading.Thread(target=stop_after, args=(action,), daemon=True).start()
    stop.wait()


def _read_to_end_of_input() -> None:
    while os.read(0, 4096):
        pass
