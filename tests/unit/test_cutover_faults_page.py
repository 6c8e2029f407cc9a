"""docs/zero-downtime.md has a row for every fault that there is in code, as a run has written it."""

from lab import written_table
from lab.cutover_faults import __main__ as command
from lab.cutover_faults import tables
from lab.cutover_faults.faults import FAULTS, KILLS

PAGE = command.PAGE.read_text(encoding="utf-8")


def _documented() -> list[list[str]]:
    text = written_table.between(PAGE, command.COMMAND)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


def test_the_page_has_a_row_for_every_fault_and_for_every_kill() -> None:
    cells = _documented()
    width, kills = 7, 5
    faults = [row[0] for row in cells if len(row) == width][2:]
    assert faults == [fault.title for fault in FAULTS], f"{command.COMMAND} writes it"
    assert len([row for row in cells if len(row) == kills][2:]) >= KILLS


def test_the_page_says_of_every_fault_why_it_costs_what_it_costs() -> None:
    text = written_table.between(PAGE, command.COMMAND)
    assert [line for line in tables.reasons(FAULTS) if line not in text] == [], f"{command.COMMAND} writes it"
