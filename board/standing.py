"""Where a colour stands, in one word and one line."""

from dataclasses import dataclass

from board.facts import ColourFacts, Fact, Facts, Known, Unknown, value_of
from board.traffic import Frozen, Traffic, frozen

IN_CHARGE, CARRIES, SHARES, NAMED = "in charge", "carries traffic", "has a share", "tagged out, not let go"
IDLE, ASLEEP, GOING, PARTLY, GONE = "idle", "asleep", "being taken down", "not whole", "gone"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Standing:
    """`word` is one of those above; `is_up`: whether the colour has a cluster, None where that is unknown."""

    word: str
    is_up: bool | None
    weight: Fact[int | None]
    part: Fact[float]
    frozen: Fact[Frozen | None]


def of_colour(facts: Facts, colour: ColourFacts, traffic: Fact[Traffic]) -> Standing:
    """Where it stands; a weight of None is no record set at all."""
    name = colour.colour
    if isinstance(traffic, Unknown):
        return Standing(_without_traffic(colour), colour.is_up, traffic, traffic, traffic)
    return Standing(
        _word(colour, traffic.value),
        colour.is_up,
        Known(traffic.value.weights.get(name)),
        Known(traffic.value.share_of(name)),
        frozen(facts, colour, traffic),
    )


def _word(colour: ColourFacts, traffic: Traffic) -> str:
    name = colour.colour
    if name in traffic.carrying:
        if traffic.named == name:
            return IN_CHARGE
        return SHARES if name in traffic.sharing and traffic.agrees else CARRIES
    if traffic.named == name:
        return NAMED
    return _of_cluster(colour)


def _without_traffic(colour: ColourFacts) -> str:
    """Of a colour that has nothing, it is no matter who carries the traffic; of one that is up it is all."""
    return ASLEEP if colour.is_up is False and _is_closed(colour) else UNKNOWN


def _of_cluster(colour: ColourFacts) -> str:
    if colour.is_up is None:
        return UNKNOWN
    if not colour.is_up:
        if isinstance(colour.door, Unknown):
            return UNKNOWN
        return GONE if colour.door.value.is_open else ASLEEP
    if _is_closed(colour):
        config = value_of(colour.config)
        return GOING if config and not config.awake else PARTLY
    return IDLE


def _is_closed(colour: ColourFacts) -> bool:
    return isinstance(colour.door, Known) and not colour.door.value.is_open
