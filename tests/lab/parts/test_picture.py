"""The picture of a rehearsal, rendered: its axes, its marks, and labels that can all be read."""

import itertools
import json
import random
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import numpy
import pytest
from matplotlib.axis import Axis
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from lab import picture
from lab.figures import TAG_BACK, TAG_IN, Figures, switches
from lab.load import pool, tally
from lab.load.clients import LoadFigures
from lab.load.hit import Hit
from lab.marks import GATE, INSYNC, LET_GO, LOWER, RAISE, Mark
from lab.picture import page
from lab.picture.figure import FAILED, FIRST, SECOND, Picture, drawn
from lab.picture.recording import Recording
from lab.traffic import Served

BEGAN = 1_795_700_000.0
COLOURS = ("amber", "violet")
PHASE = ((GATE, 0.0), (RAISE, 0.4), (LOWER, 16.0), (INSYNC, 31.5), (LET_GO, 78.0))
MOVES = {pool.HONEST: (62, 210), pool.HOLDS_TWICE: (160, 300), pool.KEEP_ALIVE: (120, 270), pool.NEVER_AGAIN: None}
SECONDS, EACH = 320, 5


def recording(*, failing: bool = False, marks: list[Mark] | None = None) -> Recording:
    """A rehearsal that is made up: four pools, five requests a second each."""
    random_ = random.Random(1)
    marks = at(30.0, 180.0) if marks is None else marks
    hits = []
    for name, moved in MOVES.items():
        for second in [number / EACH for number in range(SECONDS * EACH)]:
            colour = COLOURS[bool(moved and moved[0] <= second < moved[1])]
            bad = failing and 50 <= second < 55
            status, error = (503, "status 503") if bad else (200, "")
            hits.append(Hit(name, BEGAN + second, random_.lognormvariate(-4.5, 0.5), status, error, colour, "1"))
    figures = Figures("3.259.0", "5.100.0", {"tag_in_seconds": 84.0}, COLOURS[0], 309)
    figures.served = Served(Counter(tally.by_colour(hits)), sum(hit.failed for hit in hits))
    found = tally.by_pool(hits, switches(marks, *COLOURS))
    figures.load = LoadFigures(20, tally.requests_per_second(hits), found, (pool.NEVER_AGAIN,))
    seconds, p99 = tuple(tally.by_second(hits, BEGAN)), tally.p99_by_second(hits, BEGAN)
    return Recording(BEGAN, COLOURS, seconds, p99, tuple(marks), figures.as_dict())


def at(tag_in: float, tag_back: float) -> list[Mark]:
    return [
        Mark(BEGAN + start + offset, label, phase)
        for phase, start in ((TAG_IN, tag_in), (TAG_BACK, tag_back))
        for label, offset in PHASE
    ]


def texts(made: Picture) -> list[tuple[str, Bbox]]:
    """Everything that is written, and where."""
    made.figure.canvas.draw()
    every = [*made.pools, made.errors, made.p99]
    ticks = [tick for axes in every for axis in (axes.xaxis, axes.yaxis) for tick in axis.get_major_ticks()]
    labels = {label for tick in ticks for label in (tick.label1, tick.label2)}
    # Those beyond the ends of an axis are there, and not drawn.
    shown = {label for axes in every for axis in (axes.xaxis, axes.yaxis) for label in in_view(axis)}
    found = [text for text in made.figure.findobj(Text) if isinstance(text, Text) and text.get_visible()]
    written = [text for text in found if text.get_text().strip() and (text not in labels or text in shown)]
    return [(text.get_text(), text.get_window_extent()) for text in written]


def in_view(axis: Axis) -> list[Text]:
    low, high = sorted(axis.get_view_interval())
    return [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]


def overlapping(made: Picture) -> list[tuple[str, str]]:
    return [
        (one, other)
        for (one, here), (other, there) in itertools.combinations(texts(made), 2)
        if here.shrunk(0.98, 0.9).overlaps(there.shrunk(0.98, 0.9))
    ]


def test_every_pool_has_axes_of_its_own_on_one_line_of_time() -> None:
    made = drawn(recording())
    titles = [axes.get_title(loc="left").partition(":")[0] for axes in made.pools]
    assert titles == list(MOVES)
    every = [*made.pools, made.errors, made.p99]
    assert {axes.get_xlim() for axes in every} == {(0, SECONDS)}
    assert len({axes.get_ylim() for axes in made.pools}) == 1
    assert made.p99.get_xlabel() == "seconds since the first request"
    assert "follows no switch" in made.pools[-1].get_title(loc="left")
    assert "had moved 16 s after the switch, back 14 s after" in made.pools[0].get_title(loc="left")


def test_what_each_colour_has_answered_is_an_area_of_its_own() -> None:
    made = drawn(recording(failing=True))
    for axes, name in zip(made.pools, MOVES, strict=True):
        areas = {str_colour(area.get_facecolor()): area.get_paths()[0].get_extents() for area in axes.collections}
        assert set(areas) == {FIRST.lower(), SECOND.lower(), FAILED.lower()}, name
        assert areas[FAILED.lower()].y1 == EACH
    bars = [bar.get_height() for bar in made.errors.containers[0] if isinstance(bar, Rectangle)]
    assert (len(bars), sum(bars), max(bars)) == (SECONDS, 100, 4 * EACH)
    assert "100 in all" in made.errors.get_title(loc="left")


def str_colour(found: object) -> str:
    return str(to_hex(found[0]))  # type: ignore[index]  # one colour for each polygon


def test_every_mark_is_a_line_through_all_axes_and_has_its_name_above() -> None:
    made = drawn(recording())
    times = sorted(mark.at - BEGAN for mark in at(30.0, 180.0))
    for axes in (*made.pools, made.errors, made.p99):
        lines = [list(map(float, numpy.asarray(line.get_xdata()))) for line in axes.lines]
        drawn_at = sorted(xs[0] for xs in lines if len(set(xs)) == 1)
        assert drawn_at == pytest.approx(times)
    names = [text for text, _ in texts(made)]
    assert [names.count(name) for name in (RAISE, LOWER, INSYNC, LET_GO)] == [2, 2, 2, 2]
    assert names.count("tag-in: gate") == names.count("tag-back: gate") == 1


@pytest.mark.parametrize(
    "marks",
    [
        at(30.0, 180.0),
        at(0.0, 80.0),
        at(200.0, 241.9),
        at(100.0, 100.0),
        [Mark(BEGAN + 100 + n / 10, LET_GO, TAG_IN) for n in range(5)],
        [Mark(BEGAN + SECONDS - 0.1, LET_GO, TAG_IN), Mark(BEGAN, GATE, TAG_IN)],
        [],
    ],
    ids=["usual", "early", "late", "both at once", "crowded", "ends", "none"],
)  # fmt: skip
@pytest.mark.parametrize("failing", [False, True])
def test_no_label_lies_upon_another_or_beyond_the_edge(marks: list[Mark], failing: bool) -> None:
    made = drawn(recording(marks=marks, failing=failing))
    assert overlapping(made) == []
    whole = made.figure.bbox
    beyond = [
        text for text, box in texts(made) if not (whole.x0 <= box.x0 and box.x1 <= whole.x1 and box.y1 <= whole.y1)
    ]
    assert beyond == []


def test_labels_are_told_to_overlap_when_they_do() -> None:
    made = drawn(recording())
    made.figure.text(0.08, 0.975, "upon the title")
    assert any("upon the title" in pair for pair in overlapping(made))


class Parts(HTMLParser):
    """What a page consists of, and whatever it would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.cells: list[str] = []
        self._in_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._in_cell = tag in ("td", "th")
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "srcset", "data", "action") and not (value or "").startswith("#"):
                self.fetched.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002  # the signature is HTMLParser's
        self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.cells.append(data)


def test_the_page_has_the_picture_and_the_tables_and_fetches_nothing(tmp_path: Path) -> None:
    picture.keep(recording(failing=True), tmp_path, lambda _: None)
    text = (tmp_path / picture.PAGE).read_text()
    parts = Parts(text)
    assert parts.fetched == []
    assert not re.search(r"@import|url\((?!#)|<script|<link", text)
    assert parts.tags.count("svg") == 1
    assert parts.tags.count("table") == 5
    for name in MOVES:
        assert name in parts.cells
    assert {"never", "status 503", "tag-in: gate", "lab_megabytes"} <= set(parts.cells)
    assert (tmp_path / picture.PNG).read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / picture.SVG).read_text().startswith("<svg ")


def test_the_page_says_by_when_a_pool_had_to_have_moved_where_that_is_among_the_figures() -> None:
    made = recording()
    honest = made.figures["pools"][pool.HONEST]
    for key in ("moved_within_seconds", "moved_back_within_seconds"):
        del honest[key]  # as a rehearsal of before has written it down
    honest |= {"moved_seconds": 16.3, "moved_back_seconds": 14.3}
    assert {"16.3 s", "14.3 s"} <= set(Parts(page.html(made, "<svg></svg>")).cells)
    honest |= {"moved_within_seconds": 72.0, "moved_back_within_seconds": 71.5}
    assert {"16.3 s (at most 72.0 s)", "14.3 s (at most 71.5 s)"} <= set(Parts(page.html(made, "<svg></svg>")).cells)


def test_what_a_server_says_of_itself_is_no_markup(tmp_path: Path) -> None:
    made = recording()
    figures = json.loads(json.dumps(made.figures))
    figures["engine"] = "<script>alert(1)</script>\x1b[2J"
    strange = Recording(made.began, made.colours, made.seconds, made.p99, made.marks, figures)
    picture.keep(strange, tmp_path, lambda _: None)
    text = (tmp_path / picture.PAGE).read_text()
    assert "<script" not in text
    assert "\x1b" not in text


def test_the_data_can_be_drawn_anew(tmp_path: Path) -> None:
    made = recording()
    assert Recording.from_json(made.to_json()).seconds == made.seconds
    picture.keep(made, tmp_path, lambda _: None)
    first = (tmp_path / picture.SVG).read_text()
    picture.draw(Recording.from_json((tmp_path / picture.DATA).read_text()), tmp_path)
    assert (tmp_path / picture.SVG).read_text() == first


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"began": 0, "colours": ["a"]}'])
def test_what_is_no_recording_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Recording.from_json(text)
