"""What the requests of a load add up to: by pool, by second, and when each pool had moved over."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

from lab.load.hit import Hit

Key = TypeVar("Key", bound=Hashable)
PERCENTILE = 99


@dataclass(frozen=True)
class Switch:
    """The moment `at` (Unix time) from which name servers answer nobody but `incoming`, and no more `outgoing`.

    until: to when it can be told who followed: the next change, or the end. let_go_at: when the wait for DNS was over.
    """

    at: float
    outgoing: str
    incoming: str
    until: float = math.inf
    let_go_at: float | None = None

    @property
    def let_go_seconds(self) -> float | None:
        """How long after the switch that was."""
        return None if self.let_go_at is None else self.let_go_at - self.at


@dataclass(frozen=True)
class PoolFigures:
    """Of one pool: requests, failed ones by kind, answers by colour.

    moved_seconds: for each switch, how long after it the pool had moved (`moved_seconds`), None: never seen.
    within_seconds: for each switch, the most that this may be, None: it is not said.
    """

    requests: int
    failed: int
    failures: Mapping[str, int]
    by_colour: Mapping[str, int]
    moved_seconds: tuple[float | None, ...] = ()
    within_seconds: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Second:
    """What was sent by one pool within one second, `second` counted from the start.

    by_colour: answers by who gave them; failures: by kind. p99_milliseconds: of all that were answered, None for none.
    """

    second: int
    pool: str
    by_colour: Mapping[str, int]
    failures: Mapping[str, int]
    p99_milliseconds: float | None

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def by_pool(hits: Iterable[Hit], switches: Sequence[Switch] = ()) -> dict[str, PoolFigures]:
    """The figures of every pool that has sent anything, in the order of their first requests."""
    return {
        pool: PoolFigures(
            len(those),
            sum(hit.failed for hit in those),
            failures(those),
            by_colour(those),
            tuple(moved_seconds(those, switch) for switch in switches),
        )
        for pool, those in _split(hits, lambda hit: hit.pool).items()
    }


def failures(hits: Iterable[Hit]) -> dict[str, int]:
    """How many failed, by kind, most frequent first."""
    return dict(Counter(hit.error for hit in hits if hit.failed).most_common())


def by_colour(hits: Iterable[Hit]) -> dict[str, int]:
    """How many were answered well, by who answered; an answer of nobody's colour counts under the empty text."""
    return dict(Counter(hit.colour or "" for hit in hits if not hit.failed).most_common())


def moved_seconds(hits: Iterable[Hit], switch: Switch) -> float | None:
    """How long after `switch` the last answer of the outgoing colour had come; 0 when there was none after it.

    Of requests that were answered between the switch and its `until`. An answer counts when it was complete; one with
    an error status counts too, if it says whose it is. None when it was not seen that they moved: when nothing of the
    incoming colour was asked for after that last answer.
    """
    answered = [hit for hit in hits if hit.colour is not None and switch.at <= hit.ended_at < switch.until]
    last = max((hit.ended_at for hit in answered if hit.colour == switch.outgoing), default=switch.at)
    moved = any(hit.colour == switch.incoming and hit.at >= last for hit in answered)
    return last - switch.at if moved else None


def by_second(hits: Iterable[Hit], began: float) -> list[Second]:
    """Every second of every pool in which something was sent, in order; `began`: the start of second 0, Unix time."""
    groups = _split(hits, lambda hit: (math.floor(hit.at - began), hit.pool))
    return [
        Second(second, pool, by_colour(those), failures(those), p99_milliseconds(those))
        for (second, pool), those in sorted(groups.items())
    ]


def p99_by_second(hits: Iterable[Hit], began: float) -> dict[int, float]:
    """Second -> p99 of all pools together, in milliseconds; no entry for one in which nothing was answered."""
    groups = _split(hits, lambda hit: math.floor(hit.at - began))
    found = {second: p99_milliseconds(those) for second, those in sorted(groups.items())}
    return {second: value for second, value in found.items() if value is not None}


def p99_milliseconds(hits: Iterable[Hit]) -> float | None:
    """99 of 100 answers took at most so long (nearest rank); None when nothing was answered."""
    took = sorted(hit.latency_seconds for hit in hits if hit.status)
    return took[math.ceil(len(took) * PERCENTILE / 100) - 1] * 1000 if took else None


def slowest_seconds(hits: Iterable[Hit]) -> float:
    """What the slowest answer took; 0 when nothing was answered."""
    return max((hit.latency_seconds for hit in hits if hit.status), default=0.0)


def requests_per_second(hits: Sequence[Hit]) -> float:
    """What was really sent, from the first request to the last; 0 for fewer than two."""
    times = [hit.at for hit in hits]
    seconds = max(times) - min(times) if times else 0.0
    return (len(times) - 1) / seconds if seconds else 0.0


def _split(hits: Iterable[Hit], key: Callable[[Hit], Key]) -> dict[Key, list[Hit]]:
    groups: dict[Key, list[Hit]] = defaultdict(list)
    for hit in hits:
        groups[key(hit)].append(hit)
    return dict(groups)
