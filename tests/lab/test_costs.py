"""What a colour costs by the hour: an output that no preview changes, whatever the price list does; and own prices."""

from decimal import Decimal
from pathlib import Path

from cutover.cost import Kind
from cutover.cost.price import rounded
from lab.workspace import REGION
from tests.lab.costing import COST, DENIED, silence, will_be, without_a_cache
from tests.lab.world import CAPACITY, FIRST, World


def test_the_output_is_what_the_page_computes_and_no_preview_changes_it_whatever_the_price_list_does(
    shared_world: World, tmp_path: Path
) -> None:
    world = shared_world
    output = world.outputs(FIRST)["costPerHour"]
    assert output["perHour"] == str(rounded(COST.per_hour, 5))
    assert (output["atLeast"], output["currency"], output["region"]) == (False, "USD", REGION)
    assert set(output["kinds"]) == set(Kind)
    same = world.preview(FIRST)
    assert (same.steps, will_be(same)) == ((), output)

    world.faults.set_api_faults([DENIED])
    denied = without_a_cache(world, tmp_path / "denied").preview(FIRST)
    assert (denied.steps, will_be(denied)) == ((), output)
    world.faults.clear_faults()

    with silence() as silent:
        hanging = without_a_cache(world, tmp_path / "hanging", AWS_ENDPOINT_URL_PRICING=silent).preview(FIRST)
    assert (hanging.steps, will_be(hanging)) == ((), output)
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
        assert will_be(allowed)["kinds"]["instances"] == str(rounded(CAPACITY * Decimal("0.5"), 5))
    finally:
        world.workspace.edit_project(prices={})
