"""The files of machines: one folder for all, with the stand-ins of each in a folder of its own."""

import contextlib
import fcntl
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from lab.machines import user

_PREFIX, _LOCK = "tag-team-machines-", "lock"
_STAND_IN = Path(__file__).parent / "stand_ins" / "command.py"
# Where an instance has a /run of its own, a machine has a folder: it goes with the machine, however that ends.
_MKTEMP = """#!/bin/sh
for word do
  shift
  case $word in /run|/tmp) word={home}/run ;; esac
  set -- "$@" "$word"
done
exec env TMPDIR={home}/run PATH=/usr/local/bin:/usr/bin:/bin mktemp "$@"
"""
_SYSTEM_PYTHONS = (Path("/usr/bin/python3"), Path("/usr/local/bin/python3"))
_NOTHING_TO_KNOW = 'NAME, PORT, TOKEN = "", 0, ""'


class Household:
    """A folder that an ordinary user can get into, whatever the lab's own one is like."""

    def __init__(self) -> None:
        temporary = tempfile.gettempdir()
        # The first line of a script has no room for a space in the interpreter's path.
        within = Path(temporary if " " not in temporary else "/tmp")
        _clear_what_killed_labs_left(within)
        self._root = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=within))
        self._root.chmod(0o711)
        self._lock = (self._root / _LOCK).open("wb")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        # The lab's own Python may be in a home that nobody else gets into.
        self.user, python = user.ordinary([Path(sys.executable).resolve(), *_SYSTEM_PYTHONS])
        self._python = self._root / "python"
        self._python.symlink_to(python)
        self._source = _STAND_IN.read_text(encoding="utf-8")
        assert _NOTHING_TO_KNOW in self._source

    def settle(self, instance_id: str, user_data: bytes, commands: Iterable[str], port: int, token: str) -> Path:
        """The folder of a machine: `part-001`, its user data as cloud-init keeps it, and `bin` with its stand-ins."""
        home = self._root / instance_id
        (home / "bin").mkdir(parents=True)
        for name in commands:
            knows = f"NAME, PORT, TOKEN = {name!r}, {port}, {token!r}"
            self._write(
                home / "bin" / name, f"#!{self._python} -IS\n{self._source.replace(_NOTHING_TO_KNOW, knows)}".encode()
            )
        (home / "bin" / "python3").symlink_to(self._python)
        self._write(home / "bin" / "mktemp", _MKTEMP.format(home=home).encode())
        self._write(home / "part-001", user_data)
        (home / "run").mkdir()
        for folder in (home / "bin", home / "run", home):
            folder.chmod(0o700)
            self.user.own(folder)
        return home

    def _write(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        path.chmod(0o700)
        self.user.own(path)

    def leave(self, instance_id: str) -> None:
        """Its folder goes."""
        shutil.rmtree(self._root / instance_id, ignore_errors=True)

    def close(self) -> None:
        """All of them go."""
        shutil.rmtree(self._root, ignore_errors=True)
        self._lock.close()


def _clear_what_killed_labs_left(within: Path) -> None:
    """Folders whose lock nobody holds any more."""
    for lock in within.glob(f"{_PREFIX}*/{_LOCK}"):
        with contextlib.suppress(OSError), lock.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)


def environment(home: Path) -> dict[str, str]:
    """What a script of cloud-init finds in its environment: what systemd gives the service that runs it, and no HOME.

    https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#Environment%20Variables%20in%20Spawned%20Processes
    """
    return {
        "PATH": f"{home / 'bin'}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "INVOCATION_ID": "0" * 32,
        "JOURNAL_STREAM": "8:16384",
        "SYSTEMD_EXEC_PID": "1600",
    }


# Becomes user data's interpreter, after starting a watchdog in its process group: it reads until its input ends, which
# is when the lab has died in whatever way, and ends the whole group.
WATCHED = """
exec 3<&0
(trap '' TERM HUP; read -r _ <&3; kill -s KILL -- -$$) >/dev/null 2>&1 &
exec "$@" </dev/null 3<&-
"""


def command(home: Path) -> list[str]:
    """How the user data of a machine is run: by the interpreter that its first line names, bash if it names none."""
    script = home / "part-001"
    first = script.read_bytes().partition(b"\n")[0]
    interpreter = shlex.split(os.fsdecode(first[2:])) if first.startswith(b"#!") else ["/bin/bash"]
    return ["/bin/sh", "-c", WATCHED, "cloud-init", *interpreter, str(script)]
