"""What a rehearsal on an account costs, before it begins."""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cutover.cost import Price, Prices, Rate, Unknown
from cutover.cost.price_list import FAMILY
from lab import price
from lab.price import FIGURES, NOBODY_SAYS, OWN_FIGURE, Plan

PLAN = Plan("m7i.large", 2, 2, 1)
ROUNDED: Prices = {rate: Price(amount, "USD", OWN_FIGURE) for rate, amount in FIGURES.items()}


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def product(usd: str, filters: Sequence[dict[str, str]]) -> str:
    """The instance that was asked for; of all else there is none."""
    said = {one["Field"]: one["Value"] for one in filters}
    dimension = {"unit": "Hrs", "pricePerUnit": {"USD": usd}}
    about = {"attributes": {**said, "usagetype": "EUC1-BoxUsage:m7i.large"}, FAMILY: "Compute Instance"}
    return json.dumps({"product": about, "terms": {"OnDemand": {"a": {"priceDimensions": {"b": dimension}}}}})


class Session:
    """boto3's, with these answers."""

    meta = SimpleNamespace(endpoint_url="https://prices.example")

    def __init__(self, listed: Any, vcpus: int | None) -> None:
        self._listed, self._vcpus = listed, vcpus

    def client(self, _service: str, region_name: str) -> "Session":
        assert region_name
        return self

    def get_products(self, *, Filters: Sequence[dict[str, str]], **_: Any) -> dict[str, Any]:  # boto3's
        if isinstance(self._listed, Exception):
            raise self._listed
        if isinstance(self._listed, str):
            return {"PriceList": [product(self._listed, Filters)]}
        return {"PriceList": self._listed}

    def describe_instance_types(self, **_: Any) -> dict[str, Any]:
        found = [] if self._vcpus is None else [{"VCpuInfo": {"DefaultVCpus": self._vcpus}}]
        return {"InstanceTypes": found}


def of_plan(listed: Any, vcpus: int | None = 2) -> Prices:
    return price.of_plan(Session(listed, vcpus), "eu-central-1", PLAN)


def test_the_price_list_is_believed() -> None:
    found = of_plan("0.1211")[Rate.INSTANCE]
    assert isinstance(found, Price)
    assert found.amount == Decimal("0.1211")
    assert found.source.startswith("price list, ")


def test_what_the_list_has_not_is_a_figure_that_is_rounded_up() -> None:
    found = of_plan("0.1211")
    assert {rate: found[rate] for rate in FIGURES} == ROUNDED


@pytest.mark.parametrize(
    "listed",
    [[], "0.0", ["{}"], ["no JSON"], ClientError({"Error": {"Code": "AccessDenied"}}, "GetProducts")],
)
def test_without_it_the_size_tells(listed: Any) -> None:
    found = of_plan(listed)[Rate.INSTANCE]
    assert isinstance(found, Price)
    assert found.amount == Decimal("0.2")
    assert "2 vCPUs" in found.source


def test_what_nobody_says_is_not_taken_for_nothing() -> None:
    unknown = of_plan([], None)
    assert unknown[Rate.INSTANCE] == Unknown(NOBODY_SAYS)
    assert "$ 0.33 an hour, and 4 m7i.large, for 2 hours" in price.lines(PLAN, unknown)[-1]


def test_everything_is_counted_for_both_colours() -> None:
    said = price.lines(PLAN, {**ROUNDED, Rate.INSTANCE: Price(Decimal("0.2"), "USD", "x")})
    assert said[:-1] == [
        "  4 m7i.large at $ 0.200 (x)",
        "  4 volumes of 20 GB",
        "  2 load balancers",
        "  2 NAT gateways",
        "  6 public addresses",
    ]
    assert "$ 1.13 an hour, for 2 hours that have begun: $ 2.26" in said[-1]
