"""A second service in the account of a world: another project, with another first name in the same zone."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cutover import places
from lab import workspace
from tests.lab.world import FIRST, LIVE, SECOND, World

STACKS = (FIRST, SECOND, LIVE)


@dataclass(frozen=True)
class Service:
    """One of the services of an account: its world, its project's name and the first of its names."""

    world: World
    project: str
    name: str

    @property
    def resources(self) -> list[Mapping[str, Any]]:
        """Everything of AWS in the states of its three stacks."""
        found = [one for stack in STACKS for one in self.world.state(stack).get("resources", ())]
        return [one for one in found if one.get("id") and one["type"].startswith("aws:")]

    @property
    def identifiers(self) -> frozenset[str]:
        """The ids and ARNs of all of these."""
        values = [value for one in self.resources for value in (one["id"], one.get("outputs", {}).get("arn"))]
        return frozenset(str(value) for value in values if value)

    @property
    def records(self) -> list[dict[str, Any]]:
        """Every record set at or below its first name."""
        return [one for one in self.world.records() if f".{one['Name']}".endswith(f".{self.name}.")]

    @property
    def parameters(self) -> dict[str, tuple[str, int]]:
        """Name of each SSM parameter of its own to value and version."""
        pages = self.world.workspace.aws("ssm").get_paginator("get_parameters_by_path")
        path = places.of_service(self.name).removesuffix("/")
        found = [one for page in pages.paginate(Path=path, Recursive=True) for one in page["Parameters"]]
        return {one["Name"]: (one["Value"], one["Version"]) for one in found}

    @property
    def instances(self) -> frozenset[str]:
        """The running instances of its groups."""
        groups = [one["id"] for one in self.resources if one["type"] == "aws:autoscaling/group:Group"]
        scaling = self.world.workspace.aws("autoscaling")
        found = (
            scaling.describe_auto_scaling_groups(AutoScalingGroupNames=groups)["AutoScalingGroups"] if groups else []
        )
        return frozenset(one["InstanceId"] for group in found for one in group["Instances"])

    def as_it_is(self) -> tuple[Any, ...]:
        """All that somebody else might have changed of it."""
        return self.identifiers, self.records, self.parameters, self.instances

    def assert_nothing_to_do(self) -> None:
        """No stack of it would change anything, and none is refused."""
        for stack in STACKS:
            planned = self.world.preview(stack)
            assert planned.exit_code == 0, planned.output
            assert planned.steps == (), stack


def another(world: World, directory: Path, project: str, name: str, **shared: Any) -> Service:
    """Another service, whose stacks are made and empty."""
    made = workspace.beside(world.workspace, directory, project, names=[name], **shared)
    return Service(World(made, world.addresses, world.faults, world.before_any_cluster), project, name)


def build(service: Service) -> None:
    """Build both colours of it and put the first in charge."""
    with ThreadPoolExecutor(2) as pool:
        for result in pool.map(service.world.up, (FIRST, SECOND)):
            assert result.exit_code == 0, result.output
    service.world.workspace.edit_stack(LIVE, active=FIRST)
    service.world.must_up(LIVE)


def retire(service: Service) -> None:
    """Take all of it away, as docs/operations.md has it under 'Retire a name'."""
    service.world.delete_record_sets(service.name)
    for arguments in (("refresh", LIVE), ("destroy", LIVE), ("destroy", SECOND), ("destroy", FIRST)):
        command, stack = arguments
        more = ("--run-program",) if command == "destroy" else ()
        done = service.world.workspace.pulumi(command, "-s", stack, "--yes", *more)
        assert done.exit_code == 0, done.output


def forget(service: Service) -> None:
    """Take its stacks, which have nothing of AWS any more, out of the backend that all projects share."""
    for stack in STACKS:
        removed = service.world.workspace.pulumi("stack", "rm", "-s", stack, "--yes", "--force")
        assert removed.exit_code == 0, removed.output


def assert_nothing_unknown(*services: Service) -> None:
    """The embedded AWS holds nothing that none of the services' states knows, and no state has anything pending."""
    known = frozenset().union(*(service.identifiers for service in services))
    left = services[0].world.faults.leftovers()
    for kind in ("load_balancers", "target_groups", "auto_scaling_groups", "vpcs"):
        assert set(left.get(kind, ())) <= known, kind
    for service in services:
        for stack in STACKS:
            assert not service.world.state(stack).get("pending_operations"), (service.project, stack)
