"""The example by hand in docs/costs.md is what the code computes of the page's own figures."""

from decimal import Decimal

import pytest

from cutover.cost import Kind, Parts, Rate, cost_of, difference, of_overlap
from cutover.cost.price import rounded
from tests.unit.costs_page import BY_HAND, LISTED, NONE, PARTS, prices

HOURS = Decimal("23.75")


def test_there_are_three_regions_and_one_lacks_a_price() -> None:
    assert set(LISTED) == set(BY_HAND) == {"us-east-1", "eu-central-1", "ap-northeast-1"}
    assert [region for region in LISTED if NONE in LISTED[region].values()] == ["ap-northeast-1"]
    assert all(set(of) == set(Rate) for of in LISTED.values())


@pytest.mark.parametrize("region", LISTED)
def test_the_example_by_hand_is_what_is_computed(region: str) -> None:
    cost, by_hand = cost_of(PARTS, prices(region), region), BY_HAND[region]
    for kind in Kind:
        amount = cost.by_kind[kind]
        assert by_hand[kind] == ("unknown" if amount is None else str(rounded(amount, 5)))
    at_least = "at least " if cost.at_least else ""
    assert by_hand["sum, then rounded"] == f"{at_least}{rounded(cost.per_hour, 5)}"
    waking = difference(cost, cost_of(Parts(idle_addresses=1), prices(region), region))
    assert by_hand["waking it, with its address kept"] == f"{at_least}{rounded(waking.per_hour, 5)}"
    overlap = of_overlap(cost, 0.0, None, float(HOURS * 3600))
    assert overlap is not None
    assert by_hand["both awake for 23.75 hours"] == f"{at_least}{rounded(overlap.amount, 2)}"
