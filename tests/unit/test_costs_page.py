"""The example by hand in docs/costs.md is what the code computes of the page's own figures."""

import json
from collections.abc import Mapping
from decimal import Decimal

import pytest

from cutover.cost import Kind, Parts, Price, Prices, Rate, Unknown, cost_of, difference, of_overlap
from cutover.cost.price import rounded
from tests.pages import ROOT, Page

PAGE = Page("docs/costs.md")
PARTS = Parts("m7i.large", 4, "gp3", 20, 4, 1, 100, 1, 3)
HOURS = Decimal("23.75")


def table(head: str) -> Mapping[str, Mapping[str, str]]:
    """The table whose first head is `head`: region to what the first column names (before a colon) to the cell."""
    lines = iter(PAGE.text.splitlines())
    heads = next(cells for cells in map(cells_of, lines) if cells[:1] == [head])
    next(lines)
    rows = []
    for line in lines:
        if not (cells := cells_of(line)):
            break
        rows.append(cells)
    names = [row[0].partition(":")[0].strip("`") for row in rows]
    return {
        region: {name: row[column] for name, row in zip(names, rows, strict=True)}
        for column, region in enumerate(heads[1:], start=1)
    }


def cells_of(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []


LISTED, BY_HAND = table("price of one, in USD"), table("an hour")


def prices(region: str) -> Prices:
    return {
        Rate(name): Unknown("none") if amount == "none" else Price(Decimal(amount), "USD", "the page")
        for name, amount in LISTED[region].items()
    }


def test_there_are_three_regions_and_one_lacks_a_price() -> None:
    assert set(LISTED) == set(BY_HAND) == {"us-east-1", "eu-central-1", "ap-northeast-1"}
    assert [region for region in LISTED if "none" in LISTED[region].values()] == ["ap-northeast-1"]
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


def test_the_prices_are_those_of_the_lab() -> None:
    listed = json.loads((ROOT / "lab" / "aws" / "price_list.json").read_text())
    units = {"EBS:VolumeUsage.gp3": "volumeGigabyteMonth", "PublicIPv4:InUseAddress": "addressHour"}
    for usage_type, rate in units.items():
        for region, of in LISTED.items():
            (found,) = [
                one["usd"]
                for one in listed
                if one["regionCode"] == region and one["usagetype"].rpartition("-")[2] == usage_type
            ]
            assert of[rate] == found
