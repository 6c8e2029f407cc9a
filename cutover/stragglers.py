"""Stragglers: clients who still go to a colour that was tagged out, by what its load balancer counts."""

import math
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cutover.checks.override import STRAGGLERS, Waiver
from cutover.freeze import Change, TrafficState, is_hotfix
from cutover.refusal import Refusal
from cutover.weights import carrying

MINUTE_SECONDS = 60
# So many whole minutes in a row without stragglers, once, and nobody is left.
QUIET_MINUTES = 3
# Whatever comes more seldom than this is no client that was left behind: a monitor, a crawler, somebody who tries it.
FLOOR = 10
# A load balancer sends what it counted every 60 s, from each of its nodes, and a minute without requests has no data at
# all: only when all nodes have certainly told of a minute does nothing mean none. AWS promises no time for that.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
SETTLED_SECONDS = 180
# Where the newest minute that CloudWatch has is older than that it may be late; but no later than this.
LATE_SECONDS = 900
# Points of a minute are kept for 15 days: the last of them may go while it is read.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
KEPT_SECONDS = 15 * 86400 - 3600
# How much is read at once: the three minutes come soon after a tag-out, and nothing later counts.
WINDOW_SECONDS = 86400

WHO = (
    "these keep a connection, or never resolve the name again: connection pools, a JVM or proxy that caches DNS for "
    "ever, addresses that somebody has written down"
)


@dataclass(frozen=True)
class Counts:
    """Requests by minute (Unix time in seconds of its beginning): of the colour, and of who is in charge.

    A minute that is not there has none: CloudWatch has no data for a minute without requests.
    """

    own: Mapping[int, float] = field(default_factory=dict)
    in_charge: Mapping[int, float] = field(default_factory=dict)


Read = Callable[[int, int], Counts]
"""Reads the counts from one minute on, up to another one (Unix times); raises whatever it raises without an answer."""


@dataclass(frozen=True)
class Watch:
    """A colour that was tagged out at `since`, looked at at `now` (Unix times, by AWS's clock; -inf: it never was).

    `percent`: who sends more than that of the requests of the colour in charge, to this one, is a straggler.
    """

    colour: str
    since: float
    now: float
    percent: int

    @property
    def is_needed(self) -> bool:
        """Whether it was ever tagged out, so that somebody may be left."""
        return self.since > -math.inf

    def has_too_many(self, own: float, in_charge: float) -> bool:
        """Whether so many requests in one minute are those of stragglers."""
        return own >= FLOOR and own * 100 > in_charge * self.percent


@dataclass(frozen=True)
class Found:
    """`because`: why the colour has to wait for clients; empty when it has not. `warning`: what was not seen."""

    because: str = ""
    warning: str = ""


NOBODY = Found()


def look(watch: Watch, read: Read) -> Found:
    """Whether clients are left at a colour: until three whole minutes in a row were once without stragglers.

    From then on testers, probes and load tests may go there as they like, so all minutes since the tag-out count, as
    far as they are kept. Raises what `read` raises.
    """
    seen = _Seen(watch)
    for begin, end in _windows(watch):
        seen.add(begin, end, read(begin, end))
        if seen.quiet >= QUIET_MINUTES:
            return NOBODY
    return seen.found()


def unreadable(colour: str, error: Exception) -> Found:
    """When the counts cannot be read: the freeze alone holds, and this adds nothing to it."""
    why = " ".join(str(error).split()) or type(error).__name__
    return Found(warning=f"whether clients still go to {colour} is not known, as requests cannot be counted: {why}")


def waived(found: Found, waiver: Waiver) -> tuple[Found, tuple[str, ...]]:
    """What counts of what was `found` under the colour's override, and the lines to say once about both."""
    lines = [found.warning] if found.warning else []
    if STRAGGLERS not in waiver.checks:
        return found, (*([waiver.line] if waiver.line else []), *lines)
    if not found.because:
        return found, (*lines, f"{waiver.line}: it waives nothing now, take it out of the config")
    return NOBODY, (*lines, f"{waiver.line}: clients are left behind, as {found.because}")


def targets_in_charge(traffic: TrafficState, colour: str) -> tuple[str, ...]:
    """The load balancers' names in DNS of who carries the traffic in place of `colour`.

    Raises LookupError when nobody does, or somebody by a record set that is no alias.
    """
    others = carrying(traffic.weights) - {colour}
    found = [
        one.target for of in traffic.records.values() for one in of if one.type == "A" and one.identifier in others
    ]
    targets = tuple(dict.fromkeys(target for target in found if target is not None))
    if not targets or None in found:
        raise LookupError(f"no load balancer carries the traffic in place of {colour}")
    return targets


def by_minute(counts: Iterable[Mapping[int, float]]) -> dict[int, float]:
    """The requests of several load balancers together."""
    found: dict[int, float] = {}
    for one in counts:
        for minute, number in one.items():
            found[minute] = found.get(minute, 0.0) + number
    return found


def decide(colour: str, change: Change, found: Found, *, hotfix: bool, release: str = "") -> str | None:
    """None when the change leaves nobody behind; with `hotfix`, a line that says loudly what is let through.

    Raises Refusal when clients still go to `colour` and the change is not a hotfix. `release`: that of the config, for
    which an override has to be.
    """
    if not found.because:
        return None
    if hotfix and is_hotfix(change):
        return f"HOTFIX: {change} of {colour} is {change.operation.value} although {found.because}"
    attempt = shlex.quote(f"{colour}@{release}")
    raise Refusal(
        f"{colour} still has clients: {change} cannot be {change.operation.value}",
        seen=f"{found.because}; {WHO}",
        allowed=f"changes once CloudWatch has told of {QUIET_MINUTES} whole minutes in a row with fewer than {FLOOR} "
        f"requests, or not more than `stragglers` per cent; to tag {colour} in again, at any time",
        next_step="wait for them to leave (.venv/bin/python -m board shows how many are left), then the same command "
        "again; or leave them behind: "
        f"pulumi config set -s {colour} --path override.attempt {attempt} && "
        f"pulumi config set -s {colour} --path 'override.checks[0]' stragglers",
    )


class _Seen:
    """What the minutes since a tag-out have shown so far."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self.quiet = 0
        self._newest = -math.inf
        self._busiest = 0.0
        self._last: _Minute | None = None
        self._unsettled: _Minute | None = None

    def add(self, begin: int, end: int, counts: Counts) -> None:
        """The minutes of one window, which follows the one before; no more than are needed."""
        self._newest = max([self._newest, *(m for m in (*counts.own, *counts.in_charge) if begin <= m < end)])
        final = self._final()
        for at in range(begin, end, MINUTE_SECONDS):
            minute = _Minute(at, counts.own.get(at, 0.0), counts.in_charge.get(at, 0.0))
            self._busiest = max(self._busiest, minute.own, minute.in_charge)
            too_many = self._watch.has_too_many(minute.own, minute.in_charge)
            if at + MINUTE_SECONDS > final:
                self._unsettled = minute if too_many else self._unsettled
                continue
            self._last = minute if too_many else self._last
            self.quiet = 0 if too_many else self.quiet + 1
            if self.quiet == QUIET_MINUTES:
                return

    def _final(self) -> float:
        """Until when the counts are all there (Unix time, seconds)."""
        settled = self._watch.now - SETTLED_SECONDS
        if self._newest == -math.inf:
            return settled
        return min(settled, max(self._newest + MINUTE_SECONDS, self._watch.now - LATE_SECONDS))

    def found(self) -> Found:
        """What follows when all minutes have been looked at, and it was never quiet for long enough."""
        ago = f"since {self._watch.colour} was tagged out {self._watch.now - self._watch.since:.0f} s ago"
        told = f"CloudWatch, which is up to {SETTLED_SECONDS} s late, has told of {self.quiet} of {QUIET_MINUTES}"
        if minute := self._last or self._unsettled:
            return Found(f"{self._numbers(minute)}; {told} minutes without such clients")
        if self._busiest >= FLOOR:
            return Found(f"{told} whole minutes without clients that were left behind, {ago}")
        unknown = f"who may still go to {self._watch.colour} is not known"
        return Found(warning=f"CloudWatch has told of hardly any requests, to whichever colour, {ago}: {unknown}")

    def _numbers(self, minute: "_Minute") -> str:
        watch, at = self._watch, datetime.fromtimestamp(minute.at, UTC)
        share = f": {100 * minute.own / minute.in_charge:.3g} % of that" if minute.in_charge else ""
        return (
            f"in the minute from {at:%H:%M} UTC its load balancer got {minute.own:.0f} requests, and that of the "
            f"colour in charge {minute.in_charge:.0f}{share} (`stragglers` is {watch.percent} %)"
        )


@dataclass(frozen=True)
class _Minute:
    """The requests of one minute that began `at` (Unix time, seconds)."""

    at: int
    own: float
    in_charge: float


def _windows(watch: Watch) -> Sequence[tuple[int, int]]:
    """What to read, in whole minutes, the newest last; the last one holds all that may still be late."""
    first = math.ceil(max(watch.since, watch.now - KEPT_SECONDS) / MINUTE_SECONDS) * MINUTE_SECONDS
    end = math.floor(watch.now / MINUTE_SECONDS) * MINUTE_SECONDS
    windows = []
    while first < end:
        last = first + WINDOW_SECONDS
        last = end if end - last < LATE_SECONDS + MINUTE_SECONDS else last
        windows.append((first, last))
        first = last
    return windows
