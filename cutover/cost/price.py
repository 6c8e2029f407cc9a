"""What has a price, and the price of one: as the price list says it, or as the config does."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

# Plain digits: what Decimal takes besides (NaN, Infinity, 1E+9, digits of other scripts) is no price.
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,12})?")
_SYMBOLS = {"USD": "$"}
# From so much on, two decimal places tell enough.
_TWO_PLACES_FROM = Decimal("0.1")


class Rate(StrEnum):
    """What AWS has a price for, each with its unit; the keys of `prices` in the config."""

    INSTANCE = "instanceHour"
    VOLUME = "volumeGigabyteMonth"
    LOAD_BALANCER = "loadBalancerHour"
    CAPACITY_UNIT = "capacityUnitHour"
    NAT_GATEWAY = "natGatewayHour"
    ADDRESS = "addressHour"
    IDLE_ADDRESS = "idleAddressHour"


@dataclass(frozen=True)
class Price:
    """The price of one, in the currency of this ISO 4217 code, and who says so."""

    amount: Decimal
    currency: str
    source: str


@dataclass(frozen=True)
class Unknown:
    """That there is no price, and why; `reason` may quote what comes from outside."""

    reason: str


Prices = Mapping[Rate, Price | Unknown]


def amount_of(text: str) -> Decimal:
    """The amount in `text`, in plain digits; raises ValueError when it is anything else."""
    if not _AMOUNT.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def rounded(amount: Decimal, places: int) -> Decimal:
    """`amount` with so many decimal places, half a unit away from zero."""
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def symbol(currency: str) -> str:
    """What stands before an amount: `$`, or the code of the currency."""
    return _SYMBOLS.get(currency, currency)


def money(amount: Decimal, currency: str) -> str:
    """`amount` for people: `$ 0.52`; with four decimal places below 0.1, so that little is not nothing."""
    shown = rounded(amount, 2 if amount >= _TWO_PLACES_FROM or not amount else 4)
    return f"{symbol(currency)} {shown}"
