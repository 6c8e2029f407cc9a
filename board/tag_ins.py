"""The last tag-ins: who, when, in how many seconds, and how they ended; by `in-charge` and the backend's history."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from board.facts import Authored, Fact, Facts, Known, Unknown, Update
from cutover.in_charge import Value

SHOWN = 10
SUCCEEDED, FAILED = "succeeded", "failed"
# The two clocks, AWS's and that of the machine that ran `pulumi`, may differ by so much, and still mean one moment.
CLOCKS_SECONDS = 60.0


@dataclass(frozen=True)
class TagIn:
    """One attempt to put `colour` in charge; `at` is when it ended (Unix time), or began while it is under way.

    `by`: all who are named as the one who did it.
    """

    colour: str
    release: Fact[str]
    at: float
    by: Fact[str]
    seconds: Fact[float]
    ended: str


def latest(facts: Facts) -> Fact[Sequence[TagIn]]:
    """The newest first, SHOWN of them at most."""
    if isinstance(facts.in_charge, Unknown):
        return facts.in_charge
    readable = list(_readable(facts.in_charge.value.versions))
    ended = [_of_version(after, value, facts.updates) for after, value in _tag_ins(readable)]
    vain = list(_in_vain(facts.updates, readable)) if isinstance(facts.updates, Known) else []
    return Known(tuple(sorted([*ended, *vain], key=lambda one: one.at, reverse=True)[:SHOWN]))


def in_charge_since(versions: Sequence[Authored], colour: str) -> tuple[Authored, bool] | None:
    """The version by which `colour` came in charge for the last time, and whether AWS keeps what was before it.

    None when the newest version that can be read names somebody else.
    """
    found: tuple[Authored, bool] | None = None
    for version, value in reversed(list(_readable(versions))):
        if value.colour != colour:
            return (found[0], True) if found else None
        found = version, version.number == 1
    return found


def _readable(versions: Sequence[Authored]) -> Iterator[tuple[Authored, Value]]:
    for version in versions:
        try:
            yield version, Value.parse(version.value)
        except ValueError:
            continue  # somebody wrote it by hand; what needs attention says so


def _tag_ins(readable: Sequence[tuple[Authored, Value]]) -> Iterator[tuple[Authored, Value]]:
    """The versions by which somebody else came in charge; of the first that is kept, that is known of number 1 only."""
    for version, value in readable[:1]:
        if version.number == 1:
            yield version, value
    for (_, before), (version, value) in pairwise(readable):
        if value.colour != before.colour:
            yield version, value


def _of_version(version: Authored, value: Value, updates: Fact[Sequence[Update]]) -> TagIn:
    update = _update_at(version.at, updates)
    seconds: Fact[float]
    if isinstance(update, Unknown):
        by, seconds, ended = "", update, SUCCEEDED
    else:
        by = update.value.by
        over = update.value.ended_at
        seconds = Unknown("the update is under way") if over is None else Known(over - update.value.began_at)
        ended = SUCCEEDED if update.value.result in (SUCCEEDED, "") else update.value.result
    names = " / ".join(filter(None, (by, version.by)))
    who: Fact[str] = Known(names) if names else Unknown("nobody says who it was")
    return TagIn(value.colour, Known(value.release), version.at, who, seconds, ended)


def _update_at(at: float, updates: Fact[Sequence[Update]]) -> Fact[Update]:
    """The update that wrote what was written `at` a time."""
    if isinstance(updates, Unknown):
        return updates
    fitting = [
        one
        for one in updates.value
        if one.kind == "update" and one.began_at - CLOCKS_SECONDS <= at <= (one.ended_at or at) + CLOCKS_SECONDS
    ]
    if not fitting:
        return Unknown("the backend has no update of that time")
    return Known(min(fitting, key=lambda one: abs((one.ended_at or at) - at)))


def _in_vain(updates: Known[Sequence[Update]], readable: Sequence[tuple[Authored, Value]]) -> Iterator[TagIn]:
    """The updates that were to put somebody else in charge, and did not end well.

    Who was in charge before the first entry that AWS keeps is known only where that is the first one of all.
    """
    is_whole = not readable or readable[0][0].number == 1
    for one in updates.value:
        at = one.began_at if one.ended_at is None else one.ended_at
        before = [value.colour for version, value in readable if version.at < one.began_at - CLOCKS_SECONDS]
        wrote = any(one.began_at - CLOCKS_SECONDS <= version.at <= at + CLOCKS_SECONDS for version, _ in readable)
        known = bool(before) or is_whole
        is_other = bool(one.active) and one.active != (before or [""])[-1]
        if one.kind == "update" and one.result != SUCCEEDED and known and is_other and not wrote:
            by: Fact[str] = Known(one.by) if one.by else Unknown("the backend names nobody")
            release = Unknown("the attempt did not end well, so that nothing names its release")
            seconds = Unknown("it is under way") if one.ended_at is None else Known(at - one.began_at)
            yield TagIn(one.active, release, at, by, seconds, (one.result or FAILED) if one.ended_at else "under way")
