"""The picture itself, by matplotlib: requests a second by pool and colour, errors, p99, and the marks."""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from cutover.printable import printable
from lab.figures import TAG_BACK, TAG_IN
from lab.marks import GATE, LET_GO
from lab.picture import mark_labels
from lab.picture.recording import Recording

# Okabe and Ito's, which those who see few colours can tell apart: https://jfly.uni-koeln.de/color/
FIRST, SECOND, FAILED = "#D55E00", "#0072B2", "#000000"
INK, FAINT, BAND = "#333333", "#999999", "#F0F0F0"
INCHES, DOTS_PER_INCH = (11.0, 8.6), 100
LEFT, RIGHT, BOTTOM = 0.072, 0.985, 0.062
_ROW = 0.024
_TITLES = 0.105
# Of the rate: what is sent later than it was due comes all at once, and would make everything else flat.
_HIGHEST = 1.6
_STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.hashsalt": "rehearsal",
    "axes.spines.top": False,
    "axes.spines.right": False,
}


@dataclass(frozen=True)
class Picture:
    """What was drawn: one axes for each pool, in order, then those of errors and of p99."""

    figure: Figure
    pools: Sequence[Axes]
    errors: Axes
    p99: Axes


def as_png(recording: Recording) -> bytes:
    """The picture as PNG."""
    return _saved(recording, "png")


def as_svg(recording: Recording) -> str:
    """The picture as an SVG element, without what stands before one in a file of its own."""
    text = _saved(recording, "svg").decode()
    text = re.sub(r"\A.*?(?=<svg)", "", text, count=1, flags=re.DOTALL)
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    return text.replace("<svg ", f'<svg role="img" aria-label="{_DESCRIPTION}" ', 1)


_DESCRIPTION = "Requests a second of each pool of clients by the colour that answered, errors, and p99, over time"


def _saved(recording: Recording, kind: str) -> bytes:
    stream = io.BytesIO()
    with _own_style():
        metadata = {"Date": None} if kind == "svg" else {"Software": None}
        drawn(recording).figure.savefig(stream, format=kind, metadata=metadata)
    return stream.getvalue()


@contextmanager
def _own_style() -> Iterator[None]:
    """matplotlib's own defaults, whatever a file of the user says, and our style."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield


def drawn(recording: Recording) -> Picture:
    """Draw it; nothing is shown and nothing is written."""
    with _own_style():
        figure = Figure(figsize=INCHES, dpi=DOTS_PER_INCH, facecolor="white")
        FigureCanvasAgg(figure)
        labels = mark_labels.placed(figure, recording, LEFT, RIGHT)
        top = 1 - _TITLES - _ROW * (max((one.row for one in labels), default=-1) + 1)
        grid = figure.add_gridspec(
            len(recording.pools) + 2,
            1,
            height_ratios=[1.0] * len(recording.pools) + [0.6, 1.0],
            left=LEFT,
            right=RIGHT,
            bottom=BOTTOM,
            top=top,
            hspace=0.62,
        )
        axes = [figure.add_subplot(grid[row]) for row in range(len(recording.pools) + 2)]
        picture = Picture(figure, axes[:-2], axes[-2], axes[-1])
        _draw_pools(picture.pools, recording)
        _draw_errors(picture.errors, recording)
        _draw_p99(picture.p99, recording)
        for one in axes:
            _mark(one, recording, last=one is picture.p99)
        mark_labels.draw(figure, labels, top, _ROW)
        _head(figure, recording)
        return picture


def _draw_pools(axes: Sequence[Axes], recording: Recording) -> None:
    first, second = recording.colours
    each = recording.figures["requests_per_second"] / len(axes)
    for one, pool in zip(axes, recording.pools, strict=True):
        layers = [recording.answers(first, pool), recording.answers(second, pool), recording.failed(pool)]
        one.stackplot(_edges(recording), *map(_steps, layers), colors=[FIRST, SECOND, FAILED], step="post", linewidth=0)
        _title(one, _pool_title(recording, pool))
        one.yaxis.set_major_locator(FixedLocator([0, round(each)]))
        one.set_ylim(0, max(1.0, _HIGHEST * each))
    axes[len(axes) // 2].set_ylabel("requests a second", y=1.25)


def _title(axes: Axes, text: str) -> None:
    """Above the axes, on white: the lines of the marks go behind it."""
    title = axes.set_title(text, loc="left", fontsize=9, pad=4)
    title.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1.5})


def _pool_title(recording: Recording, pool: str) -> str:
    figures = recording.figures["pools"][pool]
    moved, back = figures["moved_seconds"], figures["moved_back_seconds"]
    words = "follows no switch" if moved is None else f"had moved {moved:.0f} s after the switch"
    words += f", back {back:.0f} s after the second one" if moved is not None and back is not None else ""
    return f"{pool}: {figures['requests']:,} requests, {figures['failed']:,} failed; {words}"


def _draw_errors(axes: Axes, recording: Recording) -> None:
    failed = recording.failed()
    axes.bar(range(len(failed)), failed, width=1.0, align="edge", color=FAILED)
    total = sum(failed)
    _title(axes, f"failed requests a second: {total:,} in all" if total else "failed requests a second: none")
    axes.set_ylim(0, max(1, *failed) * 1.1)
    axes.yaxis.set_major_locator(MaxNLocator(1, integer=True))


def _draw_p99(axes: Axes, recording: Recording) -> None:
    seconds = sorted(recording.p99)
    values = [recording.p99[second] for second in seconds]
    axes.plot([second + 0.5 for second in seconds], values, color=INK, linewidth=1.0)
    axes.set_yscale("log")
    axes.set_ylim(min([1.0, *values]) / 1.5, max([100.0, *values]) * 1.5)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda ms, _: f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.0f} s"))
    axes.yaxis.set_minor_formatter(FuncFormatter(lambda _, __: ""))
    axes.tick_params(which="minor", length=0)
    _title(axes, "99 of 100 requests were answered within")
    axes.set_xlabel("seconds since the first request")


def _mark(axes: Axes, recording: Recording, *, last: bool) -> None:
    axes.set_xlim(0, recording.length_seconds)
    axes.tick_params(labelbottom=last, length=3)
    axes.set_axisbelow(True)
    for phase in (TAG_IN, TAG_BACK):
        times = {mark.label: mark.at - recording.began for mark in recording.marks if mark.phase == phase}
        if GATE in times and LET_GO in times:
            axes.axvspan(times[GATE], times[LET_GO], color=BAND, zorder=-1)
    for mark in recording.marks:
        axes.axvline(mark.at - recording.began, color=INK, linewidth=0.8, linestyle=(0, (2, 2)), zorder=3)


def _head(figure: Figure, recording: Recording) -> None:
    figures = recording.figures
    rate = figures["requests_per_second"]
    title = f"{figures['requests']:,} requests, {rate:.0f} a second, over a tag-in and a tag-back: "
    figure.text(LEFT, 0.975, title + f"{figures['failed']:,} failed", fontsize=12, fontweight="bold", va="center")
    handles = [
        Patch(facecolor=colour, label=f"answered by {printable(name)}")
        for name, colour in zip(recording.colours, (FIRST, SECOND), strict=True)
    ]
    handles += [
        Patch(facecolor=FAILED, label="failed"),
        Patch(facecolor=BAND, label="from the gate until DNS has let go"),
    ]
    figure.legend(
        handles=handles,
        loc="center left",
        bbox_to_anchor=(LEFT - 0.005, 0.943),
        ncols=len(handles),
        frameon=False,
        borderpad=0,
        handlelength=1.2,
        columnspacing=1.6,
    )


def _edges(recording: Recording) -> "numpy.ndarray[tuple[int], numpy.dtype[numpy.int64]]":
    return numpy.arange(recording.length_seconds + 1)


def _steps(counts: Sequence[int]) -> list[int]:
    """Every count until the next second, the last one too."""
    return [*counts, counts[-1] if counts else 0]
