"""vegeta, the load generator: the user's own of the pinned version, or else built from its released Go module."""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from lab import go_program
from lab.environment import clean, user
from lab.go_build import GoTool

TOOL = GoTool(Path(__file__).parent, "github.com/tsenart/vegeta/v12", "", "vegeta")
# What `vegeta -version` prints; releases have it without the `v`.
_VERSION_VARIABLE = "main.Version"
_ASKED_SECONDS = 10


def ensure(report: Callable[[str], None], environment: Mapping[str, str] | None = None) -> Path:
    """The program. The first use builds it, in some 20 seconds; raises MissingPrerequisite and BuildFailed.

    environment: the user's own unless another one is given.
    """
    environment = user() if environment is None else environment
    return _users_own(environment) or go_program.ensure(TOOL, {_VERSION_VARIABLE: TOOL.version()}, report, environment)


def require_buildable(environment: Mapping[str, str]) -> None:
    """Raise MissingPrerequisite when it is neither here nor can be built."""
    if _users_own(environment) is None:
        go_program.require_buildable(TOOL, environment)


def _users_own(environment: Mapping[str, str]) -> Path | None:
    found = shutil.which("vegeta", path=environment.get("PATH", ""))
    return Path(found) if found is not None and version(Path(found)) == TOOL.version() else None


def version(program: Path) -> str:
    """What a vegeta says of its version, as v12.13.0; empty when it does not say."""
    try:
        done = subprocess.run(
            [program, "-version"],
            env=clean(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_ASKED_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    said = next((line for line in done.stdout.splitlines() if line.startswith("Version:")), "")
    number = said.removeprefix("Version:").strip().removeprefix("v")
    return f"v{number}" if number else ""
