"""Who user data runs as: an ordinary user, also where the lab is root."""

import logging
import os
import pwd
import subprocess
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


def ordinary(interpreter: Path) -> OrdinaryUser:
    """`nobody` where the lab is root and that user can run what stands in for commands, otherwise who runs the lab."""
    if os.geteuid() != 0:
        return OrdinaryUser()
    try:
        found = pwd.getpwnam(_NAME)
        user = OrdinaryUser(found.pw_uid, found.pw_gid)
        subprocess.run([interpreter, "-IS", "-c", ""], check=True, capture_output=True, cwd="/", **user.options)
    except (KeyError, OSError, subprocess.SubprocessError) as impossible:
        log.warning("user data runs as root, as %s cannot run it: %s", _NAME, impossible)
        return OrdinaryUser()
    return user
