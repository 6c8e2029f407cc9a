"""The table of outcomes in docs/propagation.md and the tests that play it name the same rows."""

import re
from pathlib import Path

from tests.lab.propagation.cases import CASES, ROWS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "propagation.md"
HEADING = "## What each kind of answer does"


def rows_of_the_page() -> list[str]:
    section = PAGE.read_text().partition(HEADING)[2].partition("\n## ")[0]
    return re.findall(r"^\| `([a-z0-9-]+)` \|", section, re.MULTILINE)


def test_every_row_of_the_table_is_played_and_everything_played_is_a_row() -> None:
    assert sorted(rows_of_the_page()) == sorted(ROWS)


def test_no_row_and_no_case_is_there_twice() -> None:
    assert len(set(rows_of_the_page())) == len(rows_of_the_page())
    assert len({str(case) for case in CASES}) == len(CASES)
