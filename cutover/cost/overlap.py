"""Both colours awake: for how long since the last tag-in, and what that has cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cutover.cost.colour_cost import ColourCost
from cutover.cost.price import money
from cutover.in_charge import Entry

HOUR_SECONDS = 3600


@dataclass(frozen=True)
class Overlap:
    """What the colour that is not in charge has cost from `since` (Unix time in seconds) on, for `hours`.

    `amount` is not rounded, and is less than the cost when `at_least`. `unknown` says what of it has no price.
    """

    since: float
    hours: Decimal
    amount: Decimal
    currency: str
    unknown: str = ""

    @property
    def at_least(self) -> bool:
        """Whether it has cost more than `amount`, since something has no price."""
        return bool(self.unknown)

    def __str__(self) -> str:
        """For people: `$ 12.40 in 23.8 hours`."""
        hours = f"in {self.hours:.1f} hours"
        if not self.at_least:
            return f"{money(self.amount, self.currency or 'USD')} {hours}"
        if not self.amount:
            return f"unknown ({self.unknown})"
        return f"at least {money(self.amount, self.currency)} {hours} ({self.unknown})"


def last_tag_in(history: Sequence[Entry]) -> float | None:
    """When the colour that is in charge by the newest entry came to be so (Unix time, seconds); None of no history.

    `history` is oldest first. What was written since then of the same colour (a share, a restoration) is no tag-in.
    """
    at: float | None = None
    for entry in reversed(history):
        if entry.colour != history[-1].colour:
            break
        at = entry.at
    return at


def of_overlap(idle: ColourCost, tagged_in_at: float, idle_awake_since: float | None, now: float) -> Overlap | None:
    """What the other colour, which costs `idle`, has cost since the tag-in; times are Unix times in seconds.

    A colour that was built after the tag-in (`idle_awake_since`; None when it was there before) has cost nothing until
    then. At the hourly price of today; AWS bills by the second, but load balancers and NAT gateways by each hour that
    has begun. None when `now` is before the beginning, as when two clocks do not agree.
    """
    since = max(tagged_in_at, tagged_in_at if idle_awake_since is None else idle_awake_since)
    if now < since:
        return None
    hours = (Decimal(str(now)) - Decimal(str(since))) / HOUR_SECONDS
    return Overlap(since, hours, hours * idle.per_hour, idle.currency, idle.why_unknown)
