"""The AWS price list: what is asked of it for each rate, and the one price that its answer has, if it has one.

The answer is a list of texts, each the JSON of a product with its terms:
https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cutover.cost.parts import Parts
from cutover.cost.price import Price, Rate, Unknown, amount_of
from cutover.printable import printable, quoted

FAMILY = "productFamily"
SHOWN_CHARACTERS = 100
# Usage types begin with the billing code of their region, like EUC1-, or EU- in the oldest of Europe; in us-east-1 some
# have none. `TS-` (of trust stores) and `Outposts-` are not such codes:
# https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-region-billing-codes.html
_REGION = r"(?:(?:EU|[A-Z]{3}[0-9]{1,2})-)?"
_HOURS = frozenset({"Hrs"})


@dataclass(frozen=True)
class Query:
    """What is asked for one rate: products of `service` with these attributes, of this usage type (without the region).

    `units` are those that the price may be of.
    """

    rate: Rate
    region: str
    service: str
    attributes: tuple[tuple[str, str], ...]
    usage_type: str
    units: frozenset[str] = _HOURS

    @property
    def filters(self) -> Mapping[str, str]:
        """The fields that GetProducts is to filter by."""
        return {"regionCode": self.region, **dict(self.attributes)}


def queries(parts: Parts, region: str) -> tuple[Query, ...]:
    """What has to be asked for the prices of `parts` in `region`.

    How the codes are called: https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/load-balancer-billing-usage-reports.html,
    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-billing-usage-reports.html
    """
    balancing = ((FAMILY, "Load Balancer-Application"),)
    gateways = ((FAMILY, "NAT Gateway"),)
    addresses = (("group", "VPCPublicIPv4Address"),)
    volumes = ((FAMILY, "Storage"), ("volumeApiName", parts.volume_type))
    reserved = frozenset({"ReservedLCU-Hr", "ReservedLCU-Hrs", "LCU-Hrs"})
    known = (
        Query(Rate.INSTANCE, region, "AmazonEC2", _instance(parts), f"BoxUsage:{parts.instance_type}"),
        Query(Rate.VOLUME, region, "AmazonEC2", volumes, f"EBS:VolumeUsage.{parts.volume_type}", frozenset({"GB-Mo"})),
        Query(Rate.LOAD_BALANCER, region, "AWSELB", balancing, "LoadBalancerUsage"),
        Query(Rate.CAPACITY_UNIT, region, "AWSELB", balancing, "ReservedLCUUsage", reserved),
        Query(Rate.NAT_GATEWAY, region, "AmazonEC2", gateways, "NatGateway-Hours"),
        Query(Rate.ADDRESS, region, "AmazonVPC", addresses, "PublicIPv4:InUseAddress"),
        Query(Rate.IDLE_ADDRESS, region, "AmazonVPC", addresses, "PublicIPv4:IdleAddress"),
    )
    return tuple(query for query in known if query.rate in parts.rates)


def price(query: Query, products: Iterable[object], source: str) -> Price | Unknown:
    """The one price of the products that fit `query`; `source` says where they are from.

    Unknown when none fits, when they have more than one price, or when what they say cannot be read.
    """
    try:
        fitting = [found for found in map(_read, products) if _fits(query, found)]
        prices = {one: None for found in fitting for one in _prices(query, found)}
    except (ValueError, RecursionError) as error:
        return Unknown(f"the price list makes no sense: {printable(str(error), SHOWN_CHARACTERS)}")
    if not prices:
        return Unknown(f"the price list has no {query.usage_type} for {query.region}")
    if len(prices) > 1:
        several = ", ".join(f"{amount} {currency}" for amount, currency in prices)
        return Unknown(f"the price list has several prices: {printable(several, SHOWN_CHARACTERS)}")
    ((amount, currency),) = prices
    if not amount:
        return Unknown("the price list says 0, which is the price of something else")
    return Price(amount, currency, source)


def _instance(parts: Parts) -> tuple[tuple[str, str], ...]:
    """On-demand Linux on shared hardware, without licences, and not of a capacity reservation."""
    return (
        ("instanceType", parts.instance_type),
        ("operatingSystem", "Linux"),
        ("tenancy", "Shared"),
        ("preInstalledSw", "NA"),
        ("capacitystatus", "Used"),
    )


def _read(product: object) -> Mapping[str, Any]:
    if not isinstance(product, str):
        raise ValueError("a product that is no text")
    try:
        found = json.loads(product)
    except ValueError:
        raise ValueError(f"no JSON: {quoted(product, SHOWN_CHARACTERS)}") from None
    return _object(found, "a product")


def _fits(query: Query, product: Mapping[str, Any]) -> bool:
    """Whether it is what was asked for: a filter that was not heeded does not count."""
    about = _object(product.get("product"), "product")
    attributes = _object(about.get("attributes"), "attributes")
    said = {**attributes, FAMILY: about.get(FAMILY)}
    usage_type = said.get("usagetype")
    return (
        all(said.get(name) == value for name, value in query.filters.items())
        and isinstance(usage_type, str)
        and re.fullmatch(_REGION + re.escape(query.usage_type), usage_type) is not None
    )


def _prices(query: Query, product: Mapping[str, Any]) -> Sequence[tuple[Decimal, str]]:
    """Amount and currency of every on-demand price of the product."""
    terms = _object(_object(product.get("terms"), "terms").get("OnDemand"), "OnDemand")
    dimensions = [
        _object(one, "a price dimension")
        for term in terms.values()
        for one in _object(_object(term, "a term").get("priceDimensions"), "priceDimensions").values()
    ]
    return [_price(query, dimension) for dimension in dimensions]


def _price(query: Query, dimension: Mapping[str, Any]) -> tuple[Decimal, str]:
    unit, span = dimension.get("unit"), (dimension.get("beginRange", "0"), dimension.get("endRange", "Inf"))
    if unit not in query.units:
        raise ValueError(f"a price per {unit}")
    if span != ("0", "Inf"):
        raise ValueError(f"a price that holds from {span[0]} to {span[1]}")
    amounts = _object(dimension.get("pricePerUnit"), "pricePerUnit")
    # https://docs.amazonaws.cn/en_us/awsaccountbilling/latest/aboutv2/price-changes.html: there prices are in yuan.
    usual = "CNY" if query.region.startswith("cn-") else "USD"
    currency = usual if usual in amounts else next(iter(amounts), "")
    if currency != usual and len(amounts) != 1:
        raise ValueError(f"prices in {', '.join(amounts) or 'no currency'}")
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise ValueError(f"a price in {currency}")
    amount = amounts[currency]
    if not isinstance(amount, str):
        raise ValueError(f"a price of {amount}")
    try:
        return amount_of(amount), currency
    except ValueError:
        raise ValueError(f"a price of {amount}") from None


def _object(found: object, what: str) -> Mapping[str, Any]:
    if not isinstance(found, Mapping):
        raise ValueError(f"{what} is no object")
    return found
