"""Who carries the traffic, by Route 53 and the history of `in-charge`, as the program's own decisions take it.

Nothing is decided anew here: what carries, what is frozen and what counts as full is asked of `cutover`.
"""

from dataclasses import dataclass

from board.facts import ColourFacts, Fact, Facts, InCharge, Known, Unknown, ZoneFacts
from components.shared_settings import SharedSettings
from cutover import freeze
from cutover.drain import Drain
from cutover.freeze import TrafficState
from cutover.in_charge import Value
from cutover.weighted_set import WeightedSets, of_records, weights_of
from cutover.weights import FULL, NONE, carrying, that_count


@dataclass(frozen=True)
class Frozen:
    """Why a colour refuses change; `seconds_left` is None while nothing but a tag-in ends it."""

    because: str
    seconds_left: float | None


@dataclass(frozen=True)
class Traffic:
    """What Route 53 and `in-charge` say together.

    `sets` are the weighted record sets of all live names, `value` what the newest version of `in-charge` says (None
    where it says nothing).
    """

    state: TrafficState
    sets: WeightedSets
    switch: str
    value: Value | None = None

    @property
    def weights(self) -> dict[str, int]:
        """Colour to weight on the switch."""
        return dict(self.state.weights.get(self.switch, {}))

    @property
    def carrying(self) -> frozenset[str]:
        """Whom Route 53 answers with."""
        return carrying(self.state.weights)

    @property
    def named(self) -> str | None:
        """Whom `in-charge` names; None when it is not there, or its newest version cannot be read."""
        return self.state.named

    @property
    def sharing(self) -> frozenset[str]:
        """Who has a share beside the one in charge, by `in-charge`."""
        return self.state.history[-1].sharing if self.named else frozenset()

    @property
    def agrees(self) -> bool:
        """Whether Route 53 and `in-charge` say the same of every colour."""
        if self.value is None or self.value.colour != self.named:
            return False
        wanted = {**self.value.share, self.named: FULL}
        return all(
            of.get(colour, NONE) == wanted.get(colour, NONE)
            for of in self.state.weights.values()
            for colour in {*of, *wanted}
        )

    def share_of(self, colour: str) -> float:
        """The part of the traffic that goes to a colour, 0 to 1; where nobody has weight, all have the same."""
        total = sum(self.weights.values())
        if total:
            return self.weights.get(colour, 0) / total
        return 1 / len(self.weights) if colour in self.weights else 0.0


def of_facts(facts: Facts) -> Fact[Traffic]:
    """What is known of it; unknown when either of the two could not be read."""
    found = state(facts.shared, facts.zone, facts.in_charge)
    if isinstance(found, Unknown) or isinstance(facts.zone, Unknown) or isinstance(facts.in_charge, Unknown):
        return found if isinstance(found, Unknown) else Unknown("")
    sets = _sets(facts.shared, facts.zone.value)
    return Known(Traffic(found.value, sets, facts.service, _value(facts.in_charge.value.history.latest)))


def state(shared: SharedSettings, zone: Fact[ZoneFacts], in_charge: Fact[InCharge]) -> Fact[TrafficState]:
    """The same as the freeze takes it."""
    if isinstance(zone, Unknown):
        return zone
    if isinstance(in_charge, Unknown):
        return in_charge
    history, weights = in_charge.value.history, weights_of(_sets(shared, zone.value))
    live = {name: zone.value.records[name] for name in shared.names}
    counting = that_count(weights, shared.names)
    return Known(TrafficState(counting, history.entries, history.read_at, history.latest_unreadable, live))


def frozen(facts: Facts, colour: ColourFacts, traffic: Fact[Traffic]) -> Fact[Frozen | None]:
    """Whether and why a colour refuses change now, as the freeze decides it."""
    if isinstance(traffic, Unknown):
        return traffic
    state = _of_colour(traffic.value.state, colour)
    because = freeze.frozen_because(colour.colour, state, facts.read_at)
    if because is None:
        return Known(None)
    free = state.named != colour.colour and colour.colour not in traffic.value.carrying
    is_known = free and freeze.unknown_because(colour.colour, state) is None
    left = freeze.seconds_left(colour.colour, state, facts.read_at) if is_known else 0.0
    return Known(Frozen(because, left or None))


def _of_colour(state: TrafficState, colour: ColourFacts) -> TrafficState:
    drain = Drain(because=colour.drain.reason) if isinstance(colour.drain, Unknown) else colour.drain.value
    return TrafficState(state.weights, state.history, state.read_at, state.latest_unreadable, state.records, drain)


def _value(latest: str | None) -> Value | None:
    try:
        return None if latest is None else Value.parse(latest)
    except ValueError:
        return None


def _sets(shared: SharedSettings, zone: ZoneFacts) -> WeightedSets:
    return of_records({name: zone.records[name] for name in shared.names})
