"""A load that lasts as long as its context: one vegeta for each pool of clients, and every single request."""

import os
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Self

from cutover.printable import printable
from lab.environment import clean
from lab.load import hit
from lab.load.hit import Hit
from lab.load.pool import Pool
from lab.plugins.lifeline import Child

_SAID_BYTES = 400


class LoadFailed(Exception):
    """The load was not what was asked for, so nothing can be said of the clients; the text says why."""


@dataclass(frozen=True)
class Aim:
    """What is asked for: `path` of `name` over plain HTTP at `port`, wherever `name` leads."""

    name: str
    port: int
    path: str = "/"

    def target(self) -> str:
        """In vegeta's words. The dot at the end keeps search domains of this machine out of it."""
        host = self.name if _is_address(self.name) else f"{self.name}."
        return f"GET http://{host}:{self.port}{self.path}\nHost: {self.name}\n"


def _is_address(name: str) -> bool:
    try:
        IPv4Address(name)
    except ValueError:
        return False
    return True


class Attack:
    """Sends the requests of all `pools` to `aim`, from entering to leaving; `hits` grows meanwhile.

    Leaving waits for the answers that are under way, for as long as clients are patient, and raises LoadFailed unless
    every pool has been sending all the time and every request is among the hits. All of it ends with this process,
    however that ends. Nothing of the environment counts: no proxy, no account. A hit has some 200 bytes.
    """

    def __init__(self, program: Path, aim: Aim, pools: Sequence[Pool]) -> None:
        self._program, self._aim, self._pools = program, aim, tuple(pools)
        self._generators: list[_Generator] = []
        self.hits: list[Hit] = []

    def __enter__(self) -> Self:
        try:
            for pool in self._pools:
                self._generators.append(_Generator(self._program, self._aim, pool, self.hits))
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            self._kill()
            return
        early = [one.described() for one in self._generators if one.has_ended()]
        for one in self._generators:
            one.interrupt()
        try:
            incomplete = [said for one in self._generators if (said := one.finish())]
        except BaseException:
            self._kill()
            raise
        if early or incomplete:
            raise LoadFailed("; ".join(dict.fromkeys([*early, *incomplete])))

    def process_ids(self) -> dict[str, int]:
        """Name of each pool -> the process that sends its requests."""
        return {one.pool.name: one.process_id for one in self._generators}

    def _kill(self) -> None:
        for one in self._generators:
            one.kill()


@dataclass
class _Numbers:
    """Of the requests that have been reported: how many, the highest, and lines that were none."""

    count: int = 0
    highest: int = -1
    strange: list[str] = field(default_factory=list)


# Becomes vegeta, with the target as its whole input.
_START = """target=$1; shift; exec "$@" <<END
$target
END
"""


class _Generator:
    """One `vegeta attack | vegeta encode`, and the thread that reads it."""

    def __init__(self, program: Path, aim: Aim, pool: Pool, hits: list[Hit]) -> None:
        self.pool, self._hits, self._numbers = pool, hits, _Numbers()
        self._said: IO[bytes] = TemporaryFile()  # noqa: SIM115  # closed when the generator has ended
        read, written = os.pipe()
        try:
            self._attack = Child(
                ["/bin/sh", "-c", _START, "sh", aim.target(), str(program), "attack", *pool.arguments()],
                env=clean(),
                stdout=written,
                stderr=self._said.fileno(),
            )
            self._encode = subprocess.Popen(
                [program, "encode", "-to=json"],
                env=clean(),
                stdin=read,
                stdout=subprocess.PIPE,
                stderr=self._said.fileno(),
                start_new_session=True,  # Ctrl-C is for us: it would end before all is written
            )
        finally:
            os.close(read)
            os.close(written)
        self._reading = threading.Thread(target=self._read, name=f"load of {pool.name}", daemon=True)
        self._reading.start()

    @property
    def process_id(self) -> int:
        return self._attack.process_id

    def has_ended(self) -> bool:
        """By itself: nobody has asked it to."""
        return self._attack.poll() is not None

    def described(self) -> str:
        """How it ended, and how what it said begins: what follows is its usage, or the traces of its threads."""
        self._said.seek(0)
        said = printable(self._said.read(_SAID_BYTES).decode(errors="replace").strip()) or "nothing"
        return f"vegeta of the pool {self.pool.name} ended by itself (exit code {self._attack.poll()}); it said: {said}"

    def interrupt(self) -> None:
        self._attack.interrupt()

    def finish(self) -> str:
        """Wait until all is read; what is missing, in words, empty when nothing is."""
        code = self._attack.wait()
        self._encode.wait()
        self._reading.join()
        said = self.described()
        self._said.close()
        numbers = self._numbers
        if numbers.strange:
            return f"pool {self.pool.name}: {len(numbers.strange)} strange lines, as {printable(numbers.strange[0])}"
        lost = numbers.highest + 1 - numbers.count
        if not numbers.count or lost:
            return f"pool {self.pool.name}: {numbers.count} requests reported, {lost} lost"
        # Asked to end it exits with 0; of one that was killed nobody may have known yet that it had ended.
        return said if code else ""

    def kill(self) -> None:
        """At once; what was under way is not known."""
        self._attack.end()
        self._encode.kill()
        self._encode.wait()
        self._reading.join()
        self._said.close()

    def _read(self) -> None:
        assert self._encode.stdout is not None
        numbers = self._numbers
        with self._encode.stdout as lines:
            for line in lines:
                try:
                    number, found = hit.parse(line, self.pool.name)
                except ValueError as strange:
                    numbers.strange.append(str(strange))
                    continue
                numbers.count, numbers.highest = numbers.count + 1, max(numbers.highest, number)
                self._hits.append(found)
