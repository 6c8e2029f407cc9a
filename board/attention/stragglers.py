"""Clients that still go to the colour that was tagged out."""

from collections.abc import Iterator

from board.attention.charge import WATCH
from board.attention.seen import Seen
from board.facts import value_of
from board.reason import Reason
from cutover.stragglers import WHO


def reasons(seen: Seen) -> Iterator[Reason]:
    """One for a colour that carries nothing and still gets requests, as the refusal of its change would say it."""
    for name, colour in seen.facts.colours.items():
        found = value_of(colour.stragglers)
        if found and found.because:
            text = f"{name} still has clients: {found.because}; {WHO}"
            yield Reason("stragglers", text, WATCH, name)
