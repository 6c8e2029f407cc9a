"""Prices of one's own, from the config: they count in place of the price list's."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cutover.cost.price import Price, Prices, Rate, amount_of

CURRENCY = "currency"
SOURCE = "config key prices"
_CODE = re.compile(r"[A-Z]{3}")
_MOST = Decimal(1_000_000)
ALLOWED = (
    'empty, or a map like {"currency": "USD", "instanceHour": 0.08} with what one costs, from 0 on, of '
    f"{', '.join(Rate)}; currency is an ISO 4217 code, USD without it"
)


@dataclass(frozen=True)
class OwnPrices:
    """What the config says; a rate that it does not name is left to the price list."""

    currency: str = "USD"
    amounts: Mapping[Rate, Decimal] = field(default_factory=dict)

    @property
    def prices(self) -> Prices:
        """As prices that say where they come from."""
        return {rate: Price(amount, self.currency, SOURCE) for rate, amount in self.amounts.items()}


def parse(text: str) -> OwnPrices:
    """Read the value of the config key; raises ValueError with the part at fault."""
    entries: Any = json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse)
    if not isinstance(entries, dict):
        raise ValueError(text)
    currency = entries.pop(CURRENCY, "USD")
    if not isinstance(currency, str) or not _CODE.fullmatch(currency):
        raise ValueError(f"{CURRENCY}: {currency}")
    amounts = {}
    for name, value in sorted(entries.items()):
        if name not in set(Rate):
            raise ValueError(name)
        amounts[Rate(name)] = _amount(name, value)
    return OwnPrices(currency, amounts)


def _amount(name: str, value: Any) -> Decimal:
    try:
        # A number may come as 5e-05: the engine writes small ones so.
        found = value if isinstance(value, Decimal) else amount_of(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError(f"{name}: {value}") from None
    if not Decimal(0) <= found <= _MOST:
        raise ValueError(f"{name}: {value}")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(constant)
