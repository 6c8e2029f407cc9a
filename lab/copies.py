"""Copies of a running lab: each a process of its own that holds all that the lab held, at addresses of its own.

What a lab holds is spread over moto's module globals, so a copy is a fork. Threads do not survive one, so the lab stops
answering for the first copy: from then on it is there to be copied and for nothing else. A copy can be copied too, in
the same way. Without copies to be made there is nothing of this in a lab.
"""

import json
import logging
import os
import select
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from lab.messages import Addresses

_AT = "127.0.0.1"
POLL_SECONDS = 0.2
START_SECONDS = 120
STOP_SECONDS = 5
log = logging.getLogger("lab.copies")


class Wanted:
    """A copy that somebody asked for, in its own process; it lasts for as long as they hold the connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        with connection.makefile("rb") as words:
            wanted = json.loads(words.readline())
        self.state_dir, self.api_port = Path(wanted["state_dir"]), int(wanted["api_port"])
        self.machines = bool(wanted["machines"])
        self.alias_ttl: int | None = wanted["alias_ttl"]

    def announce(self, addresses: Addresses, stop: threading.Event) -> None:
        """Say where the copy answers; set `stop` once nobody needs it any more."""
        self._connection.sendall(json.dumps(asdict(addresses)).encode() + b"\n")
        threading.Thread(target=self._wait_for_end, args=(stop,), daemon=True).start()

    def refuse(self, why: str) -> None:
        """Say that there will be no copy, and why."""
        self._connection.sendall(json.dumps({"failed": why}).encode() + b"\n")

    def leave_to_the_original(self) -> None:
        """Close what a copy of this copy has inherited: the connection ends when this copy does."""
        self._connection.close()

    def _wait_for_end(self, stop: threading.Event) -> None:
        try:
            # Unbuffered: a buffer's lock would stay held in a copy that is made meanwhile.
            while self._connection.recv(1):
                pass
        except OSError as reset:
            log.info("the connection was reset: %s", reset)
        stop.set()


class Copies:
    """Where a lab is copied: whoever connects to `port` and says where the copy may keep its files gets one.

    stop_serving: called before the first copy is made.
    """

    def __init__(self, stop_serving: Callable[[], None]) -> None:
        self._stop_serving = stop_serving
        self._listening = socket.create_server((_AT, 0))
        self.port: int = self._listening.getsockname()[1]
        self.made = 0

    def wait(self, stop: threading.Event) -> Wanted | None:
        """Make copies until `stop` is set: returns then, and with what is wanted in the process of each copy."""
        while not stop.is_set():
            if select.select([self._listening], [], [], POLL_SECONDS)[0]:
                connection, _ = self._listening.accept()
                if not self.made:
                    self._stop_serving()
                    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for copies: they end by themselves
                self.made += 1
                if os.fork() == 0:
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    self._listening.close()
                    return Wanted(connection)
                connection.close()
        return None


@contextmanager
def copied(
    port: int, state_dir: Path, api_port: int = 0, *, machines: bool = False, alias_ttl: int | None = None
) -> Iterator[Addresses]:
    """A copy of the lab that can be copied at `port`, while the context lasts; it ends with this process, too.

    state_dir: a folder for its files, made if need be. api_port: where its AWS is to answer; 0: at any free port.
    machines: whether its instances run, those that the lab had too: they boot in the copy.
    alias_ttl: of aliases to load balancers in it, in seconds; None: as in the lab.
    Raises RuntimeError when it does not come up.
    """
    state_dir.mkdir(parents=True, exist_ok=True)
    with socket.create_connection((_AT, port), START_SECONDS) as connection, connection.makefile("rb") as words:
        wanted = {"state_dir": str(state_dir), "api_port": api_port, "machines": machines, "alias_ttl": alias_ttl}
        connection.sendall(json.dumps(wanted).encode() + b"\n")
        said = words.readline()
        if not said:
            raise RuntimeError(f"the copy of the lab did not come up, see {state_dir / 'server.log'}")
        answer = json.loads(said)
        if "failed" in answer:
            raise RuntimeError(f"the copy of the lab did not come up: {answer['failed']}")
        try:
            yield Addresses(**answer)
        finally:
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(STOP_SECONDS)
            words.read()  # until it has ended
