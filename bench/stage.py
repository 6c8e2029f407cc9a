"""Where contestants are measured: a lab with both clusters, the names that are switched there, and copies of it all."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench.world import say
from lab import copies, workspace
from lab.client import LabClient
from lab.messages import Addresses
from lab.workspace import Workspace


@dataclass(frozen=True)
class Stage:
    """A lab that can be copied, and below the folder `root` what everybody has there: stacks, programs, states.

    made: our own project in it. names: how many live names everybody has there.
    """

    root: Path
    made: Workspace
    addresses: Addresses
    names: int

    @cached_property
    def lab(self) -> LabClient:
        """What the lab itself is asked."""
        return LabClient(self.addresses.endpoint)

    @property
    def colours(self) -> tuple[str, ...]:
        """The first one is in charge."""
        return tuple(self.made.project_config("cidrs"))

    @property
    def zone(self) -> str:
        """The hosted zone that all names are in."""
        return str(self.made.project_config("zone"))

    @cached_property
    def zone_id(self) -> str:
        """Its id."""
        (zone,) = self.made.aws("route53").list_hosted_zones()["HostedZones"]
        return str(zone["Id"]).rpartition("/")[2]

    @cached_property
    def targets(self) -> Mapping[str, tuple[str, str]]:
        """Colour -> DNS name and zone of its load balancer."""
        found = {}
        for colour in self.colours:
            resources = self.made.deployment(colour)["resources"]
            (balancer,) = [one for one in resources if one["type"] == "aws:lb/loadBalancer:LoadBalancer"]
            found[colour] = (balancer["outputs"]["dnsName"], balancer["outputs"]["zoneId"])
        return found

    def names_of(self, label: str) -> Sequence[str]:
        """So many names as everybody has here, for the one called `label`."""
        return [f"{label}.{self.zone}", *(f"{label}-{number:02d}.{self.zone}" for number in range(1, self.names))]


@contextmanager
def copied(stage: Stage, root: Path, names: int | None = None) -> Iterator[Stage]:
    """A copy of `stage` as it is, files included, with a lab of its own; gone at the end."""
    port = stage.addresses.copies_port
    assert port is not None, "a stage is made to be copied"
    with copies.copied(port, root / "server") as addresses:
        made = workspace.copy(stage.root, root, addresses, say)
        for folder in stage.root.iterdir():
            if not (root / folder.name).exists() and folder.name not in ("home", "bin"):
                shutil.copytree(folder, root / folder.name, symlinks=True)
        try:
            yield Stage(root, made, addresses, names or stage.names)
        finally:
            shutil.rmtree(root, ignore_errors=True)
