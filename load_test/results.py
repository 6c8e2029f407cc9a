"""What vegeta says of each request, and what all of them come to."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cutover.load_evidence import Figures

_NANOSECONDS = 1e9
# One per cent of a latency to the next bucket: what is told of a quantile is never too little, and at most so much too
# much. All of an hour's answers then take as much memory as those of a second.
_BUCKETS_PER_E = 100
# As Go says them, and what is said here. Those of the machine that sends come first: they say nothing of the colour.
TOO_MANY_FILES, NO_PORT_LEFT = "too many open files here", "no port left here"
OF_THE_GENERATOR = frozenset({TOO_MANY_FILES, NO_PORT_LEFT})
_KINDS = (
    ("too many open files", TOO_MANY_FILES),
    ("cannot assign requested address", NO_PORT_LEFT),
    ("no such host", "no address"),
    ("lookup ", "no address"),
    ("deadline exceeded", "no answer in time"),
    ("Client.Timeout", "no answer in time"),
    ("i/o timeout", "no connection in time"),
    ("connection refused", "connection refused"),
    ("connection reset", "connection reset"),
    ("broken pipe", "connection reset"),
    ("x509:", "certificate not trusted"),
    ("tls:", "TLS"),
    ("EOF", "connection closed"),
)
_OTHERWISE = "no answer"


@dataclass(frozen=True)
class Hit:
    """One request: when it was sent (Unix time) and how long it took, in seconds; `kind` of error, empty when good."""

    sent_at: float
    seconds: float
    kind: str = ""


def hit_of(row: Sequence[str]) -> Hit:
    """Read a row of `vegeta encode -to csv`; raises ValueError when it is none.

    Time, status, latency (both in nanoseconds), bytes, bytes, error … An answer of 200 to 399 has no error:
    https://github.com/tsenart/vegeta/blob/v12.13.0/lib/attack.go
    """
    try:
        sent, status, latency, error = int(row[0]), int(row[1]), int(row[2]), row[5]
    except IndexError:
        raise ValueError("no row of results") from None
    kind = "" if not error else str(status) if not 200 <= status < 400 and status else _kind(error)
    return Hit(sent / _NANOSECONDS, latency / _NANOSECONDS, kind)


def _kind(error: str) -> str:
    return next((kind for said, kind in _KINDS if said in error), _OTHERWISE)


def of_the_generator(figures: Figures) -> int:
    """How many requests never left this machine."""
    return sum(count for kind, count in figures.errors.items() if kind in OF_THE_GENERATOR)


class Tally:
    """Adds up hits as they come, in the order of their answers."""

    def __init__(self) -> None:
        self._requests = 0
        self._first, self._last, self._slowest = math.inf, -math.inf, 0.0
        self._latencies: Counter[int] = Counter()
        self._errors: Counter[str] = Counter()
        self._by_second: dict[int, list[int]] = {}

    def add(self, hit: Hit) -> None:
        self._requests += 1
        self._first, self._last = min(self._first, hit.sent_at), max(self._last, hit.sent_at)
        self._slowest = max(self._slowest, hit.seconds)
        self._latencies[_bucket(hit.seconds)] += 1
        if hit.kind:
            self._errors[hit.kind] += 1
        answered = self._by_second.setdefault(int(hit.sent_at + hit.seconds), [0, 0])
        answered[0] += 1
        answered[1] += bool(hit.kind)

    def figures(self) -> Figures:
        """All so far; latencies are at most one per cent too much."""
        seconds = max(self._last - self._first, 0.0) if self._requests else 0.0
        failed = sum(self._errors.values())
        return Figures(
            requests=self._requests,
            seconds=seconds,
            rate=(self._requests - 1) / seconds if seconds else 0.0,
            success=100 * (self._requests - failed) / self._requests if self._requests else 0.0,
            p50=self._quantile(0.50),
            p95=self._quantile(0.95),
            p99=self._quantile(0.99),
            max=self._slowest * 1000,
            errors=dict(self._errors),
        )

    def failed_lately(self, window_seconds: int) -> float | None:
        """The per cent of failures in the last `window_seconds` whole seconds of answers; None before that.

        A second without any answer counts too.
        """
        if not self._by_second:
            return None
        newest = max(self._by_second)
        if newest - min(self._by_second) < window_seconds:
            return None
        lately = [counts for second, counts in self._by_second.items() if newest - window_seconds <= second < newest]
        answered = sum(counts[0] for counts in lately)
        return 100 * sum(counts[1] for counts in lately) / answered if answered else None

    def _quantile(self, share: float) -> float:
        """The latency that so large a share of requests did not exceed, in milliseconds."""
        left = math.ceil(share * self._requests)
        for bucket, count in sorted(self._latencies.items()):
            left -= count
            if left <= 0:
                return min(math.exp(bucket / _BUCKETS_PER_E), self._slowest) * 1000
        return 0.0


def _bucket(seconds: float) -> int:
    """Whose upper end is the first above it."""
    return math.ceil(math.log(max(seconds, 1e-9)) * _BUCKETS_PER_E)
