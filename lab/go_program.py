"""A program out of a Go module of ours, built once for all clones of a user."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from lab.environment import user
from lab.go_build import GoTool, build, require_go
from lab.toolchain import built_key, cache_folder, locked

Report = Callable[[str], None]


def ensure(
    tool: GoTool, variables: Mapping[str, str], report: Report, environment: Mapping[str, str] | None = None
) -> Path:
    """The program, built into the user's cache at the first use; then milliseconds.

    variables: Go strings that are set in it. report: called with what is going on, every two seconds while something
    is. environment: the user's own unless another one is given. Raises MissingPrerequisite and BuildFailed
    (lab/go_build.py).
    """
    environment = user() if environment is None else environment
    folder = _folder(tool, environment)
    if not folder.exists():
        require_buildable(tool, environment)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with locked(folder.with_name(f"{folder.name}.lock"), report, tool.program):
            if not folder.exists():
                _build(tool, folder, variables, environment, report)
    return folder / tool.program


def require_buildable(tool: GoTool, environment: Mapping[str, str]) -> None:
    """Raise MissingPrerequisite when the program is not built yet, and there is no Go to build it with."""
    if not _folder(tool, environment).exists():
        require_go([tool], environment, tool.program)


def _folder(tool: GoTool, environment: Mapping[str, str]) -> Path:
    return cache_folder(environment) / f"{tool.program}-{built_key(tool)}"


def _build(
    tool: GoTool, folder: Path, variables: Mapping[str, str], environment: Mapping[str, str], report: Report
) -> None:
    """Build into a folder beside `folder` and rename it when complete."""
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    report(f"building {tool.program} {tool.version()} for this user, once")
    build(tool, unfinished, variables, environment, report)
    unfinished.rename(folder)
    report(f"{tool.program} is in {folder}")
