"""The tables of docs/costs.md."""

from collections.abc import Mapping
from decimal import Decimal

from cutover.cost import Parts, Price, Prices, Rate, Unknown
from tests.pages import Page

PAGE = Page("docs/costs.md")
# What the page says that it computes.
PARTS = Parts("m7i.large", 4, "gp3", 20, 4, 1, 100, 1, 3)
NONE = "none"


def table(head: str) -> Mapping[str, Mapping[str, str]]:
    """The table whose first head is `head`: region to what the first column names (before a colon) to the cell."""
    lines = iter(PAGE.text.splitlines())
    heads = next(cells for cells in map(_cells, lines) if cells[:1] == [head])
    next(lines)
    rows = []
    for line in lines:
        if not (cells := _cells(line)):
            break
        rows.append(cells)
    names = [row[0].partition(":")[0].strip("`") for row in rows]
    return {
        region: {name: row[column] for name, row in zip(names, rows, strict=True)}
        for column, region in enumerate(heads[1:], start=1)
    }


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []


LISTED, BY_HAND = table("price of one, in USD"), table("an hour")


def prices(region: str) -> Prices:
    """The prices of a region by the page."""
    return {
        Rate(name): Unknown(NONE) if amount == NONE else Price(Decimal(amount), "USD", "the page")
        for name, amount in LISTED[region].items()
    }
