"""Text from outside in Markdown: shown as it is, and never as Markdown, HTML or a mention of somebody."""

import re
from collections.abc import Iterable

from cutover.printable import printable

# https://docs.github.com/en/rest/issues/comments: a body is refused from here on.
MOST_CHARACTERS = 65_536
_LEFT_OUT = "… {} characters left out …"
_RUN = re.compile(r"`+")


def lines_of(text: str) -> str:
    """`text` line by line, each of them fit to be printed."""
    return "\n".join(printable(line.expandtabs(4)) for line in text.splitlines())


def fenced(text: str, at_most: int = MOST_CHARACTERS, language: str = "") -> str:
    """`text` in a fence that it cannot end, with its middle left out when it has more than `at_most` characters.

    In a fence nothing is Markdown, HTML or a mention: https://github.github.com/gfm/#fenced-code-blocks
    """
    shown = clipped(lines_of(text), at_most)
    fence = "`" * max(3, _longest_run(shown) + 1)
    return f"{fence}{language}\n{shown}\n{fence}"


def code(text: str, at_most: int = 200) -> str:
    """`text` as code within a line, in a table too: https://github.github.com/gfm/#code-spans"""
    shown = printable(text, at_most).replace("|", "\\|") or " "
    ticks = "`" * (_longest_run(shown) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def clipped(text: str, at_most: int) -> str:
    """`text`, or its beginning and its end."""
    if len(text) <= at_most:
        return text
    note = _LEFT_OUT.format(len(text))
    kept = max(0, at_most - len(note) - 2)
    head, tail = kept // 2, kept - kept // 2
    note = _LEFT_OUT.format(len(text) - kept)
    return "\n".join((text[:head], note, text[len(text) - tail :]))


def folded(title: str, content: str) -> str:
    """`content`, Markdown of ours, to be opened by a click; `title` is a text of ours."""
    return f"<details><summary>{title}</summary>\n\n{content}\n\n</details>"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of cells that are Markdown of ours."""
    head = list(head)
    lines = [head, ["---"] * len(head), *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _longest_run(text: str) -> int:
    return max(map(len, _RUN.findall(text)), default=0)
