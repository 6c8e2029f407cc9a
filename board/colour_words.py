"""What is shown of one colour: a label and a text for each line, the same in the terminal and on the page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from board import words
from board.facts import ColourFacts, Fact, LoadTest, Requests, Unknown, value_of
from board.judged import Board
from board.standing import ASLEEP, IDLE, IN_CHARGE, SHARES, UNKNOWN, Standing
from board.tag_ins import in_charge_since
from board.traffic import Frozen
from cutover.checks.capacity import zones_of
from cutover.checks.certificate import CertificateSeen
from cutover.cost import ColourCost
from cutover.group_capacity import CapacitySeen
from cutover.stragglers import Found

T = TypeVar("T")
GOOD, PLAIN, BAD, NOT_KNOWN = "good", "plain", "bad", "unknown"
NOTHING = "none"
# What the freeze says of them stands in the lines of both colours.
_WEIGHTS = " (Route 53 now: "
MARKS = {GOOD: "+", PLAIN: " ", BAD: "!", NOT_KNOWN: "?"}
"""What stands in front of a line of each mood, so that a colour is never the only sign."""


@dataclass(frozen=True)
class Line:
    """One line of a colour: `mood` is GOOD, PLAIN, BAD or NOT_KNOWN, and never the only sign of anything."""

    label: str
    text: str
    mood: str = PLAIN


def lines(board: Board, name: str) -> tuple[Line, ...]:
    """All of them, in one order for both colours."""
    colour, standing = board.facts.colours[name], board.standings[name]
    return (
        _standing(board, colour, standing),
        _frozen(standing),
        _weight(standing),
        _release(board, colour),
        _instances(board, colour),
        _balancer(board, colour),
        _certificate(board, colour),
        _line("load test", colour.load_test, _load_test),
        _line("requests a minute", colour.requests, _requests),
        _stragglers(colour, standing),
        _line("cost an hour", colour.cost, _cost),
    )


def _standing(board: Board, colour: ColourFacts, standing: Standing) -> Line:
    mood = {IN_CHARGE: GOOD, SHARES: GOOD, IDLE: PLAIN, ASLEEP: PLAIN, UNKNOWN: NOT_KNOWN}.get(standing.word, BAD)
    return Line("state", f"{standing.word}{_since(board, colour, standing)}", mood)


def _since(board: Board, colour: ColourFacts, standing: Standing) -> str:
    found = value_of(board.facts.in_charge)
    now = board.facts.read_at
    if standing.word == IN_CHARGE and found and (since := in_charge_since(found.versions, colour.colour)):
        version, is_whole = since
        before = "" if is_whole else " or longer (AWS keeps no older entry)"
        by = f", by {words.who(version.by)}" if version.by else ""
        return f" for {words.duration(now - version.at)}{before}{by}"
    door = value_of(colour.door)
    if standing.word == IDLE and door and door.awake_since is not None:
        return f", awake for {words.duration(now - door.awake_since)}{'' if door.is_whole else ' or longer'}"
    return ""


def _frozen(standing: Standing) -> Line:
    def in_words(frozen: Frozen | None) -> str:
        if frozen is None:
            return "no: it may be changed"
        left = f"for {words.duration(frozen.seconds_left)} more: " if frozen.seconds_left else "yes: "
        return f"{left}{frozen.because.partition(_WEIGHTS)[0]}"

    return _line("frozen", standing.frozen, in_words)


def _weight(standing: Standing) -> Line:
    def in_words(weight: int | None) -> str:
        part = value_of(standing.part) or 0.0
        return "no record set" if weight is None else f"{weight} ({part * 100:.3g} % of the traffic)"

    return _line("weight", standing.weight, in_words)


def _release(board: Board, colour: ColourFacts) -> Line:
    group, door = value_of(colour.group), value_of(colour.door)
    if isinstance(colour.group, Unknown):
        return Line("release", words.UNKNOWN, NOT_KNOWN)
    if group is None:
        return Line("release", NOTHING)
    by = f", by {words.who(door.by)}" if door and door.by else ""
    since = f", since {words.moment(group.created_at)} ({words.ago(group.created_at, board.facts.read_at)})"
    return Line("release", f"{words.one_line(group.release) or 'no tag says which'}{since}{by}")


def _instances(board: Board, colour: ColourFacts) -> Line:
    group = value_of(colour.group)

    def in_words(seen: CapacitySeen | None) -> str:
        if seen is None or group is None:
            return NOTHING
        zones = ", ".join(f"{zone} {sum(seen.zones.get(i) == zone for i in seen.healthy)}" for zone in _zones(seen))
        return f"{len(seen.healthy)} of {group.desired} healthy ({zones or 'in no zone'})"

    line = _line("instances", colour.capacity, in_words)
    seen = value_of(colour.capacity)
    if seen is None or group is None:
        return line
    is_whole = len(seen.healthy) >= group.desired and len(zones_of(seen)) >= board.facts.shared.availability_zones
    return Line(line.label, line.text, GOOD if is_whole else BAD)


def _zones(seen: CapacitySeen) -> list[str]:
    return sorted(set(seen.zones.values()))


def _balancer(_board: Board, colour: ColourFacts) -> Line:
    if isinstance(colour.balancer, Unknown):
        return Line("load balancer", words.UNKNOWN, NOT_KNOWN)
    one = colour.balancer.value
    if one is None:
        return Line("load balancer", NOTHING)
    return Line("load balancer", words.one_line(one.state), GOOD if one.state == "active" else BAD)


def _certificate(board: Board, colour: ColourFacts) -> Line:
    def in_words(seen: CertificateSeen | None) -> str:
        if seen is None:
            return NOTHING
        days = f"{(seen.not_after - seen.read_at).days} days left" if seen.not_after else "no end is known"
        return days if seen.status == "ISSUED" else f"{seen.status}, {days}"

    line = _line("certificate", colour.certificate, in_words)
    bad = any(reason.code == "certificate" and reason.colour == colour.colour for reason in board.attention)
    return Line(line.label, line.text, BAD if bad else line.mood)


def _load_test(found: LoadTest | None) -> str:
    return "none" if found is None else found.text


def _requests(found: Requests | None) -> str:
    last = found.last_minute if found else None
    return NOTHING if last is None else f"{last:.0f}"


def _cost(found: ColourCost) -> str:
    return f"{found}".removesuffix(" an hour") if found.by_kind else "nothing"


def _stragglers(colour: ColourFacts, standing: Standing) -> Line:
    def in_words(found: Found | None) -> str:
        if found is None:
            return NOTHING if value_of(standing.part) == 0.0 else "it carries the traffic"
        return found.because or found.warning or "none any more"

    line, found = _line("clients left behind", colour.stragglers, in_words), value_of(colour.stragglers)
    return Line(line.label, line.text, BAD if found and found.because else line.mood)


def _line(label: str, fact: Fact[T], in_words: Callable[[T], str]) -> Line:
    if isinstance(fact, Unknown):
        return Line(label, words.UNKNOWN, NOT_KNOWN)
    return Line(label, words.one_line(in_words(fact.value)))
