"""What a colour costs by the hour: its output, what the preview says that wakes it, and that nothing waits for prices."""

import socket
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cutover.cost import Kind, Parts, cost_of, difference
from cutover.cost.price import rounded
from lab.client import ApiFault
from lab.pulumi_command import Result
from lab.workspace import REGION
from tests.lab.world import CAPACITY, FIRST, SECOND, World
from tests.unit.costs_page import prices

AWAKE = Parts("m7i.large", CAPACITY, "gp3", 20, CAPACITY, 1, 0, 1, 3)
ASLEEP = Parts(idle_addresses=1)
COST = cost_of(AWAKE, prices(REGION), REGION)
DENIED = ApiFault("pricing", "GetProducts", "AccessDeniedException", -1)


def _will_be(result: Result) -> Mapping[str, Any]:
    """The output as a preview or an update leaves it."""
    assert result.exit_code == 0, result.output
    said = [event.body["metadata"] for event in result.events if event.kind == "resOutputsEvent"]
    (stack,) = [one["new"] for one in said if one["type"] == "pulumi:pulumi:Stack"]
    output: Mapping[str, Any] = stack["outputs"]["costPerHour"]
    return output


def _said(result: Result) -> str:
    (line,) = [text for text in result.messages("info") if " awake: + " in text]
    return line.strip()


def _without_a_cache(world: World, folder: Path, **environment: str) -> World:
    """As who has never asked for prices."""
    own = {**world.workspace.environment, "XDG_CACHE_HOME": str(folder), **environment}
    return replace(world, workspace=replace(world.workspace, environment=own))


@pytest.fixture
def silent() -> Iterator[str]:
    """An endpoint that takes every question and answers none."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(100)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_the_output_is_what_the_page_computes_and_no_preview_changes_it_whatever_the_price_list_does(
    shared_world: World, tmp_path: Path, silent: str
) -> None:
    world = shared_world
    output = world.outputs(FIRST)["costPerHour"]
    assert output["perHour"] == str(rounded(COST.per_hour, 5))
    assert (output["atLeast"], output["currency"], output["region"]) == (False, "USD", REGION)
    assert set(output["kinds"]) == set(Kind)
    same = world.preview(FIRST)
    assert (same.steps, _will_be(same)) == ((), output)

    world.faults.set_api_faults([DENIED])
    denied = _without_a_cache(world, tmp_path / "denied").preview(FIRST)
    assert (denied.steps, _will_be(denied)) == ((), output)
    world.faults.clear_faults()

    hanging = _without_a_cache(world, tmp_path / "hanging", AWS_ENDPOINT_URL_PRICING=silent).preview(FIRST)
    assert (hanging.steps, _will_be(hanging)) == ((), output)
    world.assert_nothing_half_done()


def test_own_prices_change_the_output_and_nothing_else_and_bad_ones_are_refused(shared_world: World) -> None:
    world = shared_world
    try:
        world.workspace.edit_project(prices={"instanceHour": "-1"})
        for refused in (world.preview(FIRST), world.up(FIRST)):
            assert refused.exit_code != 0
            message = "\n".join(refused.messages("error"))
            for part in ("config key prices", "instanceHour: -1", "natGatewayHour", "Pulumi.yaml"):
                assert part in message, message
            assert refused.steps == ()
        world.assert_nothing_half_done()

        world.workspace.edit_project(prices={"instanceHour": 0.5})
        allowed = world.preview(FIRST)
        assert allowed.steps == ()
        assert _will_be(allowed)["kinds"]["instances"] == str(rounded(CAPACITY * Decimal("0.5"), 5))
    finally:
        world.workspace.edit_project(prices={})


def test_waking_a_colour_says_what_it_adds_and_goes_on_without_prices(
    world: World, tmp_path: Path, silent: str
) -> None:
    asleep = cost_of(ASLEEP, prices(REGION), REGION)
    more = difference(COST, asleep)
    world.wait_until_drained()
    world.workspace.edit_stack(SECOND, awake=False)
    assert "awake: +" not in "".join(world.must_up(SECOND).messages("info"))
    assert world.outputs(SECOND)["costPerHour"]["perHour"] == str(rounded(asleep.per_hour, 5))
    world.workspace.edit_stack(SECOND, awake=None)

    planned = world.preview(SECOND)
    assert _said(planned).startswith(f"both awake: + {more}, since {FIRST}, in charge from ")
    assert _will_be(planned)["perHour"] == str(rounded(COST.per_hour, 5))

    hanging = _without_a_cache(world, tmp_path / "hanging", AWS_ENDPOINT_URL_PRICING=silent).preview(SECOND)
    assert hanging.exit_code == 0, hanging.output
    assert "unknown: the price list did not answer within 3 s" in _said(hanging)
    assert len(hanging.steps) == len(planned.steps)

    world.faults.set_api_faults([DENIED])
    denied = _without_a_cache(world, tmp_path / "denied")
    assert "AccessDeniedException" in _said(denied.preview(SECOND))
    denied.must_up(SECOND)
    world.assert_nothing_half_done()
    assert world.outputs(SECOND)["costPerHour"]["perHour"] == "unknown"
    world.faults.clear_faults()

    known = world.preview(SECOND)
    assert known.steps == ()
    assert _will_be(known)["perHour"] == str(rounded(COST.per_hour, 5))
