"""The linter of GitHub's workflows, built once per user of its released Go module."""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from lab.environment import user
from lab.go_build import GoTool, Report, build, require_go
from lab.toolchain import cache_folder, locked

_TOOL = GoTool(
    Path(__file__).parent / "engine" / "actionlint", "github.com/rhysd/actionlint", "cmd/actionlint", "actionlint"
)


def ensure(report: Report, environment: Mapping[str, str] | None = None) -> Path:
    """The program; built at the first use, in some seconds. Raises MissingPrerequisite and BuildFailed."""
    environment = user() if environment is None else environment
    pinned = hashlib.sha256(b"".join((_TOOL.folder / name).read_bytes() for name in ("go.mod", "go.sum"))).hexdigest()
    folder = cache_folder(environment) / f"actionlint-{_TOOL.version()}-{pinned[:16]}"
    if not folder.exists():
        require_go([_TOOL], environment)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with locked(folder.with_name(f"{folder.name}.lock"), report):
            if not folder.exists():
                unfinished = folder.with_name(f"{folder.name}.unfinished")
                shutil.rmtree(unfinished, ignore_errors=True)
                unfinished.mkdir()
                build(_TOOL, unfinished, {}, environment, report)
                unfinished.rename(folder)
    return folder / _TOOL.program
