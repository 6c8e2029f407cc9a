"""The requests that both colours' load balancers get, by the minute, and whether clients are left behind."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from board.facts import Fact, Known, Requests, Unknown, value_of
from board.look.aws_reads import AwsReads
from board.look.reading import Limit
from cutover import stragglers
from cutover.freeze import TrafficState, let_go_at
from cutover.stragglers import MINUTE_SECONDS, SETTLED_SECONDS, Counts, Found, Watch, by_minute
from cutover.weights import carrying

# So many minutes are read: the newest of them that is told of is shown.
SHOWN_MINUTES = 10


@dataclass(frozen=True)
class Seen:
    """Of each colour; see board.facts.ColourFacts."""

    requests: Mapping[str, Fact[Requests | None]]
    stragglers: Mapping[str, Fact[Found | None]]


class RequestLook:
    """Asks CloudWatch about `balancers`: colour to the ARNs of its load balancers; `now` is Unix time, by AWS's clock.

    `traffic` says who carries the traffic, where that is known.
    """

    def __init__(
        self,
        aws: AwsReads,
        balancers: Mapping[str, Sequence[str]],
        traffic: Fact[TrafficState],
        percent: int,
        now: float,
    ) -> None:
        self._aws, self._balancers, self._traffic, self._percent, self._now = aws, balancers, traffic, percent, now

    async def look(self, limit: Limit) -> Seen:
        """Read all of it; what cannot be read is unknown."""
        end = int(self._now) // MINUTE_SECONDS * MINUTE_SECONDS
        begin = end - SHOWN_MINUTES * MINUTE_SECONDS
        up = [colour for colour, arns in self._balancers.items() if arns]
        left = asyncio.gather(*(self._stragglers(colour, limit) for colour in self._balancers))
        counted = await asyncio.gather(
            *(limit.read("CloudWatch", f"for the requests of {one}", self._count, one, begin, end) for one in up)
        )
        counts = dict(zip(up, counted, strict=True))
        told = _told(counts, begin, end, self._now)
        requests: dict[str, Fact[Requests | None]] = dict.fromkeys(self._balancers, Known(None))
        for colour, found in counts.items():
            requests[colour] = found if isinstance(found, Unknown) else Known(_whole(found.value, begin, told))
        return Seen(requests, dict(zip(self._balancers, await left, strict=True)))

    def _count(self, colour: str, begin: int, end: int) -> dict[int, float]:
        return by_minute(self._aws.requests_by_minute(arn, begin, end) for arn in self._balancers[colour])

    async def _stragglers(self, colour: str, limit: Limit) -> Fact[Found | None]:
        if isinstance(self._traffic, Unknown):
            return self._traffic
        traffic = self._traffic.value
        carriers = carrying(traffic.weights)
        if colour in carriers or not self._balancers[colour] or not traffic.history:
            return Known(None)
        watch = Watch(colour, let_go_at(colour, traffic.history), self._now, self._percent)
        if not watch.is_needed:
            return Known(None)
        others = [name for name in carriers if self._balancers.get(name)]

        def read(begin: int, end: int) -> Counts:
            in_charge = by_minute(self._count(name, begin, end) for name in others)
            return Counts(self._count(colour, begin, end), in_charge)

        return await limit.read("CloudWatch", f"who still goes to {colour}", stragglers.look, watch, read)


def _told(counts: Mapping[str, Fact[dict[int, float]]], begin: int, end: int, now: float) -> int:
    """Until when the minutes are told of: the newest with any data, and all that nothing can be said of any more."""
    newest = [minute + MINUTE_SECONDS for found in counts.values() for minute in value_of(found) or ()]
    settled = int(now - SETTLED_SECONDS) // MINUTE_SECONDS * MINUTE_SECONDS
    return min(end, max([settled, begin, *newest]))


def _whole(counts: Mapping[int, float], begin: int, told: int) -> Requests:
    """Every whole minute that is told of; one without requests has no data, and is 0."""
    return Requests({float(minute): counts.get(minute, 0.0) for minute in range(begin, told, MINUTE_SECONDS)})
