"""What a rehearsal on an account costs, before it begins."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lab import price
from lab.price import InstancePrice, Plan

PLAN = Plan("m7i.large", 2, 2, 1)


def product(usd: str) -> str:
    dimension = {"pricePerUnit": {"USD": usd}}
    return json.dumps({"terms": {"OnDemand": {"a": {"priceDimensions": {"b": dimension}}}}})


class Session:
    """boto3's, with these answers."""

    def __init__(self, listed: Any, vcpus: int | None) -> None:
        self._listed, self._vcpus = listed, vcpus

    def client(self, _service: str, region_name: str) -> "Session":
        assert region_name
        return self

    def get_products(self, **_: Any) -> dict[str, Any]:
        if isinstance(self._listed, Exception):
            raise self._listed
        return {"PriceList": self._listed}

    def describe_instance_types(self, **_: Any) -> dict[str, Any]:
        found = [] if self._vcpus is None else [{"VCpuInfo": {"DefaultVCpus": self._vcpus}}]
        return {"InstanceTypes": found}


def test_the_price_list_is_believed() -> None:
    session = Session([product("0.1211")], 2)
    assert price.of_instance(session, "eu-central-1", "m7i.large") == InstancePrice(0.1211, "the price list")


@pytest.mark.parametrize(
    "listed",
    [[], [product("0.0")], ["{}"], ["no JSON"], ClientError({"Error": {"Code": "AccessDenied"}}, "GetProducts")],
)
def test_without_it_the_size_tells(listed: Any) -> None:
    found = price.of_instance(Session(listed, 2), "eu-central-1", "m7i.large")
    assert found.dollars == pytest.approx(0.2)
    assert "2 vCPUs" in found.source


def test_what_nobody_says_is_not_taken_for_nothing() -> None:
    unknown = price.of_instance(Session([], None), "eu-central-1", "m7i.large")
    assert unknown.dollars is None
    assert "$ 0.33 an hour, and 4 m7i.large, for 2 hours" in price.lines(PLAN, unknown)[-1]


def test_everything_is_counted_for_both_colours() -> None:
    said = price.lines(PLAN, InstancePrice(0.2, "x"))
    assert said[:-1] == [
        "  4 m7i.large at $ 0.200 (x)",
        "  4 volumes of 20 GB",
        "  2 load balancers",
        "  2 NAT gateways",
        "  6 public addresses",
    ]
    assert "$ 1.13 an hour, for 2 hours that have begun: $ 2.26" in said[-1]
