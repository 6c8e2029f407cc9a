"""When is it truly over? Computed from what every server really did, which nobody outside of the lab can know.

All times are seconds of one clock.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum
from itertools import pairwise

from lab.messages import Served

DENIALS = frozenset({"nxdomain", "nodata"})
# Neither an answer that counts nor a denial: what was known before is still all that is known.
FAILURES = frozenset(
    {"servfail", "refused", "lame", "garbage", "truncate_no_tcp", "drop", "wrong_id", "wrong_question", "http_503"}
)


class State(Enum):
    """What a server does for those who ask it now."""

    NEW = "gives the expected answer and nothing else"
    AGAINST = "may give another answer, or denies the name"
    FAILING = "gives nothing that tells anything"


def state_of(entry: Served, expected: Collection[str]) -> State:
    """What a server did while this was what it served."""
    if entry.fault in FAILURES:
        return State.FAILING
    if entry.fault not in DENIALS and entry.addresses and set(entry.addresses) <= set(expected):
        return State.NEW
    return State.AGAINST


def last_old(served: Mapping[str, Sequence[Served]], other: Collection[str], until: float) -> float:
    """The last moment, up to `until`, at which a cache could get an answer of the other answer from any server."""
    last = float("-inf")
    for entries in served.values():
        ends = [entry.since for entry in entries[1:]] + [until]
        for entry, end in zip(entries, ends, strict=True):
            if entry.since < until and set(entry.addresses) & set(other):
                last = max(last, min(end, until))
    return last


def met_at(
    served: Mapping[str, Sequence[Served]],
    expected: Collection[str],
    ttl_seconds: float,
    watched_from: float = float("-inf"),
    unseen_seconds: float = 0.0,
    seen_within_seconds: float = 0.0,
) -> float:
    """When the criterion for name servers is met, for one who sees everything from `watched_from` on.

    Every server gives the expected answer, and has done so for one TTL, failures aside; infinity if that never comes.
    unseen_seconds: what begins so shortly before that moment is missed (negative: what begins so shortly after it is
    still in time to count). seen_within_seconds: a server that fails so soon after it has switched was not seen to.
    """
    states: dict[str, State] = {}
    switched: dict[str, float] = {}
    for (moment, address, state), (following, _, _) in pairwise([*_changes(served, expected), _NEVER]):
        states[address] = state
        hidden = state is State.FAILING and moment - switched.get(address, moment) < seen_within_seconds
        if state is State.AGAINST or hidden:
            switched.pop(address, None)
        elif state is State.NEW:
            switched.setdefault(address, max(moment, watched_from))
        if len(states) == len(served) and all(state is State.NEW for state in states.values()):
            over = max(moment, watched_from, max(switched.values()) + ttl_seconds)
            if over - unseen_seconds <= following:
                return over
    return float("inf")


_Change = tuple[float, str, State]
_NEVER: _Change = (float("inf"), "", State.FAILING)


def _changes(served: Mapping[str, Sequence[Served]], expected: Collection[str]) -> list[_Change]:
    found: Iterable[_Change] = (
        (entry.since, address, state_of(entry, expected)) for address, entries in served.items() for entry in entries
    )
    return sorted(found, key=lambda change: change[0])
