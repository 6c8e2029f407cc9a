"""Whose addresses are these? Telling the colours apart by the addresses of their load balancers."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from propagation.answer import Endpoint


class Verdict(Enum):
    """What one look at a server was worth; only NEW ever counts towards the end of the wait."""

    NEW = "answers the incoming colour"
    OLD = "answers another colour"
    UNKNOWN = "answers addresses of no colour"
    NEGATIVE = "says that there is no such address"
    FAILURE = "answers with an error"
    NO_ANSWER = "does not answer"


@dataclass(frozen=True)
class Sighting:
    """`address` was that of `colour`'s load balancer at `seen_at` (monotonic seconds), as asked of server `view`.

    `view` is None for the load balancer's own DNS name, which belongs to no zone of ours.
    """

    view: Endpoint | None
    colour: str
    address: str
    seen_at: float


def remember(sightings: Iterable[Sighting], new: Collection[Sighting], forget_before: float) -> tuple[Sighting, ...]:
    """Add `new` sightings to `sightings`; each replaces its elder, and those from before `forget_before` go.

    Load balancers change addresses, and show only some of them at a time: so what was seen lately is kept.
    """
    kept: dict[tuple[Endpoint | None, str, str], Sighting] = {}
    for sighting in sorted([*sightings, *new], key=lambda sighting: sighting.seen_at):
        if sighting.seen_at >= forget_before:
            kept[sighting.view, sighting.colour, sighting.address] = sighting
    return tuple(kept.values())


def addresses_by_colour(sightings: Iterable[Sighting], view: Endpoint, incoming: str) -> dict[str, frozenset[str]]:
    """Which colour each address belongs to, for judging an answer of the server `view`.

    No address is in two colours. The server's own view comes first (servers learn of a change at different moments),
    then the freshest sighting; of two equally fresh, to be on the safe side, the one not of the `incoming` colour.
    """
    owner: dict[str, str] = {}
    for sighting in sorted(sightings, key=lambda seen: (seen.view == view, seen.seen_at, seen.colour != incoming)):
        owner[sighting.address] = sighting.colour
    return {
        colour: frozenset(address for address, its_colour in owner.items() if its_colour == colour)
        for colour in owner.values()
    }


def classify(addresses: Collection[str], by_colour: Mapping[str, Collection[str]], incoming: str) -> Verdict:
    """OLD if any address belongs to another colour, NEW if all belong to the `incoming` one, else UNKNOWN."""
    if outgoing_colours(addresses, by_colour, incoming):
        return Verdict.OLD
    if addresses and all(address in by_colour.get(incoming, ()) for address in addresses):
        return Verdict.NEW
    return Verdict.UNKNOWN


def outgoing_colours(
    addresses: Collection[str], by_colour: Mapping[str, Collection[str]], incoming: str
) -> tuple[str, ...]:
    """The colours other than `incoming` that any of `addresses` belongs to, sorted."""
    return tuple(
        sorted(
            colour
            for colour, known in by_colour.items()
            if colour != incoming and any(address in known for address in addresses)
        )
    )
