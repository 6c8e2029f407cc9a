"""The one price that an answer of the price list has, if it has one."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutover.cost import Parts, Price, Rate, Unknown
from cutover.cost.price_list import FAMILY, price, queries
from tests.unit.price_lists import NAT, PARTS, QUERIES, REGION, dimension, product, text


def found(*products: object, query: Any = NAT) -> Price | Unknown:
    return price(query, products, "a test")


def reason(*products: object, query: Any = NAT) -> str:
    unknown = found(*products, query=query)
    assert isinstance(unknown, Unknown), unknown
    return unknown.reason


def test_every_rate_is_asked_for_and_only_those_that_are_needed() -> None:
    assert set(QUERIES) == set(Rate)
    assert [query.rate for query in queries(Parts(idle_addresses=1), REGION)] == [Rate.IDLE_ADDRESS]
    assert queries(Parts(), REGION) == ()
    assert {query.filters["regionCode"] for query in QUERIES.values()} == {REGION}


def test_a_price_is_exact() -> None:
    assert found(text(NAT, "0.0520000000")) == Price(Decimal("0.052"), "USD", "a test")


@pytest.mark.parametrize("beginning", ["", "EU-", "EUC1-", "USE1-", "APN3-", "CAN2-"])
def test_a_usage_type_may_begin_with_the_code_of_its_region(beginning: str) -> None:
    said = text(NAT, "0.1", usage_type=f"{beginning}NatGateway-Hours")
    assert found(said) == Price(Decimal("0.1"), "USD", "a test")


@pytest.mark.parametrize(
    ("rate", "usage_type"),
    [
        (Rate.NAT_GATEWAY, "EUC1-RegionalNatGateway-Hours"),
        (Rate.NAT_GATEWAY, "EUC1-NatGateway-Bytes"),
        (Rate.LOAD_BALANCER, "TS-LoadBalancerUsage"),
        (Rate.LOAD_BALANCER, "EUC1-TS-LoadBalancerUsage"),
        (Rate.LOAD_BALANCER, "Outposts-LoadBalancerUsage"),
        (Rate.CAPACITY_UNIT, "EUC1-LCUUsage"),
        (Rate.ADDRESS, "EUC1-PublicIPv4:IdleAddress"),
        (Rate.INSTANCE, "EUC1-UnusedBox:m7i.large"),
        (Rate.INSTANCE, "EUC1-BoxUsage:m7iXlarge"),
        (Rate.VOLUME, "EUC1-EBS:VolumeUsage.gp2"),
    ],
)
def test_what_is_called_much_the_same_is_something_else(rate: Rate, usage_type: str) -> None:
    assert "has no" in reason(text(QUERIES[rate], "0.1", usage_type=usage_type), query=QUERIES[rate])


def test_a_filter_that_was_not_heeded_does_not_count() -> None:
    assert "has no NatGateway-Hours for eu-central-1" in reason(text(NAT, "0.1", regionCode="us-east-1"))
    assert "has no" in reason(text(NAT, "0.1", **{FAMILY: "IP Address"}))
    instance = QUERIES[Rate.INSTANCE]
    windows = text(instance, "0.2", operatingSystem="Windows")
    assert found(windows, text(instance, "0.1"), query=instance) == Price(Decimal("0.1"), "USD", "a test")


def test_nothing_is_no_price() -> None:
    assert "has no NatGateway-Hours" in reason()
    assert "0, which is the price of something else" in reason(text(NAT, "0.0000000000"))
    assert "has no" in reason(json.dumps(product(NAT)))


def test_several_that_agree_are_one_and_several_that_differ_are_none() -> None:
    assert isinstance(found(text(NAT, "0.1"), text(NAT, "0.10")), Price)
    assert reason(text(NAT, "0.1"), text(NAT, "0.2")) == "the price list has several prices: 0.1 USD, 0.2 USD"
    both = json.dumps(product(NAT, dimension({"USD": "0.1"}), dimension({"USD": "0.2"})))
    assert "several prices" in reason(both)


def test_a_price_in_tiers_is_none() -> None:
    tiers = product(NAT, dimension({"USD": "0"}, endRange="750"), dimension({"USD": "0.1"}, beginRange="750"))
    assert "a price that holds from 0 to 750" in reason(json.dumps(tiers))


def test_a_price_of_another_unit_is_none() -> None:
    assert "a price per GB" in reason(text(NAT, "0.1", "GB"))


def test_the_currency_is_that_of_the_region_or_the_only_one() -> None:
    def said(query: Any, **amounts: str) -> str:
        return json.dumps(product(query, dimension(amounts), usage_type="CNN1-NatGateway-Hours"))

    (china,) = queries(Parts(nat_gateways=1), "cn-north-1")
    assert found(said(NAT, USD="0.1", CNY="0.7")) == Price(Decimal("0.1"), "USD", "a test")
    assert found(said(china, USD="0.1", CNY="0.7"), query=china) == Price(Decimal("0.7"), "CNY", "a test")
    assert found(said(NAT, EUR="0.1")) == Price(Decimal("0.1"), "EUR", "a test")
    assert "prices in EUR, GBP" in reason(said(NAT, EUR="0.1", GBP="0.2"))
    assert "prices in no currency" in reason(said(NAT))
    assert "a price in usd" in reason(said(NAT, usd="0.1"))


@pytest.mark.parametrize(
    "amount", ["NaN", "Infinity", "-0.1", "1e5", "0x1", "", " 1", "1 ", "\u0661", "0.1.2", "9" * 40]
)
def test_what_is_no_plain_number_is_no_price(amount: str) -> None:
    assert "makes no sense: a price of" in reason(text(NAT, amount))


@pytest.mark.parametrize("amount", [0.1, None, True, ["0.1"], {}])
def test_an_amount_that_is_no_text_is_no_price(amount: Any) -> None:
    assert "makes no sense" in reason(json.dumps(product(NAT, dimension({"USD": amount}))))


@pytest.mark.parametrize("broken", ["", "{", "[]", "null", "NaN", "1", '"x"', "{}", '{"product": []}', "[" * 100_000])
def test_what_is_no_product_is_no_price_even_beside_one(broken: str) -> None:
    assert "makes no sense" in reason(broken)
    assert "makes no sense" in reason(text(NAT, "0.1"), broken)


@pytest.mark.parametrize("other", [{}, None, 5, b"{}", ["x"]])
def test_only_texts_are_products(other: object) -> None:
    assert "a product that is no text" in reason(other)


@pytest.mark.parametrize("key", ["terms", "product"])
@pytest.mark.parametrize("value", [None, [], "x", {"OnDemand": 1}, {"OnDemand": {"a": 1}}, {"attributes": "x"}])
def test_a_product_of_another_form_is_no_price(key: str, value: Any) -> None:
    said = {**product(NAT, dimension({"USD": "0.1"})), key: value}
    assert isinstance(found(json.dumps(said)), Unknown)


def test_what_it_quotes_is_short_and_printable() -> None:
    said = reason("\x1b[31m" + "x" * 10_000)
    assert len(said) < 250
    assert said.isprintable()


def test_reserved_units_may_be_called_as_they_are_on_the_bill() -> None:
    units = QUERIES[Rate.CAPACITY_UNIT]
    for unit in ("ReservedLCU-Hr", "LCU-Hrs"):
        assert isinstance(found(text(units, "0.008", unit), query=units), Price)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["product", "attributes", "terms", "OnDemand", "priceDimensions", "pricePerUnit", "USD", "unit"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(anything.map(json.dumps) | st.text(max_size=20), max_size=3))
def test_whatever_comes_it_is_a_price_or_unknown(products: list[str]) -> None:
    assert isinstance(found(*products), Unknown)


def test_parts_say_which_type_is_asked_for() -> None:
    assert QUERIES[Rate.INSTANCE].filters["instanceType"] == PARTS.instance_type
    assert QUERIES[Rate.VOLUME].filters["volumeApiName"] == "gp3"
