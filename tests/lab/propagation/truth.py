"""What really was while somebody waited: computed from the lab's own record of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lab.dns.fleet import Fleet
from lab.messages import Served
from tests.lab.propagation.oracle import DENIALS, FAILURES, last_old, met_at
from tests.lab.propagation.topology import Topology

# Looks are up to half a second apart at the TTLs simulated: what lasts for no longer, and a margin, may be missed.
UNSEEN_SECONDS = 0.7
# What a look and the burst of questions after it take at most.
SEEN_WITHIN_SECONDS = 1.0
# A resolver that has never answered is not waited for, as soon as that is known: three questions, two seconds each.
UNREACHABLE_SECONDS = 2.6
# A cache that is late by so little has kept its answer for its TTL, and rounds it.
TOLERANCE_SECONDS = 1.0


def latest_met_at(
    served: Mapping[str, Sequence[Served]], expected: Collection[str], ttl_seconds: float, watched_from: float
) -> float:
    """When the name servers meet the criterion, if all that may be missed or may be seen makes it later."""
    return met_at(served, expected, ttl_seconds, watched_from, -TOLERANCE_SECONDS, SEEN_WITHIN_SECONDS)


@dataclass(frozen=True)
class Truth:
    """All times are the loop's own. other, expected: the addresses that each answer ever had.

    old_until: resolver -> when it was last seen to hold the other answer.
    """

    fleet: Fleet
    topology: Topology
    other: frozenset[str]
    expected: frozenset[str]
    lowered_at: float
    watched_from: float
    ended_at: float
    old_until: Mapping[str, float]

    def released_at(self) -> float:
        """When no compliant cache could hold the other answer any more, by all that could be seen at the end."""
        seen_until = self.ended_at - UNSEEN_SECONDS
        last = self.lowered_at if self.topology.private else last_old(self._served(), self.other, seen_until)
        return last + self.topology.ttl_seconds

    def criterion_met(self) -> tuple[float, float]:
        """From when and until when it can be said that the whole criterion has just been met.

        The two are one, unless something happened so shortly before that it could be missed, or shortly after.
        """
        ttl = self.topology.ttl_seconds
        if self.topology.private:
            last = max(self.old_until.values(), default=self.lowered_at)
            return last, last + ttl  # all that is to be seen is resolvers: they have to agree for one TTL
        earliest = met_at(self._served(), self.expected, ttl, self.watched_from, UNSEEN_SECONDS)
        latest = latest_met_at(self._served(), self.expected, ttl, self.watched_from)
        resolvers = [self._resolver(address, latest) for address in self.topology.resolvers]
        return max([earliest, *(low for low, _ in resolvers)]), max([latest, *(high for _, high in resolvers)])

    def _resolver(self, address: str, released_at: float) -> tuple[float, float]:
        """The same for one resolver, given when the name servers meet theirs."""
        windows = [
            (setting.since, end, setting.fault.fault)
            for setting, end in self.fleet.timelines[address].intervals(until=float("inf"))
        ]
        denials = [end for begin, end, fault in windows if fault in DENIALS and begin < released_at]
        against = max([self.old_until.get(address, 0.0), *denials])
        # For as long as it holds another answer, or denies the name, nobody is late.
        low, high = 0.0, max(released_at, against)
        # What a resolver holds for too long counts from when servers have switched, whichever fail after that.
        if against > self.released_at() + TOLERANCE_SECONDS / 2:
            low = against if against > released_at + 2 * TOLERANCE_SECONDS else 0.0
            high = max(high, against + self.topology.ttl_seconds)  # it has to be seen to agree for one TTL
        if (kept_until := self._denial_kept_until(address)) > released_at:
            high = max(high, kept_until + self.topology.ttl_seconds)
        for begin, end, fault in windows:
            if fault in FAILURES and end == float("inf"):
                high = max(high, self.watched_from + UNREACHABLE_SECONDS)
            elif fault in FAILURES and begin < high + TOLERANCE_SECONDS:
                low = max(low, end if begin < released_at - TOLERANCE_SECONDS else 0.0)
                high = max(high, end)
        return low, high

    def _denial_kept_until(self, address: str) -> float:
        """Until when a resolver that stretches TTLs may keep a denial, if it asked a server that denied the name."""
        settings = self.fleet.timelines[address].intervals(until=float("inf"))
        stretched = max(setting.fault.minimum_ttl_seconds for setting, _ in settings)
        ends = [
            after.since
            for entries in self._served().values()
            for before, after in pairwise(entries)
            if before.fault in DENIALS
        ]
        return max(ends) + stretched if ends and stretched > self.topology.ttl_seconds else float("-inf")

    def _served(self) -> Mapping[str, Sequence[Served]]:
        return self.fleet.truth(self.topology.names[0]).servers
