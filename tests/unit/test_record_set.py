"""What is told of a record while Route 53 changes it."""

from collections.abc import Mapping
from typing import Any

import pytest

from cutover.record_set import change_under_way

NAME = "www.shop.example"


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"setIdentifier": "amber", "weightedRoutingPolicies": [{"weight": 100}]}, "amber to weight 100"),
        ({"setIdentifier": "amber", "weightedRoutingPolicies": [{"weight": 0.0}]}, "amber to weight 0"),
        ({"aliases": [{"name": "shop.example", "zoneId": "Z"}]}, "to an alias of shop.example"),
        ({"weightedRoutingPolicies": [], "aliases": []}, "its record"),
    ],
)
def test_what_becomes_of_the_record_is_told(inputs: Mapping[str, Any], said: str) -> None:
    assert change_under_way({"name": NAME, **inputs}) == f"Route 53 is changing {NAME}: {said}"
