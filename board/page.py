"""The board as one page: a file that asks nobody for anything, and in which every text is escaped."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from board import tables, words
from board.colour_words import BAD, GOOD, MARKS, NOT_KNOWN, PLAIN, Line, lines
from board.html import Html, joined, tag
from board.judged import Board
from board.tables import Table

_FOLDER = Path(__file__).parent
_STYLE = (_FOLDER / "page.css").read_text(encoding="utf-8")
_SCRIPT = (_FOLDER / "page.js").read_text(encoding="utf-8")
_MEANING = {GOOD: "good: ", PLAIN: "", BAD: "needs attention: ", NOT_KNOWN: "unknown: "}


@dataclass(frozen=True)
class Written:
    """A page, and the policy with which it may be shown: its own style and script, and nobody else's.

    https://www.w3.org/TR/CSP3/#source-list-paths-and-hashes
    """

    text: str
    policy: str


def written(board: Board) -> str:
    """The page for a file: it has no script, and shows when it was read."""
    return served(board, None).text


def served(board: Board, every_seconds: float | None) -> Written:
    """The page for a server: looked at again every so many seconds; None: never."""
    verdict, mood = tables.verdict(board)
    charge, charge_mood = tables.charge(board)
    name = board.facts.service
    head = tag(
        "header",
        tag("h1", name),
        tag("p", _mark(mood), verdict, class_=f"verdict {mood}"),
        tag("p", charge, class_=f"charge {charge_mood}"),
        tag("p", tables.overlap(board)) if tables.overlap(board) else "",
        tag("p", tables.place(board), class_="place"),
        id="head",
    )
    main = tag("main", _next(board), _attention(board), _colours(board), *_below(board), id="main", tabindex="-1")
    return document(f"{verdict} · {charge} · {name}", joined(head, main), list(board.facts.colours), every_seconds)


def document(title: str, content: Html, colours: list[str], every_seconds: float | None) -> Written:
    """A whole page around `content`."""
    # Their names are letters a to z; one that is no colour to the browser is left out by it.
    style = Html(_STYLE + "".join(f".own-{name} {{ --own: {name}; }}\n" for name in colours))
    live, script = _live(every_seconds)
    page = tag(
        "html",
        tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="referrer", content="no-referrer"),
            tag("link", rel="icon", href="data:,"),
            tag("title", title),
            tag("style", style),
        ),
        tag(
            "body",
            tag("a", "Skip to what to do", href="#main", class_="skip"),
            *live,
            content,
            tag("footer", tag("p", "This page reads, and changes nothing. Times are in UTC.")),
            *([tag("script", script)] if script else []),
            data_every=f"{every_seconds or 0:g}",
        ),
        lang="en",
    )
    scripts = f"script-src {_hash(script)}; connect-src 'self'; " if script else ""
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; {scripts}img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    return Written(f"<!doctype html>\n{page}\n", policy)


def _live(every_seconds: float | None) -> tuple[list[Html], Html]:
    """What only a page has that looks again: a button, two places for what it says, and the script."""
    if every_seconds is None:
        return [], Html("")
    controls = tag(
        "div",
        tag("button", "Pause", id="pause", type="button"),
        tag("p", "", id="stale", role="alert", hidden="hidden"),
        tag("p", "", id="told", role="status", class_="hidden"),
        role="region",
        aria_label="Freshness",
        class_="live",
    )
    return [controls], Html(_SCRIPT)


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _mark(mood: str) -> Html:
    """The sign of a mood, and the same in words for who does not see it."""
    return joined(
        tag("span", MARKS[mood].strip(), class_="mark", aria_hidden="true"),
        tag("span", _MEANING[mood], class_="hidden") if _MEANING[mood] else "",
    )


def _next(board: Board) -> Html:
    chosen = board.next_command
    title = "Next command" if chosen.needed else "Nothing has to be done; next would be"
    return tag(
        "section",
        tag("h2", title, id="next"),
        tag("pre", tag("code", words.one_line(chosen.command))),
        tag("p", words.one_line(chosen.why)),
        aria_labelledby="next",
        class_="next",
    )


def _attention(board: Board) -> Html:
    if not board.attention:
        return Html("")
    items = [
        tag("li", tag("span", text, class_=BAD), tag("br"), "then: ", tag("code", step))
        for text, step in tables.attention(board)
    ]
    return tag(
        "section",
        tag("h2", "Attention", id="attention"),
        tag("ol", *items, class_="reasons"),
        aria_labelledby="attention",
    )


def _colours(board: Board) -> Html:
    articles = [_colour(board, name) for name in board.facts.colours]
    return tag(
        "section",
        tag("h2", "Both colours", id="colours"),
        tag("div", *articles, class_="colours"),
        aria_labelledby="colours",
    )


def _colour(board: Board, name: str) -> Html:
    return tag(
        "article",
        tag("h3", f"{name}: {board.standings[name].word}", id=f"colour-{name}"),
        tag("dl", *map(_line, lines(board, name))),
        aria_labelledby=f"colour-{name}",
        class_=f"own-{name}",
    )


def _line(line: Line) -> Html:
    return tag("div", tag("dt", line.label), tag("dd", _mark(line.mood), tag("span", line.text, class_=line.mood)))


def _below(board: Board) -> list[Html]:
    unknown = tables.unknown(board)
    found = [_table(tables.dns(board), "dns"), _table(tables.history(board), "history")]
    if unknown:
        items = [tag("li", _mark(NOT_KNOWN), text) for text in unknown]
        found.insert(
            0,
            tag(
                "section",
                tag("h2", "Unknown", id="unknown"),
                tag("ul", *items, class_="reasons"),
                aria_labelledby="unknown",
            ),
        )
    return found


def _table(table: Table, name: str) -> Html:
    rows = [
        tag(
            "tr",
            tag("th", _mark(row.mood), row.cells[0], scope="row", class_=row.mood),
            *(tag("td", cell) for cell in row.cells[1:]),
        )
        for row in table.rows
    ]
    head = tag("thead", tag("tr", *(tag("th", cell, scope="col") for cell in table.head)))
    drawn = tag("table", tag("caption", table.title, class_="hidden"), head, tag("tbody", *rows))
    # Whoever has no mouse scrolls it by its focus.
    scroll = tag("div", drawn, class_="scroll", tabindex="0", role="group", aria_label=table.title, id=f"{name}-table")
    return tag(
        "section",
        tag("h2", table.title, id=name),
        scroll if rows else "",
        tag("p", table.note, class_="note") if table.note else "",
        aria_labelledby=name,
    )
