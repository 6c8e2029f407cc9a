"""What a machine is made from: plain data, as the embedded AWS and the settings of the lab have it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class MachineSpec:
    """A running instance: its id, its colour and region, its user data, and the ARN of its instance profile.

    delay_seconds: how long it may go on with what is under way when it is to end.
    """

    instance_id: str
    colour: str
    region: str
    user_data: bytes
    profile_arn: str = ""
    delay_seconds: float = 0.0


@dataclass(frozen=True)
class MachineState:
    """What is known of a machine; `containers` as `docker inspect` might tell them."""

    instance_id: str
    colour: str
    address: str
    state: str
    exit_code: int | None
    console: str
    containers: list[dict[str, Any]] = field(default_factory=list)
