"""Text from outside stays text in Markdown."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci import markdown


@pytest.mark.parametrize("text", ["```", "a\n````\nb", "`````", "~~~\n```\n<!-- x -->", "</details>\n@everyone"])
def test_a_fence_is_longer_than_any_in_the_text(text: str) -> None:
    first, *middle, last = markdown.fenced(text).splitlines()
    assert first == last
    assert "\n".join(middle) == text
    assert not [line for line in middle if line.strip().startswith(first)]


@given(st.text(alphabet=st.sampled_from("`~\n a@<\x1b\u2028")))
def test_no_text_ends_its_fence(text: str) -> None:
    first, *middle, last = markdown.fenced(text).split("\n")
    assert first == last
    assert all(len(run) < len(first) for line in middle for run in re.findall("`+", line))


def test_what_cannot_be_printed_is_escaped() -> None:
    assert markdown.fenced("a\x1b[2Jb\u202ec\td") == "```\na\\x1b[2Jb\\u202ec    d\n```"


def test_of_a_long_text_the_beginning_and_the_end_are_shown() -> None:
    shown = markdown.clipped(f"first{'x' * 5000}last", 200)
    assert len(shown) <= 200
    assert shown.startswith("first")
    assert shown.endswith("last")
    assert "characters left out" in shown
    assert markdown.clipped("short", 200) == "short"


@given(st.text(), st.integers(60, 300))
def test_no_clipped_text_is_longer_than_allowed(text: str, at_most: int) -> None:
    assert len(markdown.clipped(text, at_most)) <= at_most + 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [("red", "`red`"), ("a`b", "``a`b``"), ("`a", "`` `a ``"), ("a|b", "`a\\|b`"), ("", "` `"), ("a\nb", "`a\\nb`")],
)
def test_code_within_a_line_is_one_span_in_a_table_too(text: str, expected: str) -> None:
    assert markdown.code(text) == expected


def test_a_table_has_a_line_for_each_row() -> None:
    assert markdown.table(("a", "b"), (("1", "2"),)) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
