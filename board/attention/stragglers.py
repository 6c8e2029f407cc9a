"""Clients that still go to the colour that was tagged out."""

from collections.abc import Iterator

from board.attention.seen import Seen
from board.reason import Reason


def reasons(_seen: Seen) -> Iterator[Reason]:
    """One, when the idle colour still gets requests that are none of testers."""
    return iter(())
