"""`python -m runbook` writes what the program says, with what it means, into docs/runbook.md."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from runbook import meanings, page, said, source
from runbook.meanings import Meanings
from runbook.page import Incomplete, code, keyed, paired, table
from runbook.source import Source

PAGE = Path("docs/runbook.md")
CHECKS = "cutover/checks/check.py"
# Of the module of the checks, those constants that are the name of one.
_NO_CHECKS = ("WAIVABLE",)


def rows(of: Source, known: Meanings) -> str:
    """All that is written; raises Incomplete when something that is said has no meaning, or the other way round."""
    return "\n".join(_rows(of, known))


def checks(of: Source) -> list[str]:
    """The names of all checks of a tag-in."""
    constants = of.modules[CHECKS].constants
    return [
        value.value
        for name, value in constants.items()
        if not name.startswith("_") and isinstance(value, ast.Constant) and isinstance(value.value, str)
    ]


def _rows(of: Source, known: Meanings) -> Iterator[str]:
    refusals = paired(said.refusals(of), known.refusals, "refusal")
    yield from page.by_moment(refusals, known)
    yield "### NOT READY\n"
    keyed(checks(of), (one.key for one in known.checks), "check")
    yield from table(("check", "it means", "type"), ((code(c.key), c.means, c.type) for c in known.checks))
    yield "Of `settled`, the command of each:\n"
    faults = said.faults(of)
    yield from table(("it says", "type"), ((code(one.text), ", ".join(map(code, one.next_steps))) for one in faults))
    yield "### Warnings\n"
    yield "Nothing is refused by them.\n"
    warned = paired(said.warnings(of), known.warnings, "warning").values()
    yield from table(("it says", "it means"), ((code(one.text), two.means) for one, two in warned))
    yield "### Lines of a wait for DNS that ran out of time\n"
    lines = paired(said.lines_of_the_wait(of), known.lines, "line of the wait").values()
    yield from table(("it says", "it means"), ((code(one.text), two.means) for one, two in lines))
    yield "### The board\n"
    yield "When each is said: [board.md](board.md#what-needs-attention).\n"
    reasons = said.attention(of)
    yield from table(
        ("code", "it says", "type"),
        ((code(one.code), code(one.text), page.steps(one.next_steps)) for one in reasons),
    )
    yield "### Words inside of other messages\n"
    inner = said.inner_words(of)
    keyed(inner, (one.key for one in known.words), "module with words")
    yield from table(
        ("from", "it says", "it means"),
        ((code(one.key), "; ".join(code(two.text) for two in inner[one.key]), one.means) for one in known.words),
    )


def main() -> int:
    """Write the page; 1, with what is missing, when something has no meaning."""
    try:
        text = page.written(PAGE.read_text(encoding="utf-8"), rows(source.read(Path()), meanings.read()))
    except Incomplete as incomplete:
        print(incomplete, file=sys.stderr)
        return 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
