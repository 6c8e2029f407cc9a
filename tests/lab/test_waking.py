"""What the preview says that wakes a colour, and that waking it waits for no price."""

from pathlib import Path

from cutover.cost import difference
from cutover.cost.price import rounded
from tests.lab.costing import COST, COST_ASLEEP, DENIED, line, silence, will_be, without_a_cache
from tests.lab.world import FIRST, SECOND, World


def test_waking_a_colour_says_what_it_adds_and_goes_on_without_prices(world: World, tmp_path: Path) -> None:
    more = difference(COST, COST_ASLEEP)
    world.wait_until_drained()
    world.workspace.edit_stack(SECOND, awake=False)
    assert "awake: +" not in "".join(world.must_up(SECOND).messages("info"))
    assert world.outputs(SECOND)["costPerHour"]["perHour"] == str(rounded(COST_ASLEEP.per_hour, 5))
    world.workspace.edit_stack(SECOND, awake=None)

    planned = world.preview(SECOND)
    assert line(planned).startswith(f"both awake: + {more}, since {FIRST}, in charge from ")
    assert will_be(planned)["perHour"] == str(rounded(COST.per_hour, 5))

    with silence() as silent:
        hanging = without_a_cache(world, tmp_path / "hanging", AWS_ENDPOINT_URL_PRICING=silent).preview(SECOND)
    assert hanging.exit_code == 0, hanging.output
    assert "unknown: the price list did not answer within 3 s" in line(hanging)
    assert len(hanging.steps) == len(planned.steps)

    world.faults.set_api_faults([DENIED])
    denied = without_a_cache(world, tmp_path / "denied")
    assert "AccessDeniedException" in line(denied.preview(SECOND))
    denied.must_up(SECOND)
    world.assert_nothing_half_done()
    assert world.outputs(SECOND)["costPerHour"]["perHour"] == "unknown"
    world.faults.clear_faults()

    known = world.preview(SECOND)
    assert known.steps == ()
    assert will_be(known)["perHour"] == str(rounded(COST.per_hour, 5))
