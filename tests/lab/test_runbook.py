"""Every command of docs/runbook.md is typed in the state that it is for, which it ends as the page says."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.lab import aws_cli
from tests.lab.runbook_states import SCENARIOS, Scenario, put_back
from tests.lab.typed import CONFIRMING, Typed, missing, type_in, typed_blocks
from tests.lab.world import FIRST, LIVE, SECOND, World
from tests.pages import RUNBOOK, Block

# Whose exit code is an answer: something needs attention, or is left; a reader sees no exit code.
_ANSWERS = re.compile(r"^(\.venv/bin/python -m board[^|\n]*|left|[^\n({]*cutover\.orphans [a-z]+)$", re.MULTILINE)
# Whose weight is 100 in a batch that is typed by hand.
_HAND = re.compile(r"SetIdentifier=='\w+'")


@pytest.fixture
def paged(world: World) -> Iterator[World]:
    """The world with its first colour in charge, and so it is left: other tests may have the same."""
    world.put_in_charge(FIRST)
    yield world
    put_back(world)
    world.faults.clear_faults()
    world.faults.set_health_seconds(1)
    world.put_in_charge(FIRST)
    world.workspace.edit_stack(LIVE, active=FIRST)
    world.must_up(LIVE)


def commands(blocks: Sequence[Block], place: str) -> tuple[Typed, ...]:
    """What is typed of a section."""
    return tuple(
        replace(one, command=_ANSWERS.sub(r"\1 || [ $? -le 2 ]", one.command)) for one in typed_blocks(blocks, place)
    )


def recognised_by(blocks: Sequence[Block]) -> list[str]:
    """What a section says that is seen in its state."""
    return [line for block in blocks if block.language == "text" for line in block.text.splitlines()]


@pytest.mark.own_providers
@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_whoever_types_what_the_page_says_gets_where_it_says(paged: World, scenario: Scenario, tmp_path: Path) -> None:
    aws_cli.put(tmp_path / "bin")
    made = paged.workspace
    path = f"{tmp_path / 'bin'}:{made.environment['PATH']}"
    environment = {**made.environment, **CONFIRMING, "PATH": path, "PULUMI_OPTION_SKIP_PREVIEW": "true"}
    for step in scenario:
        blocks = RUNBOOK.sections[step.heading]
        printed = step.before(paged)
        assert missing(recognised_by(blocks), printed) == [], printed
        if step.heading == "The other colour takes over":
            _switch_by_hand(environment, made.directory, SECOND)
        typed = commands(blocks, f"{RUNBOOK.path}, {step.heading}")
        step.after(paged, "\n".join(type_in(typed, made.directory, environment)))


def _switch_by_hand(environment: dict[str, str], folder: Path, colour: str) -> None:
    """As another section has it, for another colour."""
    blocks = RUNBOOK.sections["Switch without Pulumi"]
    typed = commands(blocks, RUNBOOK.path)
    other = tuple(replace(one, command=_HAND.sub(f"SetIdentifier=='{colour}'", one.command)) for one in typed)
    type_in(other, folder, environment)
