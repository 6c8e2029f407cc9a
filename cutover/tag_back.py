"""Whether a tag-in is a tag-back: to what was in charge before, unchanged."""

from collections.abc import Sequence

from cutover.freeze import Named


def is_one(history: Sequence[Named], colour: str, release: str, group: str) -> bool:
    """Whether `colour` at `release` is in charge by the `history` of in-charge (oldest first), or was just before.

    By the same instances, which is what `group` says: a colour that was rebuilt since was never in charge.

    It still is when its tag-out has not ended well, and when nothing about who is in charge changes.
    """
    runs: list[Named] = []
    for entry in history:
        if runs and runs[-1].colour == entry.colour:
            runs[-1] = entry
        else:
            runs.append(entry)
    return any((entry.colour, entry.release, entry.group) == (colour, release, group) for entry in runs[-2:])
