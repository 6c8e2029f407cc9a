"""The change that `make preview-policies` makes fits the program as it is."""

import pytest

from lab.preview_policies import CHANGE
from lab.workspace import CHECKOUT


@pytest.mark.parametrize(("name", "before", "after"), CHANGE)
def test_what_is_changed_stands_in_the_program_once(name: str, before: str, after: str) -> None:
    source = (CHECKOUT / name).read_text()
    assert source.count(before) == 1
    compile(source.replace(before, after), name, "exec")
