"""The names of the marks above the picture: in as many rows as it takes for none to lie upon another."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lab.marks import GATE, Mark
from lab.picture.recording import Recording

FONT_SIZE = 8.5
_GAP_PIXELS = 8.0
_ABOVE = 0.026
_INK = "#333333"


@dataclass(frozen=True)
class Label:
    """`text` in row `row`, 0 at the bottom; left, width: fractions of the figure; at: where its mark is."""

    text: str
    row: int
    at: float
    left: float
    width: float


def placed(figure: Figure, recording: Recording, left: float, right: float) -> list[Label]:
    """Every mark's label, right of its mark where there is room, in the lowest row in which it is free.

    left, right: where the time begins and ends, as fractions of the figure. A label keeps clear of the line that leads
    from a higher row's label down to its own mark.
    """
    whole = figure.get_figwidth() * figure.dpi
    gap = _GAP_PIXELS / whole
    found: list[Label] = []
    # From the last on: what a label covers to its right are later marks, whose lines have to pass.
    for mark in sorted(recording.marks, key=lambda mark: -mark.at):
        share = (mark.at - recording.began) / recording.length_seconds
        at, width = left + share * (right - left), _width(figure, text := _text(mark), whole)
        start = min(at, right - width)
        row = 0
        while any(_collide(one, row, start, width, gap) for one in found):
            row += 1
        found.append(Label(text, row, at, start, width))
    return found[::-1]


def draw(figure: Figure, labels: Sequence[Label], top: float, row_height: float) -> None:
    """Write them above `top`, where the picture ends (a fraction of the figure), each with a line down to it."""
    for label in labels:
        y = top + _ABOVE + label.row * row_height
        ends = y + row_height * 0.7
        figure.add_artist(Line2D([label.at, label.at], [top, ends], color=_INK, linewidth=0.8, zorder=-1))
        figure.text(label.left + 4 / (figure.get_figwidth() * figure.dpi), y, label.text, fontsize=FONT_SIZE)


def _collide(other: Label, row: int, start: float, width: float, gap: float) -> bool:
    """Whether a label in `row` would lie upon another one's text, or upon the line down from one that is higher."""
    if other.row == row:
        return start < other.left + other.width + gap and other.left < start + width + gap
    return other.row > row and start <= other.at < start + width + gap


def _width(figure: Figure, text: str, whole: float) -> float:
    measured = figure.text(0, 0, text, fontsize=FONT_SIZE)
    width = measured.get_window_extent().width
    measured.remove()
    return (width + 4) / whole


def _text(mark: Mark) -> str:
    """The first one of a phase says which phase begins."""
    return f"{mark.phase}: {mark.label}" if mark.label == GATE else mark.label
