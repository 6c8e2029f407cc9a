"""An authoritative name server at one address."""

import random
import time
from collections.abc import Callable, Sequence

import dns.name
import dns.rcode
from dns.rdatatype import RdataType

from lab.aws.record_set import RecordSet
from lab.dns import lookup
from lab.dns.outcome import Outcome
from lab.dns.responder import Responder
from lab.dns.timeline import Timeline
from lab.dns.world import History, World


def public(world: World) -> World:
    """What a name server of the delegation set serves."""
    return world.public


def choose(record_sets: Sequence[RecordSet], weights: Sequence[float]) -> RecordSet:
    """One of them, by weight."""
    return random.choices(record_sets, weights)[0]


class AuthoritativeServer(Responder):
    """Answers from the history of the zones, as of now or of the moment its faults leave it at.

    view: which part of the world it serves.
    """

    def __init__(
        self,
        history: History,
        timeline: Timeline,
        alias_ttl_seconds: int,
        view: Callable[[World], World] = public,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(lambda: timeline.latest.fault)
        self._history = history
        self._timeline = timeline
        self._alias_ttl_seconds = alias_ttl_seconds
        self._view = view
        self._clock = clock

    async def outcome(self, qname: dns.name.Name, kind: RdataType) -> Outcome:
        return lookup.look_up(self._world(), qname, kind, choose, self._alias_ttl_seconds)

    def denial(self, qname: dns.name.Name, rcode: dns.rcode.Rcode) -> Outcome:
        return lookup.denial(self._world(), qname, rcode)

    def _world(self) -> World:
        return self._view(self._history.at(self._timeline.latest.source_time(self._clock())))
