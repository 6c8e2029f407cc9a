"""A stage: both colours built and the first in charge, in a lab whose instances run; a copy of it for every act."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cutover import cluster_facts, places
from cutover.cluster_facts import ClusterFacts
from cutover.printable import printable
from lab import copies, pulumi_command, side_by_side, workspace
from lab.client import Addresses, LabClient, start
from lab.load.pool import honest_resolvers
from lab.messages import ZoneState
from lab.progress import progress
from lab.pulumi_command import Event, Result
from lab.rehearsal import READINESS_MILLISECONDS, RELEASES
from lab.workspace import Workspace

LIVE = "live"
# The one that is built is only copied: its wait for DNS need not take AWS's minute.
BUILT_TTL_SECONDS = 5
# Instances are older than their group's grace period long before anything happens to them in production. Not much
# shorter: on a machine that is busy a group would replace for ever what has no time to boot.
BOOT_TIMEOUT_SECONDS = 90
PATIENCE_SECONDS = 240
POLL_SECONDS = 0.2
TRIES = 3
Report = Callable[[str], None]


class StageFailed(Exception):
    """Something that has to be there before an act is not; the message says what."""


@dataclass(frozen=True)
class Stage:
    """A lab with its workspace. alias_ttl: of aliases to load balancers, in seconds."""

    workspace: Workspace
    addresses: Addresses
    lab: LabClient
    alias_ttl: int

    @property
    def name(self) -> str:
        """The live name that has the weights."""
        name: str = self.workspace.project_config("names")[0]
        return name

    @property
    def colours(self) -> tuple[str, ...]:
        """In the order of the config."""
        return tuple(self.workspace.project_config("cidrs"))

    def other(self, colour: str) -> str:
        """The colour that is not this one."""
        return next(one for one in self.colours if one != colour)

    def weights(self) -> dict[str, int]:
        """Colour to weight, as the embedded Route 53 has it; asked past its API, which may be away."""
        return weights_of(self.lab.history(), self.name)

    def in_charge(self) -> str:
        """The colour that the parameter `in-charge` names."""
        parameter = places.in_charge(self.name)
        value: str = self.workspace.aws("ssm").get_parameter(Name=parameter)["Parameter"]["Value"]
        return str(json.loads(value)["colour"])

    def cluster(self, colour: str) -> ClusterFacts:
        """What a colour's stack says of its cluster; raises StageFailed when it has none."""
        resources = self.workspace.deployment(colour).get("resources", [])
        outputs: dict[str, Any] = next(
            (one.get("outputs", {}) for one in resources if one["type"] == "pulumi:pulumi:Stack"), {}
        )
        facts = cluster_facts.awake({colour: outputs.get("cluster")})
        if colour not in facts:
            raise StageFailed(f"{colour} has no cluster")
        return facts[colour]

    def tag_in(
        self,
        colour: str,
        on_event: Callable[[Event], None] = lambda _: None,
        on_start: Callable[[int], None] = lambda _: None,
    ) -> Result:
        """`pulumi up` of the live stack with `active` set to this colour, whatever comes of it."""
        self.workspace.edit_stack(LIVE, active=colour)
        arguments = ["up", "-s", LIVE, "--yes", "--skip-preview"]
        made = self.workspace
        return pulumi_command.run(arguments, made.directory, made.environment_of(*arguments), on_event, on_start)

    def states(self, colour: str) -> list[str]:
        """The health of each target of a colour, as the load balancer says it."""
        arn = self.cluster(colour).target_group_arn
        described = self.workspace.aws("elbv2").describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        return [target["TargetHealth"]["State"] for target in described]

    def wait_until_whole(self) -> None:
        """Until all targets of both colours are healthy; raises StageFailed after four minutes."""
        for colour in self.colours:
            whole = ["healthy"] * self.cluster(colour).capacity
            self.wait_for(colour, whole, f"{colour} is not whole")

    def wait_for(self, colour: str, states: list[str], problem: str) -> None:
        """Until the targets of a colour are in these states; raises StageFailed after four minutes."""
        wait_until(lambda: self.states(colour) == states, problem)


def weights_of(history: Sequence[ZoneState], name: str) -> dict[str, int]:
    """Colour to weight of `name` after the last change in `history`."""
    records = history[-1].records if history else ()
    return {
        record.set_identifier: record.weight or 0
        for record in records
        if record.name.rstrip(".") == name and record.set_identifier is not None
    }


def wait_until(what: Callable[[], bool], problem: str, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for what only has to happen at all; raises StageFailed with the problem when it does not."""
    deadline = time.monotonic() + patience_seconds
    while not what():
        if time.monotonic() > deadline:
            raise StageFailed(f"{problem} after {patience_seconds:.0f} s")
        time.sleep(POLL_SECONDS)


class Original:
    """The stage that was built, to be copied only."""

    def __init__(self, root: Path, copies_port: int, report: Report) -> None:
        self._root, self._port, self._report = root, copies_port, report
        self._numbers = count(1)

    @contextmanager
    def copy(self, alias_ttl: int) -> Iterator[Stage]:
        """A copy whose instances run, all of them healthy; gone at the end."""
        root = self._root / f"copy-{next(self._numbers)}"
        with copies.copied(self._port, root / "server", machines=True, alias_ttl=alias_ttl) as addresses:
            made = workspace.copy(self._root, root, addresses, self._report)
            made.edit_stack(LIVE, resolvers=honest_resolvers(addresses))
            stage = Stage(made, addresses, LabClient(addresses.endpoint), alias_ttl)
            stage.wait_until_whole()
            yield stage


@contextmanager
def built(report: Report, project: Mapping[str, Any] | None = None) -> Iterator[Original]:
    """Build both colours and put the first in charge, some two minutes; all of it goes at the end.

    project: shared config besides. Raises StageFailed.
    """
    with (
        TemporaryDirectory(prefix="tag-team-stage-") as folder,
        start(Path(folder) / "server", BUILT_TTL_SECONDS, health_seconds=1, copies=True) as server,
    ):
        made = workspace.lay_out(Path(folder), server.addresses, report)
        colours = tuple(made.project_config("cidrs"))
        for colour, release in zip(colours, RELEASES, strict=True):
            made.edit_stack(colour, release=release)
        made.edit_project(readinessLatency=READINESS_MILLISECONDS, bootTimeout=BOOT_TIMEOUT_SECONDS, **(project or {}))
        made.edit_stack(LIVE, active=colours[0])
        for result in side_by_side.up(made, colours, report):
            _require(result)
        _put_in_charge(made, colours[0], report)
        assert server.addresses.copies_port is not None
        yield Original(Path(folder), server.addresses.copies_port, report)


def _put_in_charge(made: Workspace, colour: str, report: Report) -> None:
    """On a machine that is busy the name servers of the lab may be slower than the check `dns` is patient."""
    for _ in range(TRIES):
        with progress(report, f"put {colour} in charge") as watch:
            result = made.up(LIVE, on_event=watch)
        if result.exit_code == 0:
            return
        report(f"it was refused: {printable(next(iter(result.messages('error')), ''))}")
    _require(result)


def _require(result: Result) -> None:
    if result.exit_code:
        raise StageFailed(f"pulumi failed:\n{result.output}")
