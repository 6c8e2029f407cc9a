"""`python -m tests.lab.one_world` and pytest's arguments: pytest in several processes with one world, built once.

Without it every process of pytest that needs a world builds one, in minutes. Each test has a copy, in a second.
"""

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from lab import copies, environment, roles, workspace
from lab.client import LabClient
from lab.messages import Addresses
from lab.plugins import kept_provider
from lab.pulumi_command import Event, Result
from lab.workspace import Workspace
from tests.lab import building
from tests.lab.seats import Seat, Seats
from tests.lab.world import SECRET, World

# Names the file that describes the world to copy, for the processes of pytest.
VARIABLE = "TAG_TEAM_WORLD_TO_COPY"
# Each is half a gigabyte, with the lab and the commands that belong to it.
MOST_PROCESSES = 8


class Copy(Protocol):
    """Makes a world whose files are under the folder `root`; with `machines` its instances run."""

    def __call__(self, root: Path, *, machines: bool = False) -> AbstractContextManager[World]: ...


@contextmanager
def to_copy(root: Path) -> Iterator[Copy]:
    """How to copy the world of the lab tests: the one that was built for all processes or, without it, a new one."""
    with ExitStack() as stack:
        path = os.environ.get(VARIABLE)
        if path is not None:
            described = json.loads(Path(path).read_text(encoding="utf-8"))
        else:
            world = stack.enter_context(_built(root))
            if world.addresses.copies_port is None:
                yield partial(_itself, world)
                return
            described = _description(world)
        seats = stack.enter_context(Seats())
        yield partial(_copy, described, seats)


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


def _itself(world: World, root: Path, *, machines: bool = False) -> AbstractContextManager[World]:
    assert not machines, f"this world cannot be copied to {root}, and its instances do not run"
    return nullcontext(world)


@contextmanager
def _copy(described: dict[str, Any], seats: Seats, root: Path, *, machines: bool = False) -> Iterator[World]:
    with ExitStack() as stack:

        def sit() -> tuple[Seat, Addresses]:
            seat = stack.enter_context(seats.one())
            copied = copies.copied(described["port"], root / "server", seat.port, machines=machines)
            return seat, stack.enter_context(copied)

        try:
            seat, addresses = sit()
        except RuntimeError as error:
            # One in some hundreds does not come up, in a place that is kept for it: another place, and it is said why.
            warnings.warn(str(error), stacklevel=1)
            seat, addresses = sit()
        made = workspace.copy(Path(described["root"]), root, addresses, building.report)
        made = replace(made, environment={**made.environment, **seat.provider(made.environment)}, roles=None)
        before = described["before"]
        result = Result(**{**before, "events": tuple(Event(**event) for event in before["events"])})
        yield World(made, addresses, LabClient(addresses.endpoint), result)


def with_roles(world: World) -> World:
    """The same world, in which every command has the role that is for it, and may do nothing else."""
    made = world.workspace
    return replace(world, workspace=replace(made, roles=roles.kept(made.directory.parent)))


def with_own_providers(world: World) -> World:
    """The same world, in which every command starts a provider, and takes it along when it ends or is killed."""
    variables = {**world.workspace.environment}
    variables.pop(kept_provider.VARIABLE, None)
    return replace(world, workspace=replace(world.workspace, environment=variables))


def side_by_side() -> tuple[str, ...]:
    """Options of pytest: more processes than cores, as tests mostly wait, each test in any of them.

    Not many more: the labs of all of them answer DNS, and on a machine that is too busy for that `dns` refuses.
    """
    cores = len(os.sched_getaffinity(0))
    return ("-n", str(min(3 * cores, MOST_PROCESSES)), "--dist", "loadgroup")


def main(arguments: list[str]) -> int:
    """Build the world, then run pytest: its exit code."""
    environment.enter()
    with TemporaryDirectory(prefix="tag-team-world-") as folder, _built(Path(folder)) as world:
        description = Path(folder) / "world.json"
        description.write_text(json.dumps(_description(world)), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", *side_by_side(), *arguments]
        return subprocess.run(command, env={**os.environ, VARIABLE: str(description)}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
