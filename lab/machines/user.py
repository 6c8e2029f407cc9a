"""Who user data runs as: an ordinary user, also where the lab is root."""

import logging
import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger("lab.machines")
_NAME = "nobody"


@dataclass(frozen=True)
class OrdinaryUser:
    """A user to run processes as; None is whoever runs the lab."""

    uid: int | None = None
    gid: int | None = None

    @property
    def options(self) -> dict[str, Any]:
        """Of subprocess."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Make a file or folder theirs."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def ordinary(interpreters: Sequence[Path]) -> tuple[OrdinaryUser, Path]:
    """Who runs user data, and the first of these Pythons that they can run.

    `nobody` where the lab is root, otherwise who runs the lab; root where nobody can run any Python.
    """
    if os.geteuid() != 0:
        return OrdinaryUser(), interpreters[0]
    for interpreter in interpreters:
        try:
            found = pwd.getpwnam(_NAME)
            user = OrdinaryUser(found.pw_uid, found.pw_gid)
            command = [str(interpreter), "-IS", "-c", "import _socket"]
            subprocess.run(command, check=True, capture_output=True, cwd="/", env={}, **user.options)
        except (KeyError, OSError, subprocess.SubprocessError) as impossible:
            log.info("%s cannot run %s: %s", _NAME, interpreter, impossible)
        else:
            return user, interpreter
    log.warning("user data runs as root, as %s can run none of %s", _NAME, interpreters)
    return OrdinaryUser(), interpreters[0]
