"""What the benches of the real engine share: a world with its first colour in charge, and how far it is."""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from lab import workspace
from lab.client import LabClient, start
from lab.messages import Addresses
from lab.pulumi_command import Result
from lab.workspace import Workspace

TTL_SECONDS, CAPACITY = 5, 2
# A second, as by default, says more of a busy machine than of a load balancer.
READINESS_MILLISECONDS = 5000


@dataclass(frozen=True)
class World:
    """A workspace, the lab behind it, and its colours: the first one is in charge."""

    made: Workspace
    addresses: Addresses
    lab: LabClient
    colours: Sequence[str]


@contextmanager
def built() -> Iterator[World]:
    """Both colours built and the first in charge, in about three minutes; gone at the end."""
    with (
        TemporaryDirectory(prefix="tag-team-bench-") as scratch,
        start(Path(scratch) / "server", alias_ttl=TTL_SECONDS, health_seconds=1) as server,
    ):
        made = workspace.lay_out(Path(scratch), server.addresses, say)
        colours = tuple(made.project_config("cidrs"))
        made.edit_project(capacity=CAPACITY, readinessLatency=READINESS_MILLISECONDS)
        made.edit_stack("live", active=colours[0])
        say("building both clusters")
        with ThreadPoolExecutor(2) as pool:
            for result in pool.map(made.up, colours):
                required(result)
        required(made.up("live"))
        yield World(made, server.addresses, server.client, colours)


class CommandFailed(SystemExit):
    """A command that had to succeed did not; the text holds what it printed."""


def required(result: Result) -> Result:
    """`result`, which has to be a success; raises CommandFailed."""
    if result.exit_code:
        raise CommandFailed(f"pulumi failed:\n{result.output}")
    return result


def say(line: str) -> None:
    """How far it is."""
    print(f"bench: {line}", file=sys.stderr, flush=True)
