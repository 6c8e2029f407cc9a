"""Loopback addresses that no other lab on this machine has, for the parts of machines without a lab."""

from dataclasses import dataclass

import pytest

from lab.reservation import Reservation


@dataclass(frozen=True)
class Room:
    """A port, and addresses at which nothing else listens."""

    port: int
    addresses: tuple[str, ...]


@pytest.fixture
def room() -> Room:
    held = Reservation()
    return Room(held.port, tuple(str(held.first_machine + number) for number in range(8)))
