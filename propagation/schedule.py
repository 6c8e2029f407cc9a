"""Whom to ask when: early enough to return within a second of the truth, seldom enough to be polite.

All times are seconds of one monotonic clock; a time in the past means now.
"""

from collections.abc import Callable

from propagation.criterion import Status
from propagation.observation import Observation, Worth
from propagation.resolver_view import FINAL_LOOKS, ResolverView
from propagation.server_view import BURST_ANSWERS, ServerView

# The sentinel is asked so often, and all others when it seems to have switched (server_view.py).
PROBE_SECONDS = 0.3
# The burst that shows that a server has switched: few at a time, so that a long way to the server does not add up.
BURST_PAUSE_SECONDS = 0.02
BURST_PATIENCE_SECONDS = 0.05
BURST_AT_ONCE = 8
# Everybody is looked at 12 times in the TTL, and whoever has switched once more right before the end. Should a burst
# have been 20 times luck (p = 1e-6) with two answers at the same weight, these have p = 2^-12 to miss it as well.
LOOKS_PER_TTL = 12
REGULAR_SECONDS = (0.3, 5.0)
# Resolvers give whole seconds of TTL left; some round down.
EXPIRY_MARGIN_SECONDS = 0.1
SHORTEST_PAUSE_SECONDS = 0.25
# Many caches may be behind one resolver's address: one that is not to be overlooked is met by asking more than once.
RESOLVER_LOOKS_PER_TTL = 4
# From so long before the end on nobody waits for a question that gets lost.
RESOLVER_LOOK_AHEAD_SECONDS = 2.5
# An answer still old after the end outlived its TTL: the TTL left in it is not to be relied upon.
OVERDUE_SECONDS = 0.5
LONGEST_BACKOFF_SECONDS = 2.0


class ServerSchedule:
    """The schedule for what an authoritative server is asked about one name."""

    def __init__(self, view: Callable[[], ServerView], status: Callable[[], Status]) -> None:
        self._view, self._status = view, status

    def next_at(self) -> float:
        return next_server_look(self._view(), self._status())

    def how_many(self, under_way: int, overdue_at: float | None) -> int:
        return 1 if is_deaf(self._view(), overdue_at) else questions_at_once(self._view(), under_way)

    def patience_seconds(self, overdue_at: float | None) -> float:
        return PROBE_SECONDS if is_deaf(self._view(), overdue_at) else server_patience_seconds(self._view())

    def counted_seconds(self) -> float:
        return PROBE_SECONDS


class ResolverSchedule:
    """The schedule for what a resolver is asked about one name."""

    def __init__(
        self, view: Callable[[], ResolverView], status: Callable[[], Status], clock: Callable[[], float]
    ) -> None:
        self._view, self._status, self._clock = view, status, clock

    def next_at(self) -> float:
        return next_resolver_look(self._view(), self._status())

    def how_many(self, under_way: int, overdue_at: float | None) -> int:  # noqa: ARG002  # as in Schedule
        return resolver_questions_at_once(self._view(), self._status(), self._clock(), under_way)

    def patience_seconds(self, overdue_at: float | None) -> float | None:  # noqa: ARG002  # as in Schedule
        return resolver_patience_seconds(self._view(), self._status(), self._clock())

    def counted_seconds(self) -> float:
        return OVERDUE_SECONDS


def questions_at_once(view: ServerView, under_way: int = 0) -> int:
    """How many questions to send an authoritative server now: one, or the next part of a burst (1, 2, 4, 8, 5).

    `under_way`: those that may still be answered; while they are enough for the burst it is none.
    """
    if view.switched_at is not None or view.streak == 0:
        return 1
    coming = view.streak + under_way
    return max(0, min(coming + 1, BURST_AT_ONCE, BURST_ANSWERS - coming))


def is_deaf(view: ServerView, overdue_at: float | None) -> bool:
    """Whether a server has fallen silent, maybe amid its burst: nothing has come since the latest overdue question.

    The rest of the burst would be lost as well, and with that many under way nobody would be asking when it is back.
    One that is only slow goes on giving answers, to earlier questions. `overdue_at`: when that question was asked.
    """
    last = view.last
    if last is None:
        return False
    return last.verdict is Worth.NO_ANSWER or (overdue_at is not None and overdue_at > last.at)


def server_patience_seconds(view: ServerView) -> float:
    """How long to wait for answers before asking on; a burst leaves a slow server behind."""
    return BURST_PATIENCE_SECONDS if view.streak and view.switched_at is None else PROBE_SECONDS


def next_server_look(view: ServerView, status: Status) -> float:
    """When to look at an authoritative server next."""
    last = view.last
    if last is None:
        return float("-inf")
    soon = last.asked_at + PROBE_SECONDS
    shortest, longest = REGULAR_SECONDS
    regular = max(soon, last.asked_at + min(max(status.ttl_seconds / LOOKS_PER_TTL, shortest), longest))
    if view.switched_at is None:
        if last.verdict is Worth.EXPECTED:
            return last.at + BURST_PAUSE_SECONDS
        if status.sentinel.is_of(view):
            return soon
        return status.sentinel.ask_again_before if last.asked_at < status.sentinel.ask_again_before else regular
    if last.verdict is not Worth.EXPECTED:
        return soon
    if status.final_look_at is None or last.asked_at >= status.final_look_at:
        return regular
    return min(regular, status.final_look_at)


def resolver_questions_at_once(view: ResolverView, status: Status, now: float, under_way: int = 0) -> int:
    """How many questions to send a resolver now: one, or at the end all those that show that its caches agree.

    Each comes from a port of its own, by which many resolvers choose among their caches. `under_way`: those that may
    still be answered; while they are enough it is none.
    """
    missing = _missing(view, status)
    if not missing or not view.is_good or now < _clear_at(view, status):
        return 1
    return max(0, min(missing - under_way, FINAL_LOOKS))


def next_resolver_look(view: ResolverView, status: Status) -> float:
    """When to look at a resolver next: when its answer leaves its cache, sooner only if the end depends on it."""
    last = view.last
    if last is None:
        return float("-inf")
    if status.since is None or view.is_unreachable:
        return max(_expiry(view, last), last.asked_at + _shortest_pause(last))
    clear_at = _clear_at(view, status) + EXPIRY_MARGIN_SECONDS
    regular = last.asked_at + max(status.ttl_seconds / RESOLVER_LOOKS_PER_TTL, OVERDUE_SECONDS)
    if last.asked_at < status.since:
        return max(status.since, last.at)
    if last.asked_at < clear_at:
        return min(max(_expiry(view, last), last.asked_at + _shortest_pause(last)), regular, clear_at)
    if last.verdict is not Worth.EXPECTED:
        return last.asked_at + OVERDUE_SECONDS
    return last.at + BURST_PAUSE_SECONDS if _missing(view, status) else regular


def resolver_patience_seconds(view: ResolverView, status: Status, now: float) -> float | None:
    """How long to wait for an answer before asking on; None: until it is known to be lost.

    There is time for that unless the end is near, or the resolver has to show that it answers at all.
    """
    if not view.has_answered and not view.is_unreachable:
        return PROBE_SECONDS
    is_early = status.released_at is None or now < status.released_at - RESOLVER_LOOK_AHEAD_SECONDS
    return None if is_early else PROBE_SECONDS


def _clear_at(view: ResolverView, status: Status) -> float:
    return float("inf") if status.since is None else view.clear_at(status.since, status.ttl_seconds)


def _missing(view: ResolverView, status: Status) -> int:
    """How many of the questions at the end are still to be asked."""
    if status.since is None:
        return view.final_looks
    return view.missing(status.since, status.ttl_seconds)


def _expiry(view: ResolverView, last: Observation) -> float:
    """When the answer leaves its cache; a failure is none."""
    backed_off = last.at + backoff_seconds(view.failures)
    if last.ttl_seconds is None:
        return backed_off
    expires_at = last.at + last.ttl_seconds + EXPIRY_MARGIN_SECONDS
    return expires_at if last.verdict in (Worth.EXPECTED, Worth.OTHER) else min(backed_off, expires_at)


def _shortest_pause(last: Observation) -> float:
    """An answer that has no TTL left, and is given again and again, is not asked for in a tight loop."""
    return SHORTEST_PAUSE_SECONDS if last.verdict is Worth.EXPECTED else OVERDUE_SECONDS


def backoff_seconds(failures: int) -> float:
    """The pause after so many failures in a row: 1 s, then always 2 s."""
    return min(2.0 ** (failures - 1), LONGEST_BACKOFF_SECONDS)
