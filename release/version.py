"""Which version this is: `version` in pyproject.toml says so, and nothing else does."""

import re
import tomllib
from pathlib import Path

from cutover.refusal import Refusal

# https://semver.org/spec/v2.0.0.html, without pre-releases and builds
PATTERN = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
FILE = "pyproject.toml"


def read(root: Path) -> str:
    """The version of the repository in `root`, like 0.2.0; raises Refusal when the file does not say one."""
    try:
        said = tomllib.loads((root / FILE).read_text(encoding="utf-8"))["project"]["version"]
    except (OSError, KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        said = f"{type(error).__name__}: {error}"
    if not isinstance(said, str) or not PATTERN.fullmatch(said):
        raise Refusal(
            f"{FILE} does not say which version this is",
            seen=str(said),
            allowed="`version` under `[project]`, like 0.2.0",
            next_step=f"write it into {FILE}",
        )
    return said


def tag(version: str) -> str:
    """The tag of a version."""
    return f"v{version}"


def order(version: str) -> tuple[int, ...]:
    """By what versions are compared; raises ValueError for what is none."""
    found = PATTERN.fullmatch(version)
    if not found:
        raise ValueError(f"no version: {version!r}")
    return tuple(map(int, found.groups()))
