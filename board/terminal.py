"""The board in a terminal, and as plain text where there is none."""

from collections.abc import Iterator

from rich import box
from rich.color import Color, ColorParseError
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from board import tables, words
from board.colour_words import BAD, GOOD, MARKS, NOT_KNOWN, PLAIN, Line, lines
from board.judged import Board
from board.tables import Table

_STYLES = {GOOD: "green", PLAIN: "", BAD: "bold red", NOT_KNOWN: "yellow"}
# With less room the colours stand below each other.
SIDE_BY_SIDE_COLUMNS = 90


def show(board: Board, console: Console) -> None:
    """Print it: with colours and lines on a terminal, and as plain text elsewhere."""
    if console.is_terminal:
        console.print(drawn(board, console.width))
    else:
        for line in plain(board):
            console.file.write(f"{line}\n")


def drawn(board: Board, columns: int, *, urgent_first: bool = False) -> RenderableType:
    """What rich draws; the next command comes last, right above the prompt.

    urgent_first: on top, where a screen shows no more than fits.
    """
    verdict, mood = tables.verdict(board)
    charge, charge_mood = tables.charge(board)
    head: list[RenderableType] = [
        Text.assemble((f"{MARKS[mood]} {verdict}", f"reverse {_STYLES[mood]}"), "  ", (charge, _STYLES[charge_mood])),
        *([Text(tables.overlap(board))] if tables.overlap(board) else []),
        Text(tables.place(board), style="dim"),
    ]
    urgent = [*_attention(board), _next(board)]
    others = [*_colours(board, columns), *map(_table, (tables.dns(board), tables.history(board))), *_unknown(board)]
    return Group(*head, *urgent, *others) if urgent_first else Group(*head, *others, *urgent)


def plain(board: Board) -> Iterator[str]:
    """The same as lines of text."""
    yield f"{tables.verdict(board)[0]}; {tables.charge(board)[0]}"
    yield tables.place(board)
    yield from filter(None, [tables.overlap(board)])
    for name in board.facts.colours:
        yield ""
        yield name
        for line in lines(board, name):
            yield f"  {MARKS[line.mood]} {line.label}: {line.text}"
    for table in (tables.dns(board), tables.history(board)):
        yield ""
        yield table.title
        for row in table.rows:
            yield f"  {MARKS[row.mood]} {' | '.join(row.cells)}"
        if table.note:
            yield f"  {table.note}"
    for title, texts in _lists(board):
        yield ""
        yield title
        yield from (f"  {text}" for text in texts)
    yield ""
    yield f"next: {words.one_line(board.next_command.command)}"
    yield f"  {words.one_line(board.next_command.why)}"


def _lists(board: Board) -> Iterator[tuple[str, list[str]]]:
    if board.unknown:
        yield "Unknown", [f"? {text}" for text in tables.unknown(board)]
    if board.attention:
        texts = [line for text, step in tables.attention(board) for line in (f"! {text}", f"    then: {step}")]
        yield "Attention", texts


def _colours(board: Board, columns: int) -> Iterator[RenderableType]:
    names = list(board.facts.colours)
    if columns >= SIDE_BY_SIDE_COLUMNS:
        yield _side_by_side(board, names)
    else:
        yield from (_side_by_side(board, [name]) for name in names)


def _side_by_side(board: Board, names: list[str]) -> RichTable:
    table = RichTable(box=box.ROUNDED, expand=True, show_lines=False, header_style="bold", pad_edge=True)
    table.add_column("", style="dim", no_wrap=True)
    for name in names:
        word = board.standings[name].word
        table.add_column(Text(f"{name}: {word}", style=_own_style(name)), ratio=1, overflow="fold")
    for each in zip(*(lines(board, name) for name in names), strict=True):
        table.add_row(each[0].label, *map(_cell, each))
    return table


def _cell(line: Line) -> RichTable:
    """The text of a line beside its mark, under which it does not run on."""
    cell = RichTable.grid(padding=(0, 1))
    cell.add_column(width=1)
    cell.add_column(overflow="fold")
    cell.add_row(Text(MARKS[line.mood], _STYLES[line.mood]), Text(line.text, _STYLES[line.mood]))
    return cell


def _own_style(name: str) -> str:
    """The colour that a colour is called after, where a terminal knows one of that name."""
    try:
        return f"bold {Color.parse(name).name}"
    except ColorParseError:
        return "bold"


def _table(table: Table) -> RenderableType:
    if not table.rows:
        return Text.assemble((f"{table.title}: ", "bold"), table.note)
    drawn = RichTable(box=box.SIMPLE_HEAD, title=Text(table.title, style="bold"), title_justify="left", expand=True)
    for head in table.head:
        drawn.add_column(head, overflow="fold")
    for row in table.rows:
        first, *others = row.cells
        drawn.add_row(Text(f"{MARKS[row.mood]} {first}", _STYLES[row.mood]), *map(Text, others))
    return Group(drawn, Text(table.note, style="dim")) if table.note else drawn


def _unknown(board: Board) -> Iterator[RenderableType]:
    if board.unknown:
        yield Text("Unknown", style="bold yellow")
        yield from (Padding(Text(f"? {text}", style="yellow"), (0, 0, 0, 1)) for text in tables.unknown(board))
        yield Text("")


def _attention(board: Board) -> Iterator[RenderableType]:
    if board.attention:
        yield Text("Attention", style="bold red")
        for text, step in tables.attention(board):
            yield Padding(Text(f"! {text}", style="red"), (0, 0, 0, 1))
            yield Padding(Text(f"then: {step}", style="dim"), (0, 0, 0, 3))
        yield Text("")


def _next(board: Board) -> RenderableType:
    chosen = board.next_command
    return Group(
        Text.assemble(("Next  ", "bold"), (words.one_line(chosen.command), "bold cyan")),
        Padding(Text(words.one_line(chosen.why)), (0, 0, 0, 6)),
    )
