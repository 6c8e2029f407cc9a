"""Counts times prices, in Decimal, and what has no price."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutover.cost import (
    ColourCost,
    Kind,
    Parts,
    Price,
    Prices,
    Rate,
    Unknown,
    cost_of,
    difference,
    last_tag_in,
    of_overlap,
)
from cutover.cost import output as outputs
from cutover.cost.own_prices import OwnPrices
from cutover.cost.price import money
from cutover.cost.waking import line
from cutover.in_charge import Entry

REGION = "eu-central-1"
WHOLE = Parts("m7i.large", 4, "gp3", 20, 4, 1, 100, 1, 3)
ONE_EACH: Prices = {rate: Price(Decimal(1), "USD", "a test") for rate in Rate}


def usd(amount: str) -> Price:
    return Price(Decimal(amount), "USD", "a test")


def test_each_kind_is_its_count_times_its_price() -> None:
    cost = cost_of(WHOLE, ONE_EACH, REGION)
    assert cost.by_kind == {
        Kind.INSTANCES: 4,
        Kind.VOLUMES: Decimal(80) / 730,
        Kind.LOAD_BALANCER: 101,
        Kind.NAT_GATEWAYS: 1,
        Kind.ADDRESSES: 3,
    }
    assert (cost.region, cost.currency, cost.at_least) == (REGION, "USD", False)
    assert cost.per_hour == 109 + Decimal(80) / 730


def test_ten_times_a_tenth_is_one() -> None:
    assert cost_of(Parts("m7i.large", 10), {Rate.INSTANCE: usd("0.1")}, REGION).per_hour == 1


def test_a_kind_without_a_price_is_unknown_and_the_sum_says_at_least() -> None:
    cost = cost_of(WHOLE, {**ONE_EACH, Rate.NAT_GATEWAY: Unknown("none in the list")}, REGION)
    assert cost.by_kind[Kind.NAT_GATEWAYS] is None
    assert cost.per_hour == 108 + Decimal(80) / 730
    assert str(cost) == "at least $ 108.11 an hour (natGateways unknown: none in the list)"


def test_a_load_balancer_whose_reserved_units_have_no_price_is_unknown_as_a_whole() -> None:
    cost = cost_of(WHOLE, {**ONE_EACH, Rate.CAPACITY_UNIT: Unknown("none")}, REGION)
    assert cost.by_kind[Kind.LOAD_BALANCER] is None


def test_what_there_is_none_of_needs_no_price() -> None:
    assert cost_of(Parts(idle_addresses=2), {Rate.IDLE_ADDRESS: usd("0.005")}, REGION).per_hour == Decimal("0.01")
    nothing = cost_of(Parts(), {}, REGION)
    assert nothing.per_hour == 0
    assert (nothing.at_least, str(nothing)) == (False, "$ 0.00 an hour")


def test_where_nothing_is_known_it_is_not_nothing() -> None:
    cost = cost_of(WHOLE, {rate: Unknown("denied") for rate in Rate}, REGION)
    assert cost.nothing_known
    assert str(cost).startswith("unknown (instances, volumes, loadBalancer, natGateways, publicAddresses unknown: den")
    assert cost_of(WHOLE, {}, REGION).nothing_known


def test_amounts_in_two_currencies_are_not_added() -> None:
    mixed = {**ONE_EACH, Rate.INSTANCE: Price(Decimal(2), "EUR", "config key prices")}
    cost = cost_of(WHOLE, mixed, REGION)
    assert cost.currency == "EUR"
    assert cost.per_hour == 8
    assert set(cost.unknown) == set(Kind) - {Kind.INSTANCES}
    assert "its price is in USD, and others are in EUR" in str(cost)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "$ 0.00"),
        ("0.005", "$ 0.0050"),
        ("0.00004", "$ 0.0000"),
        ("0.0999", "$ 0.0999"),
        ("0.125", "$ 0.13"),
        ("1234.5", "$ 1234.50"),
    ],
)
def test_money_is_short_and_little_of_it_is_seen(amount: str, text: str) -> None:
    assert money(Decimal(amount), "USD") == text


def test_another_currency_has_its_code() -> None:
    assert money(Decimal("0.5"), "CNY") == "CNY 0.50"


amounts = st.decimals(min_value=0, max_value=100, places=6)


@given(amounts, amounts, st.integers(0, 1000), st.integers(0, 6))
def test_the_sum_is_that_of_the_kinds(instance: Decimal, address: Decimal, instances: int, addresses: int) -> None:
    prices = {Rate.INSTANCE: Price(instance, "USD", "x"), Rate.ADDRESS: Price(address, "USD", "x")}
    cost = cost_of(Parts("m7i.large", instances, addresses=addresses), prices, REGION)
    assert cost.per_hour == instances * instance + addresses * address
    assert not cost.at_least


class TestOverlap:
    COST = cost_of(Parts("m7i.large", 4), {Rate.INSTANCE: usd("0.1")}, REGION)

    def test_it_begins_with_the_tag_in(self) -> None:
        found = of_overlap(self.COST, 1000.0, None, 1000.0 + 9000)
        assert found is not None
        assert (found.since, found.hours, found.amount, found.currency) == (1000.0, Decimal("2.5"), Decimal(1), "USD")
        assert str(found) == "$ 1.00 in 2.5 hours"

    def test_a_colour_that_was_built_later_has_cost_nothing_before(self) -> None:
        found = of_overlap(self.COST, 1000.0, 4600.0, 1000.0 + 9000)
        assert found is not None
        assert (found.since, found.amount) == (4600.0, Decimal("0.6"))
        earlier = of_overlap(self.COST, 1000.0, 10.0, 1000.0 + 9000)
        assert earlier is not None
        assert earlier.since == 1000.0

    def test_before_its_beginning_nobody_knows(self) -> None:
        assert of_overlap(self.COST, 1000.0, None, 999.0) is None

    def test_what_is_unknown_stays_so(self) -> None:
        some = cost_of(WHOLE, {Rate.NAT_GATEWAY: usd("1")}, REGION)
        found = of_overlap(some, 0.0, None, 3600.0)
        assert found is not None
        assert str(found).startswith("at least $ 1.00 in 1.0 hours (instances, volumes, ")
        none = of_overlap(cost_of(WHOLE, {}, REGION), 0.0, None, 3600.0)
        assert none is not None
        assert str(none).startswith("unknown (")

    def test_the_tag_in_is_the_first_entry_of_who_is_in_charge_since(self) -> None:
        history = [
            Entry(1, "amber"),
            Entry(2, "violet"),
            Entry(3, "amber"),
            Entry(4, "amber", sharing=frozenset({"x"})),
        ]
        assert last_tag_in(history) == 3
        assert last_tag_in(history[:1]) == 1
        assert last_tag_in([]) is None


class TestWaking:
    def test_what_it_adds_is_said_and_since_whom(self) -> None:
        asleep = cost_of(Parts(idle_addresses=1), ONE_EACH, REGION)
        more = difference(cost_of(Parts("m7i.large", 4, addresses=3), ONE_EACH, REGION), asleep)
        assert more.per_hour == 6
        said = line("violet", more, [Entry(1764148320, "amber")])
        assert said == (
            "both awake: + $ 6.00 an hour, since amber, in charge from 2025-11-26 09:12 UTC on, stays awake"
        )

    @pytest.mark.parametrize("history", [[], [Entry(1, "violet")]])
    def test_where_nobody_else_is_in_charge_it_is_not_both(self, history: list[Entry]) -> None:
        assert line("violet", cost_of(Parts("m7i.large", 4), ONE_EACH, REGION), history) == (
            "violet awake: + $ 4.00 an hour"
        )

    def test_a_difference_with_something_unknown_is_unknown(self) -> None:
        asleep = cost_of(Parts(idle_addresses=1), {}, REGION)
        more = difference(cost_of(Parts("m7i.large", 4, addresses=3), ONE_EACH, REGION), asleep)
        assert more.by_kind[Kind.ADDRESSES] is None
        assert more.per_hour == 4
        assert more.at_least


class TestOutput:
    OWN = OwnPrices()

    def said(
        self, prices: Prices, day: str = "2026-11-26", parts: Parts = WHOLE, own: OwnPrices = OWN
    ) -> dict[str, object]:
        return outputs.output(parts, cost_of(parts, {**prices, **own.prices}, REGION), own, day)

    def test_it_is_texts(self) -> None:
        said = self.said(ONE_EACH)
        assert said["perHour"] == "109.10959"
        assert said["kinds"] == {
            "instances": "4.00000",
            "volumes": "0.10959",
            "loadBalancer": "101.00000",
            "natGateways": "1.00000",
            "publicAddresses": "3.00000",
        }
        assert (said["atLeast"], said["currency"], said["region"], said["asOf"]) == (False, "USD", REGION, "2026-11-26")

    def test_what_has_no_price_is_unknown_in_it(self) -> None:
        said = self.said({})
        assert (said["perHour"], said["atLeast"], said["currency"]) == ("unknown", True, "USD")

    def test_it_stays_while_the_colour_does(self) -> None:
        before = self.said(ONE_EACH)
        dearer = {rate: usd("2") for rate in Rate}
        for now in (dearer, {}, {**ONE_EACH, Rate.INSTANCE: Unknown("slow")}):
            assert outputs.kept(before, self.said(now, "2027-01-01")) is before

    def test_it_changes_with_the_colour_and_with_the_config(self) -> None:
        before = self.said(ONE_EACH)
        for now in (
            self.said(ONE_EACH, parts=Parts("m7i.large", 5, "gp3", 20, 5, 1, 100, 1, 3)),
            self.said(ONE_EACH, own=OwnPrices("USD", {Rate.INSTANCE: Decimal("0.5")})),
        ):
            assert outputs.kept(before, now) is now

    def test_it_changes_when_more_is_known(self) -> None:
        before = self.said({**ONE_EACH, Rate.INSTANCE: Unknown("slow")})
        now = self.said(ONE_EACH)
        assert outputs.kept(before, now) is now

    @pytest.mark.parametrize("before", [None, "", 1, [], {}, {"kinds": 1}])
    def test_what_it_was_by_another_version_does_not_count(self, before: object) -> None:
        now = self.said(ONE_EACH)
        assert outputs.kept(before, now) is now
        assert outputs.kept({**now, "kinds": before}, now) is now


def test_a_cost_is_plain_data() -> None:
    assert ColourCost(REGION, "USD", {}, {}).per_hour == 0
