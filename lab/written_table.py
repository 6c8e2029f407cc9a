"""A part of a page that a run writes, between two marks."""


def marks(command: str) -> tuple[str, str]:
    """The lines around what `command` writes."""
    return f"<!-- written by {command} -->", f"<!-- end of what {command} writes -->"


def written(page: str, command: str, lines: list[str]) -> str:
    """`page` with these lines between the marks of `command`; raises ValueError without both marks, once each."""
    begin, end = marks(command)
    before, first, rest = page.partition(begin)
    _, last, after = rest.partition(end)
    if not (first and last) or begin in rest or end in after:
        raise ValueError(f"the page needs {begin!r} and {end!r}, each once and in this order")
    return "\n".join([before + begin, "", *lines, "", end + after])


def between(page: str, command: str) -> str:
    """What is there now; raises ValueError as `written`."""
    written(page, command, [])
    begin, end = marks(command)
    return page.partition(begin)[2].partition(end)[0].strip()
