"""What tests of the cost of a colour ask of a run, and what the colours of the lab's world cost by docs/costs.md."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from cutover.cost import Parts, cost_of
from lab.client import ApiFault
from lab.pulumi_command import Result
from lab.workspace import REGION
from tests.lab.world import CAPACITY, World
from tests.unit.costs_page import prices

AWAKE = Parts("m7i.large", CAPACITY, "gp3", 20, CAPACITY, 1, 0, 1, 3)
ASLEEP = Parts(idle_addresses=1)
COST, COST_ASLEEP = (cost_of(parts, prices(REGION), REGION) for parts in (AWAKE, ASLEEP))
DENIED = ApiFault("pricing", "GetProducts", "AccessDeniedException", -1)


def will_be(result: Result) -> Mapping[str, Any]:
    """The output as a preview or an update leaves it."""
    assert result.exit_code == 0, result.output
    said = [event.body["metadata"] for event in result.events if event.kind == "resOutputsEvent"]
    *_, stack = [one["new"] for one in said if one["type"] == "pulumi:pulumi:Stack"]
    output: Mapping[str, Any] = stack["outputs"]["costPerHour"]
    return output


def line(result: Result) -> str:
    """What is said about waking a colour."""
    (said,) = [text for text in result.messages("info") if " awake: + " in text]
    return said.strip()


def without_a_cache(world: World, folder: Path, **environment: str) -> World:
    """As who has never asked for prices."""
    own = {**world.workspace.environment, "XDG_CACHE_HOME": str(folder), **environment}
    return replace(world, workspace=replace(world.workspace, environment=own))


@contextmanager
def silence() -> Iterator[str]:
    """An endpoint that takes every question and answers none."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(100)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
