"""Addresses for the parts of machines that need no lab, and a lab whose instances run."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from lab.client import start
from lab.reservation import Reservation
from tests.lab.parts.lab_account import Account
from tests.lab.parts.machines.fleet import Fleet


@dataclass(frozen=True)
class Room:
    """A port, and addresses at which nothing else listens."""

    port: int
    addresses: tuple[str, ...]


@pytest.fixture
def room() -> Room:
    held = Reservation()
    return Room(held.port, tuple(str(held.first_machine + number) for number in range(8)))


@pytest.fixture(scope="session")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A lab with machines, whose folder has a space in its name, one for all tests."""
    with start(tmp_path_factory.mktemp("a lab") / "of its own", alias_ttl=1, machines=True) as server:
        yield Fleet(server, Account(server.addresses.endpoint))


@pytest.fixture
def fleet(machines: Fleet) -> Iterator[Fleet]:
    """Checks follow each other fast; what a test makes goes with it."""
    machines.lab.set_machines(pace=50)
    before = {group["AutoScalingGroupName"] for group in _groups(machines)}
    yield machines
    for group in _groups(machines):
        if group["AutoScalingGroupName"] not in before:
            machines.account.autoscaling.delete_auto_scaling_group(
                AutoScalingGroupName=group["AutoScalingGroupName"], ForceDelete=True
            )
    machines.lab.clear_faults()


def _groups(machines: Fleet) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = machines.account.autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    return found
