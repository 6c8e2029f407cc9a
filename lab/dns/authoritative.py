"""An authoritative name server of the delegation set, at one address."""

import random
import time
from collections.abc import Callable, Sequence

import dns.name
from dns.rdatatype import RdataType

from lab.aws.record_set import RecordSet
from lab.dns import lookup
from lab.dns.endpoint import Responder
from lab.dns.lookup import Outcome
from lab.dns.timeline import Timeline
from lab.dns.world import History, World


class AuthoritativeServer(Responder):
    """Answers from the history of the zones, as of now or of the moment its faults leave it at."""

    def __init__(
        self,
        history: History,
        timeline: Timeline,
        alias_ttl_seconds: int,
        clock: Callable[[], float] = time.time,
        randomness: random.Random | None = None,
    ) -> None:
        super().__init__(lambda: timeline.latest.fault)
        self._history = history
        self._timeline = timeline
        self._alias_ttl_seconds = alias_ttl_seconds
        self._clock = clock
        self._random = randomness or random.Random()

    async def outcome(self, qname: dns.name.Name, kind: RdataType) -> Outcome:
        return lookup.look_up(self._world(), qname, kind, self._choose, self._alias_ttl_seconds)

    def nxdomain(self, qname: dns.name.Name) -> Outcome:
        return lookup.nxdomain(self._world(), qname)

    def _world(self) -> World:
        return self._history.at(self._timeline.latest.source_time(self._clock()))

    def _choose(self, record_sets: Sequence[RecordSet], weights: Sequence[float]) -> RecordSet:
        return self._random.choices(record_sets, weights)[0]
