"""Text from outside, made fit to be printed."""


def printable(text: str, at_most: int | None = None) -> str:
    """`text` with whatever cannot be printed as an escape sequence, and with dots after `at_most` characters.

    What servers and APIs say is data: a line break or an escape sequence of a terminal in it would speak for us.
    """
    escaped = "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
    if at_most is None or len(escaped) <= at_most:
        return escaped
    return escaped[: at_most - 1] + "…"
