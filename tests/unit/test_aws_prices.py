"""Prices are read beside everything else, and in nobody's way."""

import threading
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cutover import aws_prices
from cutover.aws_prices import Ask, Reading, api_region, begin, products
from cutover.cost import OwnPrices, Parts, Price, Rate, Unknown
from cutover.cost.price_list import Query
from cutover.price_cache import WEEK_SECONDS, PriceCache
from tests.unit.price_lists import NAT, QUERIES, text

NOW = 1_795_700_000.0
DENIED = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no \x1b[31m"}}, "GetProducts")
UNITS = {Rate.VOLUME: "GB-Mo", Rate.CAPACITY_UNIT: "ReservedLCU-Hr"}


class List:
    """A price list that counts who asks; `fails` are raised in place of an answer."""

    def __init__(self, amount: str = "0.5", fails: Exception | None = None) -> None:
        self.amount, self.fails, self.asked = amount, fails, 0

    def __call__(self, query: Query) -> Sequence[object]:
        self.asked += 1
        if self.fails:
            raise self.fails
        return [text(query, self.amount, UNITS.get(query.rate, "Hrs"))]


@pytest.fixture
def reading(tmp_path: Path) -> Callable[..., Reading]:
    def read(ask: Ask, *queries: Query, at: float = NOW, own: OwnPrices | None = None) -> Reading:
        return Reading(queries, lambda: (ask, PriceCache(tmp_path, "here")), own, lambda: at)

    return read


def wait_for_threads() -> None:
    for thread in threading.enumerate():
        if thread.name == "price":
            thread.join(10)


def test_every_price_is_asked_for_once_a_week(reading: Callable[..., Reading]) -> None:
    there = List()
    first = reading(there, *QUERIES.values()).prices()
    assert {rate: price.amount for rate, price in first.items() if isinstance(price, Price)} == dict.fromkeys(
        Rate, Decimal("0.5")
    )
    wait_for_threads()
    assert reading(there, *QUERIES.values(), at=NOW + WEEK_SECONDS).prices() == first
    assert there.asked == len(Rate)
    reading(there, NAT, at=NOW + WEEK_SECONDS + 1).prices()
    assert there.asked == len(Rate) + 1


def test_an_own_price_is_not_asked_for(reading: Callable[..., Reading]) -> None:
    own, there = OwnPrices("USD", {Rate.NAT_GATEWAY: Decimal(2)}), List()
    assert reading(there, NAT, own=own).prices() == {Rate.NAT_GATEWAY: Price(Decimal(2), "USD", "config key prices")}
    assert there.asked == 0


def test_who_may_not_ask_has_no_price_and_nothing_is_kept(reading: Callable[..., Reading]) -> None:
    found = reading(List(fails=DENIED), NAT).prices()[Rate.NAT_GATEWAY]
    assert isinstance(found, Unknown)
    assert found.reason.startswith("the price list could not be asked: An error occurred (AccessDeniedException)")
    assert found.reason.isprintable()
    assert isinstance(reading(List(), NAT).prices()[Rate.NAT_GATEWAY], Price)


@pytest.mark.parametrize("error", [RuntimeError(""), ValueError("x"), OSError("no network"), RecursionError()])
def test_whatever_goes_wrong_is_a_reason(reading: Callable[..., Reading], error: Exception) -> None:
    found = reading(List(fails=error), NAT).prices()[Rate.NAT_GATEWAY]
    assert isinstance(found, Unknown)
    assert (str(error) or type(error).__name__) in found.reason


def test_one_that_hangs_keeps_nobody_waiting_for_the_others_nor_for_the_end(
    reading: Callable[..., Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws_prices, "DEADLINE_SECONDS", 0.2)
    answers = threading.Event()

    def ask(query: Query) -> Sequence[object]:
        if query == NAT:
            answers.wait(60)
        return List()(query)

    found = reading(ask, *QUERIES.values()).prices()
    assert found[Rate.NAT_GATEWAY] == Unknown("the price list did not answer within 0 s")
    hanging = [thread for thread in threading.enumerate() if thread.name == "price"]
    assert hanging
    assert all(thread.daemon for thread in hanging)
    answers.set()
    wait_for_threads()
    monkeypatch.setattr(aws_prices, "DEADLINE_SECONDS", 60.0)
    late = reading(List(fails=DENIED), NAT).prices()
    assert isinstance(late[Rate.NAT_GATEWAY], Price), "what came too late is there the next time"


def test_the_way_there_may_hang_and_fail_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws_prices, "DEADLINE_SECONDS", 0.2)
    ends = threading.Event()

    def hang(*_: str) -> Any:
        ends.wait(60)
        raise OSError("no credentials")

    parts = [Parts(nat_gateways=1)]
    found = begin(hang, parts, "eu-central-1", environment={"HOME": str(tmp_path)}).prices()
    assert found[Rate.NAT_GATEWAY] == Unknown("the price list did not answer within 0 s")
    ends.set()
    monkeypatch.setattr(aws_prices, "DEADLINE_SECONDS", 60.0)
    failed = begin(hang, parts, "eu-central-1", environment={"HOME": str(tmp_path)}).prices()
    assert failed[Rate.NAT_GATEWAY] == Unknown("the price list could not be asked: no credentials")


@pytest.mark.parametrize(
    ("region", "asked"),
    [
        ("eu-central-1", "eu-central-1"),
        ("eu-north-1", "eu-central-1"),
        ("ap-south-1", "ap-south-1"),
        ("ap-northeast-1", "ap-south-1"),
        ("us-west-2", "us-east-1"),
        ("sa-east-1", "us-east-1"),
        ("cn-north-1", "cn-northwest-1"),
    ],
)
def test_the_price_list_is_asked_where_it_is(region: str, asked: str) -> None:
    assert api_region(region) == asked


class Pages:
    """A client with an answer for each page."""

    def __init__(self, *pages: dict[str, Any]) -> None:
        self.pages, self.calls = list(pages), []  # type: ignore[var-annotated]  # the list of what was asked

    def get_products(self, **asked: Any) -> dict[str, Any]:
        self.calls.append(asked)
        return self.pages[min(len(self.calls), len(self.pages)) - 1]


def test_all_pages_are_read_before_one_price_is_the_only_one() -> None:
    pages: Any = Pages({"PriceList": ["a"], "NextToken": "t"}, {"PriceList": ["b"]})
    assert products(pages, NAT) == ["a", "b"]
    assert [call.get("NextToken") for call in pages.calls] == [None, "t"]
    assert pages.calls[0]["ServiceCode"] == "AmazonEC2"
    assert {"Type": "TERM_MATCH", "Field": "regionCode", "Value": "eu-central-1"} in pages.calls[0]["Filters"]


def test_more_pages_than_make_sense_are_none() -> None:
    endless: Any = Pages({"PriceList": ["a"], "NextToken": "t"})
    with pytest.raises(LookupError, match="more than 5 products are NatGateway-Hours"):
        products(endless, NAT)
