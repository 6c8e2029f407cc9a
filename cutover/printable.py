"""Text from outside, made fit to be printed: what servers, headers, files and APIs say is data.

A line break or an escape sequence of a terminal in it would speak for us, and a mark that turns the direction of
writing would hide what stands there. Whatever this program prints goes through here: refusals (`cutover.refusal`),
messages (`components.display`), what a hook fails with (`components.hook`), and the commands of this package.
"""


def printable(text: str, at_most: int | None = None) -> str:
    """`text` with whatever cannot be printed as an escape sequence, and with dots after `at_most` characters.

    It is one line, and stays as it is when it comes here again.
    """
    escaped = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)
    if at_most is None or len(escaped) <= at_most:
        return escaped
    return escaped[: at_most - 1] + "…"


def quoted(text: str, at_most: int | None = None) -> str:
    """`text` in quotes and in ASCII, so that what looks alike differs, and with dots after `at_most` characters."""
    escaped = ascii(text)
    return escaped if at_most is None or len(escaped) <= at_most else f"{escaped[:at_most]}…"
