"""What a run writes into a page goes between its marks and nowhere else."""

import pytest

from lab import written_table

PAGE = "above\n<!-- written by make it -->\nold\n<!-- end of what make it writes -->\nbelow\n"


def test_only_what_is_between_the_marks_is_replaced() -> None:
    found = written_table.written(PAGE, "make it", ["new", "lines"])
    assert found == "above\n<!-- written by make it -->\n\nnew\nlines\n\n<!-- end of what make it writes -->\nbelow\n"
    assert written_table.written(found, "make it", ["new", "lines"]) == found
    assert written_table.between(found, "make it") == "new\nlines"


@pytest.mark.parametrize("page", ["", PAGE + PAGE, PAGE.replace("end of", "and"), PAGE.replace("written by", "by")])
def test_a_page_without_the_marks_once_each_is_not_written(page: str) -> None:
    with pytest.raises(ValueError, match="each once"):
        written_table.written(page, "make it", [])
