"""The output `costPerHour` of a colour's stack: plain data, the same from one preview to the next."""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from cutover.cost.colour_cost import ColourCost
from cutover.cost.own_prices import OwnPrices
from cutover.cost.parts import Parts
from cutover.cost.price import rounded

UNKNOWN = "unknown"
# A tenth of a hundredth of a cent an hour is a dollar in more than ten years.
PLACES = 5


def output(parts: Parts, cost: ColourCost, own: OwnPrices, as_of: str) -> dict[str, Any]:
    """What `parts` cost, in texts: numbers of an output are floating-point ones. `as_of` is the day of the prices.

    `perHour` is the sum of what is known, and `atLeast` whether that is not all; `of` is what was priced, and how.
    """
    kinds = {str(kind): UNKNOWN if each is None else _text(each) for kind, each in cost.by_kind.items()}
    return {
        "perHour": UNKNOWN if cost.nothing_known else _text(cost.per_hour),
        "atLeast": cost.at_least,
        "currency": cost.currency or own.currency,
        "region": cost.region,
        "kinds": kinds,
        "asOf": as_of,
        "of": {
            **{name: str(count) for name, count in asdict(parts).items() if count},
            **{f"{rate} of config": f"{amount:f}" for rate, amount in own.amounts.items()},
        },
    }


def kept(before: object, now: Mapping[str, Any]) -> Mapping[str, Any]:
    """The output that the stack has from `before`, as long as it is of the same things and tells no less than `now`.

    So a preview that changes nothing shows nothing, whether the price list answers or not.
    """
    if not isinstance(before, Mapping) or set(before) != set(now):
        return now
    same = all(before[key] == now[key] for key in ("of", "region"))
    return before if same and _known(now) <= _known(before) else now


def _known(said: Mapping[str, Any]) -> set[str]:
    kinds = said["kinds"]
    return {kind for kind, amount in kinds.items() if amount != UNKNOWN} if isinstance(kinds, Mapping) else set()


def _text(amount: Decimal) -> str:
    return f"{rounded(amount, PLACES)}"
