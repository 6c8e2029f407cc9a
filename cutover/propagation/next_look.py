"""Whom to ask when: early enough to return within a second of the truth, seldom enough to be polite.

All times are seconds of one monotonic clock; a time in the past means now.
"""

from cutover.propagation.colour_addresses import Verdict
from cutover.propagation.criterion import BURST_ANSWERS, Look, ResolverView, ServerView, Status

# A server that has not switched is asked about each name once in this time; about more than ten names less often.
PROBE_SECONDS = 0.5
PROBES_PER_SECOND = 20
# The burst that shows that it has: few at a time, so that a long way to the server does not add up.
BURST_PAUSE_SECONDS = 0.02
BURST_AT_ONCE = 4
# One that has switched is still looked at 12 times in the TTL, and once right before the end. Should a burst have been
# 20 times luck (p = 1e-6) with both colours at the same weight, these have p = 2^-12 to miss it as well.
FOLLOW_UPS_PER_TTL = 12
FOLLOW_UP_SECONDS = (0.5, 5.0)
FINAL_LOOK_SECONDS = 0.4
# Resolvers give whole seconds of TTL left; some round down.
EXPIRY_MARGIN_SECONDS = 0.1
SHORTEST_PAUSE_SECONDS = 0.25
# Room before the end for one question to a resolver that gets lost.
RESOLVER_LOOK_AHEAD_SECONDS = 2.5
# An answer still old after the end outlived its TTL: the TTL left in it is not to be relied upon.
OVERDUE_SECONDS = 2.0
LONGEST_BACKOFF_SECONDS = 2.0


def questions_at_once(view: ServerView) -> int:
    """How many questions to send an authoritative server now: one, or the next part of a burst (1, 2, 4, 4, 4, 4)."""
    if view.switched_at is not None or view.streak == 0:
        return 1
    return min(view.streak, BURST_AT_ONCE, BURST_ANSWERS - view.streak)


def probe_seconds(names: int) -> float:
    """The pause between two questions about the same name to a server that has not switched."""
    return max(PROBE_SECONDS, names / PROBES_PER_SECOND)


def next_server_look(view: ServerView, status: Status, pause_seconds: float = PROBE_SECONDS) -> float:
    """When to look at an authoritative server next; `pause_seconds` is the one of `probe_seconds`."""
    last = view.last
    if last is None:
        return float("-inf")
    if view.switched_at is None:
        return last.at + BURST_PAUSE_SECONDS if last.verdict is Verdict.NEW else last.asked_at + pause_seconds
    if last.verdict is not Verdict.NEW:
        return last.asked_at + pause_seconds
    shortest, longest = FOLLOW_UP_SECONDS
    regular = last.asked_at + min(max(status.ttl_seconds / FOLLOW_UPS_PER_TTL, shortest), longest)
    if status.released_at is None or last.asked_at >= status.released_at - FINAL_LOOK_SECONDS:
        return regular
    return min(regular, status.released_at - FINAL_LOOK_SECONDS)


def next_resolver_look(view: ResolverView, status: Status) -> float:
    """When to look at a resolver next: when its answer leaves its cache, sooner only if the end depends on it."""
    last = view.last
    if last is None:
        return float("-inf")
    return max(_when_worth_a_look(view, last, status), last.at + SHORTEST_PAUSE_SECONDS)


def _when_worth_a_look(view: ResolverView, last: Look, status: Status) -> float:
    backed_off = last.at + backoff_seconds(view.failures)
    if last.ttl_seconds is None:
        return backed_off
    expires_at = last.at + last.ttl_seconds + EXPIRY_MARGIN_SECONDS
    if last.verdict not in (Verdict.NEW, Verdict.OLD):
        return min(backed_off, expires_at)
    if status.since is None or status.released_at is None:
        return expires_at
    if last.verdict is Verdict.OLD:
        overdue = max(status.released_at + EXPIRY_MARGIN_SECONDS, last.at + OVERDUE_SECONDS)
        return min(expires_at, overdue)
    if view.has_seen_new(status.since):
        return expires_at
    return min(expires_at, max(status.since, status.released_at - RESOLVER_LOOK_AHEAD_SECONDS))


def backoff_seconds(failures: int) -> float:
    """The pause after so many failures in a row: 1 s, then always 2 s."""
    return min(2.0 ** (failures - 1), LONGEST_BACKOFF_SECONDS)
