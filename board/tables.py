"""What is shown below the colours: DNS, the last tag-ins, and the head of it all; rows of texts for every form."""

from collections.abc import Sequence
from dataclasses import dataclass

from board import words
from board.attention.clusters import both_awake_since, overlap_of
from board.colour_words import BAD, GOOD, NOT_KNOWN, PLAIN
from board.facts import Known, Unknown, value_of
from board.judged import ATTENTION, NOT_TOLD, WELL, Board
from board.tag_ins import SUCCEEDED
from cutover.weights import NONE

DNS_HEAD = ("asked", "server", "says", "TTL")
HISTORY_HEAD = ("colour", "release", "when", "took", "how it ended", "by")
_GOOD_VERDICT, _NO_VERDICT = "expected", ("no_answer", "")


@dataclass(frozen=True)
class Row:
    """The cells of a row, and the mood of it."""

    cells: tuple[str, ...]
    mood: str = PLAIN


@dataclass(frozen=True)
class Table:
    """A table of rows; `note` stands in their place where there are none, or below them."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[Row] = ()
    note: str = ""


def verdict(board: Board) -> tuple[str, str]:
    """How it all is, in a few words, and their mood."""
    count = len(board.attention)
    return {
        WELL: ("WELL", GOOD),
        ATTENTION: (f"ATTENTION: {count} {'reason' if count == 1 else 'reasons'}", BAD),
        NOT_TOLD: ("COULD NOT TELL: something that matters could not be read", NOT_KNOWN),
    }[board.exit_code]


def place(board: Board) -> str:
    """Which service, where, and when it was read."""
    facts = board.facts
    where = words.said(facts.place, lambda place: f"{place.region}, account {place.account}")
    return f"{facts.service} · {where} · read at {words.moment(facts.read_at)}"


def charge(board: Board) -> tuple[str, str]:
    """Who is in charge, in a line, and its mood."""
    if isinstance(board.traffic, Unknown):
        history = value_of(board.facts.in_charge)
        entries = history.history.entries if history and not history.history.latest_unreadable else ()
        named = f" (the parameter in-charge names {words.one_line(entries[-1].colour)})" if entries else ""
        return f"in charge: unknown{named}", NOT_KNOWN
    traffic = board.traffic.value
    if traffic.named is None:
        carrying = ", ".join(sorted(traffic.carrying))
        unreadable = "in charge: not known, in-charge cannot be read" if traffic.state.history else "in charge: nobody"
        return f"{unreadable}{f'; {words.one_line(carrying)} carries traffic' if carrying else ''}", BAD
    weights = ", ".join(f"{words.one_line(name)} {weight}" for name, weight in sorted(traffic.weights.items()))
    others = {name for name, weight in traffic.weights.items() if weight > NONE} - {traffic.named}
    both = f" ({weights})" if others or not traffic.agrees else ""
    return f"in charge: {words.one_line(traffic.named)}{both}", GOOD if traffic.agrees else BAD


def dns(board: Board) -> Table:
    """What every authoritative address and every resolver answers."""
    title = f"DNS of {board.facts.service}"
    fact = board.facts.dns
    if isinstance(fact, Unknown):
        return Table(title, DNS_HEAD, note=words.UNKNOWN)
    outcome = fact.value.outcome
    if outcome is None:
        return Table(title, DNS_HEAD, note="nobody carries the name yet, so nobody was asked")
    several = isinstance(board.traffic, Known) and len(board.traffic.value.carrying) > 1
    rows = [
        Row(
            ("name server", one.server, _says(one.status, one.records), _ttl(one.ttl_seconds, "")),
            _mood(one.verdict, several),
        )
        for one in outcome.servers
    ]
    left = {one.resolver: _ttl(one.ttl_left_seconds, " left") for one in outcome.resolvers}
    rows += [
        Row(("resolver", one.resolver, _says(one.status, one.records), left[one.resolver]), _mood(one.verdict, several))
        for one in outcome.resolvers
    ]
    rows += [
        Row(("name server", name, f"has no known address ({why})", ""), BAD) for name, why in outcome.unlocated.items()
    ]
    clean = [Row(tuple(map(words.one_line, row.cells)), row.mood) for row in rows]
    return Table(title, DNS_HEAD, clean, "; ".join(map(words.one_line, outcome.warnings)))


def history(board: Board) -> Table:
    """The last tag-ins."""
    title = "The last tag-ins"
    if isinstance(board.history, Unknown):
        return Table(title, HISTORY_HEAD, note=words.UNKNOWN)
    rows = [
        Row(
            (
                words.one_line(one.colour),
                words.said(one.release, str),
                f"{words.moment(one.at)} ({words.ago(one.at, board.facts.read_at)})",
                words.said(one.seconds, words.duration),
                words.one_line(one.ended),
                words.said(one.by, lambda by: " / ".join(map(words.who, by.split(" / ")))),
            ),
            PLAIN if one.ended == SUCCEEDED else BAD,
        )
        for one in board.history.value
    ]
    updates = board.facts.updates
    note = f"seconds and failures are unknown: {words.one_line(updates.reason)}" if isinstance(updates, Unknown) else ""
    return Table(title, HISTORY_HEAD, rows, note if rows else "nobody has been tagged in yet")


def attention(board: Board) -> list[tuple[str, str]]:
    """Each reason in a line, with what to type about it."""
    return [(words.one_line(one.text), words.one_line(one.next_step)) for one in board.attention]


def unknown(board: Board) -> list[str]:
    """Each thing that is unknown, with the reason."""
    return [
        f"{words.one_line(one.in_short)}: {words.one_line(one.reason)}"
        + (f" (to find out: {words.one_line(one.next_step)})" if one.next_step else "")
        for one in board.unknown
    ]


def overlap(board: Board) -> str:
    """Since when both are awake, and what that has cost; empty when they are not."""
    since, found = both_awake_since(board.seen), overlap_of(board.seen)
    if since is None:
        return ""
    cost = f"; {board.seen.idle} has cost {words.one_line(str(found))} since the last tag-in" if found else ""
    return f"both awake for {words.duration(board.facts.read_at - since)}{cost}"


def _says(status: str, records: Sequence[str]) -> str:
    return f"{status} ({', '.join(records)})" if records else status


def _ttl(seconds: float | None, left: str) -> str:
    return "" if seconds is None else f"{seconds:.0f} s{left}"


def _mood(verdict: str, several: bool) -> str:
    """Of an answer; where `several` carry the traffic, another colour than the one asked for may be right too."""
    if verdict == _GOOD_VERDICT:
        return GOOD
    if verdict in _NO_VERDICT:
        return NOT_KNOWN
    return PLAIN if verdict == "other" and several else BAD
