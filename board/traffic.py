"""Who carries the traffic, by Route 53 and the history of `in-charge`, as the program's own decisions take it.

Nothing is decided anew here: what carries, what is frozen and what counts as full is asked of `cutover`.
"""

from dataclasses import dataclass

from board.facts import ColourFacts, Fact, Facts, Known, Unknown
from cutover import freeze
from cutover.drain import Drain
from cutover.freeze import TrafficState
from cutover.in_charge import Value
from cutover.weighted_set import WeightedSets, of_records, weights_of
from cutover.weights import FULL, NONE, Weights, carrying, that_count


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
    sets = _sets(facts)
    if isinstance(sets, Unknown):
        return sets
    if isinstance(facts.in_charge, Unknown):
        return facts.in_charge
    history = facts.in_charge.value.history
    state = TrafficState(
        that_count(weights_of(sets.value), facts.shared.names),
        history.entries,
        history.read_at,
        history.latest_unreadable,
        facts.zone.value.records if isinstance(facts.zone, Known) else {},
    )
    return Known(Traffic(state, sets.value, facts.service, _value(history.latest)))


def weights_alone(facts: Facts) -> Fact[Weights]:
    """The weights, also where `in-charge` could not be read."""
    sets = _sets(facts)
    return sets if isinstance(sets, Unknown) else Known(weights_of(sets.value))


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


def _sets(facts: Facts) -> Fact[WeightedSets]:
    if isinstance(facts.zone, Unknown):
        return facts.zone
    return Known(of_records({name: facts.zone.value.records[name] for name in facts.shared.names}))
