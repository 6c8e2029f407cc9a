"""Text from outside, made fit to be printed."""


def printable(text: str, at_most: int | None = None, *, lines: bool = False) -> str:
    """`text` with whatever cannot be printed as an escape sequence, and with dots after `at_most` characters.

    What servers and APIs say is data: a line break or an escape sequence of a terminal in it would speak for us. With
    `lines`, a text of ours that has line breaks keeps them.
    """
    kept = "\n" if lines else ""
    escaped = "".join(one if one.isprintable() or one in kept else ascii(one)[1:-1] for one in text)
    if at_most is None or len(escaped) <= at_most:
        return escaped
    return escaped[: at_most - 1] + "…"
