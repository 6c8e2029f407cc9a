"""Text from outside, made fit to be printed: what servers say is data, and must not speak for us on a terminal."""


def printable(text: str) -> str:
    """`text` in one line, with whatever cannot be printed as an escape sequence."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)
