"""The written part of docs/runbook.md: a row for everything that the program says, by the moment it is said."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from runbook.meanings import Meaning, Meanings
from runbook.said import Said

BEGIN, END = "<!-- written by python -m runbook -->", "<!-- end of what it writes -->"
# What stands where a caller has given a whole next step.
HANDED_ON = frozenset({"‹next step›", "‹remedy›"})
_WORD = re.compile(r"[a-z0-9]+")
_LONGEST_ANCHOR = 60


class Incomplete(ValueError):
    """What is said and what is explained are not the same; the text names both."""


def written(page: str, rows: str) -> str:
    """The page with `rows` between its two marks; raises ValueError when it does not have them, once each."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end) or BEGIN in rest or END in after:
        raise ValueError(f"the page needs {BEGIN!r} and {END!r}, each once")
    return f"{before}{begin}\n\n{rows}\n{end}{after}"


def paired(said: Iterable[Said], meanings: Sequence[Meaning], what: str) -> dict[str, tuple[Said, Meaning]]:
    """Text to what says it and what it means, in the order of the meanings; raises Incomplete unless all have both."""
    by_text, by_says = {one.text: one for one in said}, {one.says: one for one in meanings}
    problems = [f"{what} without a meaning: {by_text[text].place}: {text}" for text in by_text if text not in by_says]
    problems += [f"a meaning of no {what}: {says}" for says in by_says if says not in by_text]
    problems += [f"two meanings of one {what}: {says}" for says in by_says if _times(says, meanings) > 1]
    if problems:
        raise Incomplete("\n".join(problems))
    return {says: (by_text[says], one) for says, one in by_says.items()}


def keyed(said: Iterable[str], explained: Iterable[str], what: str) -> None:
    """Raise Incomplete unless both have the same keys."""
    found, known = set(said), set(explained)
    problems = [f"{what} without a meaning: {one}" for one in sorted(found - known)]
    problems += [f"a meaning of no {what}: {one}" for one in sorted(known - found)]
    if problems:
        raise Incomplete("\n".join(problems))


def by_moment(pairs: Mapping[str, tuple[Said, Meaning]], meanings: Meanings) -> Iterator[str]:
    """A heading and a table for each moment."""
    for moment, heading in meanings.moments.items():
        rows = [(said, meaning) for said, meaning in pairs.values() if meaning.moment == moment]
        if rows:
            yield f"### {heading}\n"
            yield from table(
                ("it says", "DNS", "it means", "type"),
                ((_anchored(one.text), two.dns, two.means, steps(one.next_steps)) for one, two in rows),
            )


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table, and an empty line."""
    yield _row(header)
    yield _row(["---"] * len(header))
    yield from map(_row, rows)
    yield ""


def anchor(text: str) -> str:
    """Where a text is found on the page: by its own words, without what is put into them."""
    words = _WORD.findall(re.sub(r"‹[^›]*›", " ", text).lower())
    return "-".join(words)[:_LONGEST_ANCHOR].strip("-")


def code(text: str) -> str:
    """A text as it is printed."""
    marks = "``" if "`" in text else "`"
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{marks}{space}{text}{space}{marks}"


def _anchored(text: str) -> str:
    return f'<a id="{anchor(text)}"></a>{code(text)}'


def steps(several: Sequence[str]) -> str:
    """What to type; where a caller gives it, the message itself has it."""
    return ", or ".join("as it says" if one in HANDED_ON else code(one) for one in several)


def _row(cells: Sequence[str]) -> str:
    escaped = (cell.replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def _times(says: str, meanings: Sequence[Meaning]) -> int:
    return sum(one.says == says for one in meanings)
