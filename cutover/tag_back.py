"""Whether a tag-in is a tag-back: to what was in charge before, unchanged."""

from collections.abc import Sequence

from cutover.in_charge import Entry


def may_be_one(history: Sequence[Entry], colour: str, release: str, group: str) -> bool:
    """Whether `colour` at `release` is in charge by the `history` of in-charge (oldest first), or was just before.

    It still is when its tag-out has not ended well, and when nothing about who is in charge changes. It was by the
    same instances, as far as the name of their `group` says.
    """
    return any((entry.colour, entry.release, entry.group) == (colour, release, group) for entry in _last_two(history))


def is_one(history: Sequence[Entry], colour: str, release: str, group: str, created_at: float | None) -> bool:
    """Whether it may be one, and the group was created before the history named it: a name need not be unique.

    A colour that was rebuilt since was never in charge. `created_at` is AWS's time (Unix, seconds), like the times in
    the history; None when it cannot be read, and then it is none.
    """
    return created_at is not None and any(
        (entry.colour, entry.release, entry.group) == (colour, release, group) and created_at < entry.at
        for entry in _last_two(history)
    )


def _last_two(history: Sequence[Entry]) -> list[Entry]:
    """The newest entry of each of the last two in charge."""
    runs: list[Entry] = []
    for entry in history:
        if runs and runs[-1].colour == entry.colour:
            runs[-1] = entry
        else:
            runs.append(entry)
    return runs[-2:]
