"""Every answer that a server may give for a name: computed with the very function that answers."""

from collections.abc import Sequence
from dataclasses import replace

import dns.name
import dns.rcode
from dns.rdatatype import RdataType

from lab.aws.record_set import RecordSet
from lab.dns.lookup import MAX_CHAIN, look_up
from lab.dns.outcome import Outcome
from lab.dns.timeline import Timeline
from lab.dns.truth import GIVES_NOTHING, changes
from lab.dns.world import History, World
from lab.messages import Answer, Answers


def over_time(history: History, timeline: Timeline, name: str, alias_ttl_seconds: int, now: float) -> list[Answers]:
    """What an authoritative server may have answered for `name` until `now`, without a gap and in order.

    name: lower case, with a dot at the end. Equal neighbours are one entry.
    """
    began: list[tuple[float, str, tuple[Answer, ...]]] = []
    for setting, end in timeline.intervals(until=now):
        for moment, source_time in changes(history, setting, end):
            fault = setting.fault.fault
            answers: tuple[Answer, ...] = ()
            if fault not in GIVES_NOTHING:
                answers = possible(history.at(source_time).public, name, alias_ttl_seconds)
            if not began or began[-1][1:] != (fault, answers):
                began.append((moment, fault, answers))
    ends = [later[0] for later in began[1:]] + [now]
    return [Answers(since, end, fault, answers) for (since, fault, answers), end in zip(began, ends, strict=True)]


def possible(world: World, name: str, alias_ttl_seconds: int) -> tuple[Answer, ...]:
    """The answers of an authoritative server to a question for the A records of `name`, the likeliest first.

    A CNAME that leads out of its zone is followed, as a resolver does it.
    """
    chances: dict[Answer, float] = {}
    open_scripts: list[tuple[int, ...]] = [()]
    while open_scripts:
        choices = _Choices(open_scripts.pop())
        answer = _answer(world, dns.name.from_text(name), choices, alias_ttl_seconds)
        chances[answer] = chances.get(answer, 0.0) + choices.chance
        open_scripts += choices.others
    found = [replace(one, chance=chance) for one, chance in chances.items()]
    return tuple(sorted(found, key=lambda one: (-one.chance, one.addresses)))


class _Choices:
    """Chooses among weighted record sets as a script says, and goes on with the first that has any weight.

    chance: of all its choices together. others: the scripts of those that it could have made after its script's end.
    """

    def __init__(self, script: tuple[int, ...]) -> None:
        self._script = script
        self._made: tuple[int, ...] = ()
        self.chance = 1.0
        self.others: list[tuple[int, ...]] = []

    def __call__(self, record_sets: Sequence[RecordSet], weights: Sequence[float]) -> RecordSet:
        if len(self._made) < len(self._script):
            number = self._script[len(self._made)]
        else:
            number, *rest = (place for place, weight in enumerate(weights) if weight > 0)
            self.others += [(*self._made, other) for other in rest]
        self._made += (number,)
        self.chance *= weights[number]
        return record_sets[number]


def _answer(world: World, qname: dns.name.Name, choices: _Choices, alias_ttl_seconds: int) -> Answer:
    """One answer; its `chance` is left open."""
    ttls: list[int] = []
    for _ in range(MAX_CHAIN):
        outcome = look_up(world, qname, RdataType.A, choices, alias_ttl_seconds)
        if outcome.rcode == dns.rcode.REFUSED and ttls:
            return Answer(0.0, "NOERROR", (), min(ttls), qname.to_text().lower())
        ttls += [records.ttl for records in outcome.answer or outcome.authority]
        addresses = _values(outcome, RdataType.A)
        aliases = _values(outcome, RdataType.CNAME)
        if addresses or not aliases or outcome.authority:
            break
        qname = dns.name.from_text(aliases[-1])
    return Answer(0.0, dns.rcode.to_text(outcome.rcode), tuple(sorted(addresses)), min(ttls, default=0))


def _values(outcome: Outcome, kind: RdataType) -> list[str]:
    return [record.to_text() for records in outcome.answer if records.rdtype == kind for record in records]
