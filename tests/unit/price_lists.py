"""Products of the price list, as texts, for tests."""

import json
from collections.abc import Mapping
from typing import Any

from cutover.cost import Parts, Rate
from cutover.cost.price_list import FAMILY, Query, queries

REGION = "eu-central-1"
PARTS = Parts("m7i.large", 4, "gp3", 20, 4, 1, 100, 1, 3, 1)
QUERIES = {query.rate: query for query in queries(PARTS, REGION)}
NAT = QUERIES[Rate.NAT_GATEWAY]


def dimension(amounts: Mapping[str, Any], unit: str = "Hrs", **changes: Any) -> dict[str, Any]:
    return {"unit": unit, "beginRange": "0", "endRange": "Inf", "pricePerUnit": dict(amounts), **changes}


def product(query: Query, *dimensions: Mapping[str, Any], usage_type: str = "", **attributes: str) -> dict[str, Any]:
    """A product that fits `query`, with one term for each of the price dimensions; `attributes` replace its own."""
    found = {**query.filters, "usagetype": usage_type or f"EUC1-{query.usage_type}", **attributes}
    family = found.pop(FAMILY, None)
    return {
        "product": {"attributes": found, **({FAMILY: family} if family else {})},
        "terms": {"OnDemand": {f"S.{n}": {"priceDimensions": {f"S.{n}.R": one}} for n, one in enumerate(dimensions)}},
    }


def text(query: Query, amount: str, unit: str = "Hrs", **attributes: str) -> str:
    return json.dumps(product(query, dimension({"USD": amount}, unit), **attributes))
