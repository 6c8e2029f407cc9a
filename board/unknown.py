"""What could not be read, with the reason, and whether a reason for attention may hide behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from board.facts import ColourFacts, Facts, Known, Unknown

# Of an account that cannot be asked nothing is known: the first few say so.
SHOWN = 4
MORE_TIME = ".venv/bin/python -m board --limit 30"


@dataclass(frozen=True)
class UnknownFact:
    """What is unknown for one reason, and what to type about it (empty: nothing but to look again)."""

    what: Sequence[str]
    reason: str
    next_step: str
    hides_attention: bool

    @property
    def in_short(self) -> str:
        """What is unknown, the first few of many."""
        more = len(self.what) - SHOWN
        return ", ".join(self.what[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def of_facts(facts: Facts) -> tuple[UnknownFact, ...]:
    """Each reason once, with all that is unknown for it; what may hide a reason for attention first."""
    found: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for what, fact, hides in _every(facts):
        if isinstance(fact, Unknown):
            found.setdefault((fact.reason, fact.next_step), []).append((what, hides))
    unknowns = [
        UnknownFact(tuple(what for what, _ in of), *key, hides_attention=any(hides for _, hides in of))
        for key, of in found.items()
    ]
    return tuple(sorted(unknowns, key=lambda one: not one.hides_attention))


def _every(facts: Facts) -> Iterator[tuple[str, object, bool]]:
    """Every fact with its name, and whether a reason for attention is decided by it."""
    stacks = not facts.stacks_left_out
    yield "the zone and the weights", facts.zone, True
    yield "who is in charge", facts.in_charge, True
    yield "the config of live", facts.live, True
    yield "DNS", facts.dns, True
    if isinstance(facts.dns, Known) and (waiting := facts.dns.value.not_yet):
        yield "DNS", Unknown(f"there was no time for {', '.join(waiting)} to answer", MORE_TIME), True
    for colour in facts.colours.values():
        yield from _of_colour(colour, hides_stacks=stacks)
    yield "the stack live", facts.live_stack, stacks
    yield "the lock of live", facts.live_lock, stacks
    yield "the history of live", facts.updates, False
    yield "the account", facts.place, False


def _of_colour(colour: ColourFacts, *, hides_stacks: bool) -> Iterator[tuple[str, object, bool]]:
    name = colour.colour
    yield f"the group of {name}", colour.group, True
    yield f"the load balancer of {name}", colour.balancer, True
    yield f"the capacity of {name}", colour.capacity, True
    yield f"how {name} heals", colour.cluster, True
    yield f"the door of {name}", colour.door, True
    yield f"the certificate of {name}", colour.certificate, True
    yield f"the keep-alive of {name}", colour.drain, False
    yield f"the requests of {name}", colour.requests, False
    yield f"whether clients are left at {name}", colour.stragglers, True
    yield f"the config of {name}", colour.config, True
    yield f"the stack {name}", colour.stack, hides_stacks
    yield f"the lock of {name}", colour.lock, hides_stacks
    yield f"the cost of {name}", colour.cost, False
    yield f"the load test of {name}", colour.load_test, False
