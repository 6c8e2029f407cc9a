"""A newcomer who types what docs/first-time.md says, on an AWS that has nothing but the zone, gets there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.lab.newcomer import Newcomer, beginning
from tests.lab.typed import missing, type_in, typed
from tests.lab.world import FIRST, SECOND
from tests.pages import FIRST_TIME


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Newcomer]:
    """An empty folder, and who types there."""
    (shown,) = [block.text for block in FIRST_TIME.blocks if block.language == "yaml"]
    content = yaml.safe_load("\n".join(line for line in shown.splitlines() if line.strip() != "…"))
    with beginning(tmp_path, content["config"]) as begun:
        yield begun


def test_whoever_types_what_the_page_says_has_the_first_colour_in_charge(newcomer: Newcomer) -> None:
    commands, world = typed(FIRST_TIME), newcomer.world
    printed = type_in(commands, newcomer.folder, newcomer.environment)
    left = {one.command: missing(one.shown, text) for one, text in zip(commands, printed, strict=True)}
    assert not any(left.values()), f"not printed: {left}\n{printed}"
    assert world.weights() == {FIRST: 100, SECOND: 0}
    assert world.in_charge() == FIRST
    world.assert_nothing_half_done()
    world.assert_always_carried()
