"""What the engine makes of a text without quotes; the same table is put to the real engine in tests/lab."""

import pytest

from cutover import plain_scalar
from tests.unit.plain_scalars import AS_WRITTEN, READ_AS_ANOTHER


@pytest.mark.parametrize(("written", "read"), READ_AS_ANOTHER)
def test_a_text_that_is_read_as_another_one_is_known(written: str, read: str) -> None:
    assert plain_scalar.becomes(written, read)
    assert written != read


@pytest.mark.parametrize("written", AS_WRITTEN)
def test_a_text_that_is_read_as_it_is_written_becomes_nothing_else(written: str) -> None:
    assert plain_scalar.becomes(written, written)
    assert not plain_scalar.becomes(written, written + "0")
    assert not plain_scalar.becomes(written, "")


@pytest.mark.parametrize(
    ("written", "read"),
    [("1.10", "1.10.0"), ("1.1", "1.10"), ("1.10", "1.2"), ("0x1f", "30"), ("true", "yes"), ("~", "~0"), ("1.0", "")],
)
def test_a_value_from_elsewhere_is_not_taken_for_the_one_in_the_file(written: str, read: str) -> None:
    assert not plain_scalar.becomes(written, read)


@pytest.mark.parametrize("text", ["", "1.1", "-4", "1e+21"])
def test_only_a_number_looks_like_one(text: str) -> None:
    assert plain_scalar.looks_like_a_number(text) == (text != "")
