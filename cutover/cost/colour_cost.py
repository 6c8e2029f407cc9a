"""Counts times prices: what one colour costs by the hour, and what of it is not known."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from cutover.cost.parts import Kind, Parts
from cutover.cost.price import Price, Prices, Rate, Unknown, money

# The mean of a year's months, by which AWS's own calculator turns hours into months (365 days * 24 / 12):
# https://docs.aws.amazon.com/pricing-calculator/latest/userguide/what-is-pricing-calculator.html
HOURS_A_MONTH = Decimal(730)
_HOURS = {Rate.VOLUME: HOURS_A_MONTH}
NOBODY_SAID = Unknown("nobody was asked for the price")


@dataclass(frozen=True)
class ColourCost:
    """What a colour costs by the hour in `region`, by kind; None is unknown, and `unknown` says why.

    Amounts are not rounded; `currency` is an ISO 4217 code, empty while no price at all is known.
    """

    region: str
    currency: str
    by_kind: Mapping[Kind, Decimal | None]
    unknown: Mapping[Kind, str]

    @property
    def per_hour(self) -> Decimal:
        """The sum of what is known; see `at_least`."""
        return sum((amount for amount in self.by_kind.values() if amount is not None), Decimal(0))

    @property
    def at_least(self) -> bool:
        """Whether it costs more than `per_hour`, since a kind has no price."""
        return bool(self.unknown)

    @property
    def nothing_known(self) -> bool:
        """Whether there is something to pay for, and the price of none of it is known."""
        return self.at_least and not self.per_hour

    def __str__(self) -> str:
        """For people: `$ 0.52 an hour`, `at least $ 0.07 an hour (instances unknown: REASON)`."""
        if not self.at_least:
            return f"{money(self.per_hour, self.currency or 'USD')} an hour"
        why = f"({self.why_unknown})"
        return (
            f"unknown {why}" if self.nothing_known else f"at least {money(self.per_hour, self.currency)} an hour {why}"
        )

    @property
    def why_unknown(self) -> str:
        """The kinds without a price, with each reason once; empty when all are known."""
        reasons = dict.fromkeys(self.unknown.values())
        return "; ".join(
            f"{', '.join(kind for kind, why in self.unknown.items() if why == reason)} unknown: {reason}"
            for reason in reasons
        )


def cost_of(parts: Parts, prices: Prices, region: str) -> ColourCost:
    """What `parts` cost by the hour at `prices`, which are those of `region`.

    Amounts in two currencies make no sum: what is priced in another one than the first that is known is unknown.
    """
    known = [price.currency for rate in parts.rates if isinstance(price := prices.get(rate), Price)]
    currency = known[0] if known else ""
    by_kind: dict[Kind, Decimal | None] = {}
    unknown: dict[Kind, str] = {}
    for kind, quantities in parts.quantities.items():
        found = {rate: _in_currency(prices.get(rate, NOBODY_SAID), currency) for rate in quantities}
        reasons = dict.fromkeys(price.reason for price in found.values() if isinstance(price, Unknown))
        if reasons:
            by_kind[kind], unknown[kind] = None, "; ".join(reasons)
        else:
            amounts = {rate: price.amount for rate, price in found.items() if isinstance(price, Price)}
            by_kind[kind] = sum(
                (count * amounts[rate] / _HOURS.get(rate, 1) for rate, count in quantities.items()), Decimal(0)
            )
    return ColourCost(region, currency, by_kind, unknown)


def difference(after: ColourCost, before: ColourCost) -> ColourCost:
    """What `after` costs more than `before`, of the same region and at the same prices; unknown where either is."""
    unknown = {**before.unknown, **after.unknown}
    by_kind = {
        kind: None if amount is None or kind in unknown else amount - (before.by_kind.get(kind) or 0)
        for kind, amount in after.by_kind.items()
    }
    return ColourCost(after.region, after.currency or before.currency, by_kind, unknown)


def _in_currency(price: Price | Unknown, currency: str) -> Price | Unknown:
    if isinstance(price, Unknown) or price.currency == currency:
        return price
    return Unknown(f"its price is in {price.currency}, and others are in {currency} ({price.source})")
