"""A clone of this checkout, as somebody has it who works in it: a lab of its own, and the program of this one."""

import shutil
from pathlib import Path

from lab.workspace import CHECKOUT, LINKED


def clone(root: Path) -> Path:
    """A folder `clone` in `root`, with the lab as a copy and all else as links."""
    made = root / "clone"
    shutil.copytree(CHECKOUT / "lab", made / "lab", ignore=shutil.ignore_patterns("__pycache__"))
    # The lab makes the roles that are described in `iam`.
    for path in (*(CHECKOUT / name for name in (*LINKED, "iam")), *CHECKOUT.glob("Pulumi*.yaml")):
        (made / path.name).symlink_to(path)
    return made
