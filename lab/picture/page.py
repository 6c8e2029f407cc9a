"""The rehearsal as one page of HTML: the picture and the tables, with nothing that is fetched from anywhere."""

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

from cutover.printable import printable
from lab.picture.recording import Recording

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 72rem; margin: 2rem auto;
  padding: 0 1rem }
svg { max-width: 100%; height: auto }
table { border-collapse: collapse; margin: .5rem 0 2rem }
th, td { padding: .2rem .8rem; border-bottom: 1px solid #ddd; text-align: right; vertical-align: top }
th:first-child, td:first-child { text-align: left }
thead th { border-bottom: 2px solid #888 }
"""
_NONE = "never"
_MOST_FAILURES = 200


def html(recording: Recording, svg: str) -> str:
    """The whole page; `svg` is the picture as an element."""
    figures = recording.figures
    title = f"{figures['requests']:,} requests over a tag-in and a tag-back: {figures['failed']:,} failed"
    parts = [
        f"<h1>{escape(title)}</h1>",
        svg,
        "<h2>Pools of clients</h2>",
        _pools(recording),
        "<h2>Moments</h2>",
        _marks(recording),
        "<h2>Failed requests</h2>",
        _failures(recording),
        "<h2>Figures</h2>",
        _figures(recording),
    ]
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    lines = ["<!doctype html>", '<html lang="en">', f"<head>{head}</head>", "<body>", *parts, "</body>", "</html>", ""]
    return "\n".join(lines)


def _pools(recording: Recording) -> str:
    rows = [
        [
            name,
            f"{pool['requests']:,}",
            f"{pool['failed']:,}",
            _seconds(pool["moved_seconds"], pool.get("moved_within_seconds")),
            _seconds(pool["moved_back_seconds"], pool.get("moved_back_within_seconds")),
            *(f"{pool['by_colour'].get(colour, 0):,}" for colour in recording.colours),
        ]
        for name, pool in recording.figures["pools"].items()
    ]
    answered = [f"answered by {colour}" for colour in recording.colours]
    return _table(
        ["pool", "requests", "failed", "moved after the switch", "back after the second one", *answered], rows
    )


def _marks(recording: Recording) -> str:
    rows = [[f"{mark.phase}: {mark.label}", f"{mark.at - recording.began:.1f} s"] for mark in recording.marks]
    return _table(["moment", "since the first request"], rows)


def _failures(recording: Recording) -> str:
    rows = [
        [f"{one.second} s", one.pool, kind, str(count)]
        for one in recording.seconds
        for kind, count in one.failures.items()
    ]
    if not rows:
        return "<p>None.</p>"
    kinds: Counter[str] = Counter()
    for one in recording.seconds:
        kinds.update(one.failures)
    more = f"<p>{len(rows) - _MOST_FAILURES} more lines are in the data.</p>" if len(rows) > _MOST_FAILURES else ""
    every = _table(["second", "pool", "kind", "requests"], rows[:_MOST_FAILURES])
    return _table(["kind", "requests"], [[kind, str(count)] for kind, count in kinds.most_common()]) + every + more


def _figures(recording: Recording) -> str:
    plain = [(key, value) for key, value in recording.figures.items() if isinstance(value, str | int | float)]
    return _table(["figure", "value"], [[key, str(value)] for key, value in plain])


def _seconds(value: float | None, most: float | None) -> str:
    """`most` is not among the figures of a rehearsal of before, and of a pool that never moves there is none."""
    return (_NONE if value is None else f"{value:.1f} s") + ("" if most is None else f" (at most {most:.1f} s)")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = "".join(f"<tr>{_cells('td', row)}</tr>\n" for row in rows)
    return f"<table><thead><tr>{_cells('th', head)}</tr></thead>\n<tbody>\n{lines}</tbody></table>"


def _cells(tag: str, texts: Sequence[str]) -> str:
    return "".join(f"<{tag}>{escape(printable(text))}</{tag}>" for text in texts)
