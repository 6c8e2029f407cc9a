"""What it says when a colour is about to be woken: what both of them awake cost more than one."""

from collections.abc import Sequence
from datetime import UTC, datetime

from cutover.cost.colour_cost import ColourCost
from cutover.cost.overlap import last_tag_in
from cutover.in_charge import Entry


def line(colour: str, more: ColourCost, history: Sequence[Entry]) -> str:
    """That `colour`, asleep until now, adds `more`; by `history` (oldest first) another one is in charge, or nobody."""
    since = last_tag_in(history)
    other = history[-1].colour if history else colour
    if since is None or other == colour:
        return f"{colour} awake: + {more}"
    begun = f"{datetime.fromtimestamp(since, UTC):%Y-%m-%d %H:%M} UTC"
    return f"both awake: + {more}, since {other}, in charge from {begun} on, stays awake"
