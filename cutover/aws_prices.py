"""What is read of the AWS price list: beside everything else, within seconds, and never in anybody's way."""

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Literal

from cutover import price_cache
from cutover.cost import price_list
from cutover.cost.own_prices import OwnPrices
from cutover.cost.parts import Parts
from cutover.cost.price import Price, Prices, Unknown
from cutover.cost.price_list import Query
from cutover.price_cache import PriceCache
from cutover.printable import printable

if TYPE_CHECKING:
    from mypy_boto3_pricing import PricingClient
    from mypy_boto3_pricing.type_defs import FilterTypeDef, GetProductsRequestTypeDef

DEADLINE_SECONDS = 3.0
# What fits a query are a few products at most.
MOST_PAGES = 5
SHOWN_CHARACTERS = 200
# The price list is the same in each of them, for all regions of the partition:
# https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html
_NEAREST = (("cn-", "cn-northwest-1"), ("eu-", "eu-central-1"), ("ap-", "ap-south-1"))
_OTHERWISE = "us-east-1"

Ask = Callable[[Query], Sequence[object]]


def api_region(region: str) -> str:
    """The region whose price list is asked for the prices of `region`."""
    return next((there for beginning, there in _NEAREST if region.startswith(beginning)), _OTHERWISE)


class Reading:
    """Prices that are being read from the moment it is made.

    connect: gives what asks for the products of a query, as texts, and the cache. It may raise and hang, as may what it
    gives. own: counts in place of the price list's. now: Unix time, seconds. Everything is done in threads that nobody
    waits for when the deadline is over, not even the end of the process; a price that comes too late is in the cache
    the next time.
    """

    def __init__(
        self,
        queries: Sequence[Query],
        connect: Callable[[], tuple[Ask, PriceCache]],
        own: OwnPrices | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._now = now
        self._until = time.monotonic() + DEADLINE_SECONDS
        self._own = (own or OwnPrices()).prices
        self._asked: dict[Query, Future[Price | Unknown]] = {
            query: Future() for query in queries if query.rate not in self._own
        }
        if self._asked:
            _in_background(lambda: self._ask_all(connect))

    def prices(self) -> Prices:
        """All of them, at the deadline at the latest; what has not come by then is unknown. Raises nothing."""
        return {**{query.rate: self._answer(found) for query, found in self._asked.items()}, **self._own}

    def _ask_all(self, connect: Callable[[], tuple[Ask, PriceCache]]) -> None:
        try:
            ask, cache = connect()
        except Exception as error:  # noqa: BLE001  # whatever the reason: then nobody says what it costs
            for answer in self._asked.values():
                answer.set_result(_not_asked(error))
            return
        for query, answer in self._asked.items():
            if kept := cache.get(query, self._now()):
                answer.set_result(kept)
            else:
                _in_background(partial(self._ask_for, query, answer, ask, cache))

    def _ask_for(self, query: Query, answer: "Future[Price | Unknown]", ask: Ask, cache: PriceCache) -> None:
        at = self._now()
        try:
            found = price_list.price(query, ask(query), price_cache.source(at))
        except Exception as error:  # noqa: BLE001  # as above
            found = _not_asked(error)
        answer.set_result(found)
        if isinstance(found, Price):
            cache.put(query, found, at)

    def _answer(self, found: "Future[Price | Unknown]") -> Price | Unknown:
        try:
            return found.result(max(0.0, self._until - time.monotonic()))
        except TimeoutError:
            return Unknown(f"the price list did not answer within {DEADLINE_SECONDS:.0f} s")


def begin(
    client: "Callable[[Literal['pricing'], str], PricingClient]",
    parts: Sequence[Parts],
    region: str,
    own: OwnPrices | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Reading:
    """Begin to read the prices of all `parts` in `region`; raises nothing.

    `client` makes a client of the service `pricing` in a region, as boto3 does, in whatever thread.
    """

    def connect() -> tuple[Ask, PriceCache]:
        pricing = client("pricing", api_region(region))
        cache = PriceCache(price_cache.folder(environment), pricing.meta.endpoint_url)
        return lambda query: products(pricing, query), cache

    return Reading(list(dict.fromkeys(query for of in parts for query in price_list.queries(of, region))), connect, own)


def products(pricing: "PricingClient", query: Query) -> Sequence[object]:
    """All products that GetProducts finds for `query`; raises what boto3 raises, and LookupError of too many."""
    filters: list[FilterTypeDef] = [
        {"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in query.filters.items()
    ]
    asked: GetProductsRequestTypeDef = {"ServiceCode": query.service, "Filters": filters, "FormatVersion": "aws_v1"}
    found: list[object] = []
    for _ in range(MOST_PAGES):
        answer = pricing.get_products(**asked)
        found += answer["PriceList"]
        if not answer.get("NextToken"):
            return found
        asked["NextToken"] = answer["NextToken"]
    raise LookupError(f"more than {len(found)} products are {query.usage_type} in {query.region}")


def _not_asked(error: Exception) -> Unknown:
    said = printable(" ".join(str(error).split()) or type(error).__name__, SHOWN_CHARACTERS)
    return Unknown(f"the price list could not be asked: {said}")


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="price", daemon=True).start()
