"""`python -m tests.lab.one_world` and pytest's arguments: pytest with one world, built once for all of its processes.

Without it every process of pytest that needs a world builds one, in minutes. Each test has a copy, in a second.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lab import copies, environment, workspace
from lab.client import LabClient
from lab.pulumi_command import Event, Result
from lab.workspace import Workspace
from tests.lab import building
from tests.lab.world import SECRET, World

# Names the file that describes the world to copy, for the processes of pytest.
VARIABLE = "TAG_TEAM_WORLD_TO_COPY"
# Makes a world whose files are under the folder that is given.
Copy = Callable[[Path], AbstractContextManager[World]]


@contextmanager
def to_copy(root: Path) -> Iterator[Copy]:
    """How to copy the world of the lab tests: the one that was built for all processes or, without it, a new one."""
    described = os.environ.get(VARIABLE)
    if described is not None:
        yield partial(_copy, json.loads(Path(described).read_text(encoding="utf-8")))
        return
    with _built(root) as world:
        can_be_copied = world.addresses.copies_port is not None
        yield partial(_copy, _description(world)) if can_be_copied else lambda _: nullcontext(world)


def _built(root: Path) -> AbstractContextManager[World]:
    return building.building(
        root,
        project={"offsite": {"DATABASE_URL": SECRET}},
        live={"propagationTimeout": 30},
        prepare=_put_secret,
        copies=True,
    )


def _put_secret(made: Workspace) -> None:
    made.aws("ssm").put_parameter(Name=SECRET, Type="SecureString", Value="postgres://shop:hunter2@db")


def _description(world: World) -> dict[str, Any]:
    """What a process has to know of a world to copy it, as JSON takes it."""
    return {
        "root": str(world.workspace.directory.parent),
        "port": world.addresses.copies_port,
        "before": asdict(world.before_any_cluster),
    }


@contextmanager
def _copy(described: dict[str, Any], root: Path) -> Iterator[World]:
    with copies.copied(described["port"], root / "server") as addresses:
        made = workspace.copy(Path(described["root"]), root, addresses, building.report)
        before = described["before"]
        result = Result(**{**before, "events": tuple(Event(**event) for event in before["events"])})
        yield World(made, addresses, LabClient(addresses.endpoint), result)


def main(arguments: list[str]) -> int:
    """Build the world, then run pytest: its exit code."""
    environment.enter()
    with TemporaryDirectory(prefix="tag-team-world-") as folder, _built(Path(folder)) as world:
        description = Path(folder) / "world.json"
        description.write_text(json.dumps(_description(world)), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", *arguments]
        return subprocess.run(command, env={**os.environ, VARIABLE: str(description)}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
