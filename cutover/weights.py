"""Weights: in which order the live names' record sets may change, so that a ready colour always has all of them."""

import shlex
from collections.abc import Mapping, Sequence

from cutover.printable import printable
from cutover.refusal import Refusal

# A weight is a share of the sum over the set, 0 to 255:
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-weighted.html
FULL = 100
NONE = 0
_RETIRE = "undo the change in the config; to retire a name for good see 'Retire a name' in docs/operations.md"

Weights = Mapping[str, Mapping[str, int]]
"""Live name to colour to weight, as Route 53 has it; a name with no weighted record set has no colours."""


def describe(weights: Weights) -> str:
    """The weights in one line, as refusals quote them."""
    return "; ".join(
        f"{name}: "
        + (", ".join(f"{printable(colour)} {weight}" for colour, weight in sorted(of.items())) or "no record")
        for name, of in weights.items()
    )


def that_count(weights: Weights, names: Sequence[str]) -> dict[str, Mapping[str, int]]:
    """The weights of the switch, the first of `names`, and of whichever other name has weighted sets nevertheless.

    The others are aliases of the first one, so that they have no weights of their own.
    """
    return {name: of for name, of in weights.items() if of or name == names[0]}


def of_share(percent: int) -> int:
    """The weight of a colour that is to get `percent` of the traffic (0 to 50) beside one at FULL, to the next whole.

    5 % is weight 5 (4.8 %), 20 % is 25, 50 % is 100.
    """
    return round(FULL * percent / (100 - percent))


def in_charge(weights: Weights) -> frozenset[str]:
    """Every colour that has weight on any name; who carries the traffic without any, `carrying` says too."""
    return frozenset(colour for of in weights.values() for colour, weight in of.items() if weight > NONE)


def carrying(weights: Weights) -> frozenset[str]:
    """Every identifier whose set Route 53 answers with, on any name: those with weight, and all where none has any.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-weighted-alias.html
    """
    return frozenset(
        colour for of in weights.values() for colour, weight in of.items() if weight > NONE or not any(of.values())
    )


def refuse_undeclared(weights: Weights, declared: frozenset[str]) -> None:
    """Raise Refusal when a colour that has weight is not among the `declared` ones (asleep, or not built).

    At weight 0 it may be there, also where it carries all traffic because nobody has weight: as soon as a colour is
    raised it gets none, and until then it answers. This is how an existing record is taken over.
    """
    missing = sorted(in_charge(weights) - declared)
    if missing:
        raise Refusal(
            f"{', '.join(map(printable, missing))} has weight in Route 53, but no cluster",
            seen=describe(weights),
            allowed=f"weight only on {', '.join(sorted(declared))}",
            next_step=f"pulumi config set awake true -s {shlex.quote(missing[0])} && pulumi up -s "
            f"{shlex.quote(missing[0])}; if that is no colour of this project, see docs/bootstrap.md",
        )


def refuse_lowering(weights: Weights, active: str, lowered: str) -> None:
    """Raise Refusal unless `active` has full weight on every name, so that `lowered` may be at zero."""
    short = [name for name, of in weights.items() if of.get(active, NONE) < FULL]
    if short:
        raise Refusal(
            f"{lowered} cannot be lowered: {active} does not carry {', '.join(short)} yet",
            seen=describe(weights),
            allowed=f"{active} at {FULL} on every name first",
            next_step=f"pulumi up -s live to raise {active}, or pulumi up -s live -c active={lowered} to tag back",
        )


def unswitched(weights: Weights, active: str, idle: str = "", idle_weight: int = NONE) -> list[str]:
    """The names on which `active` has not full weight, or `idle` not its share, or anybody else any."""
    return [
        name
        for name, of in weights.items()
        if of.get(active) != FULL
        or any(weight != (idle_weight if colour == idle else NONE) for colour, weight in of.items() if colour != active)
    ]


def refuse_unswitched(weights: Weights, active: str, idle: str = "", idle_weight: int = NONE) -> None:
    """Raise Refusal unless `active` has full weight on every name, `idle` its share, and nobody else any."""
    names = unswitched(weights, active, idle, idle_weight)
    if names:
        raise Refusal(
            f"{active} is not in charge of {', '.join(names)}: its records were not switched",
            seen=describe(weights),
            allowed=f"{active} at {FULL}, the other colour at {idle_weight} or absent, on every name",
            next_step="pulumi up -s live, without --target",
        )


def refuse_share(active: str, idle: str, idle_weight: int, named: str | None) -> None:
    """Raise Refusal when `idle` is to have weight before `active` is in charge; `named` is who is, by `in-charge`."""
    if idle_weight > NONE and named != active:
        raise Refusal(
            f"{idle} cannot have a share of the traffic before {active} is in charge",
            seen=f"share of {idle}; in-charge names {named or 'nobody'}",
            allowed=f"a share once {active} is in charge",
            next_step="pulumi config rm share -s live && pulumi up -s live, then set the share",
        )


def refuse_removal(weights: Weights, name: str, colour: str, names: Sequence[str]) -> None:
    """Raise Refusal unless the record set of `colour` can go from `name` without anyone noticing.

    `names` are the live names in the config; `weights` covers them and `name`.
    """
    of = weights[name]
    if colour not in of:
        return
    if name not in names:
        problem, allowed = f"{name} is a live name and would be left without a record", f"names with {name} in it"
    elif name != names[0]:
        problem = f"{name} does not follow {names[0]} yet, and answers by its own record sets until then"
        allowed = f"the exchange for an alias of {names[0]}, in one batch: pulumi up -s live has it"
    elif of[colour] > NONE:
        problem, allowed = f"{colour} carries {name}", f"{colour} at weight {NONE}"
    elif len(of) == 1:
        problem, allowed = f"it is the last one of {name}", "another colour in charge"
    elif colour in carrying({name: of}):
        problem, allowed = f"nobody has weight on {name}, so Route 53 uses all of its sets", "another colour in charge"
    else:
        return
    raise Refusal(
        f"the record of {colour} cannot be deleted: {problem}",
        seen=describe(weights),
        allowed=allowed,
        next_step=_RETIRE,
    )


def refuse_forgetting(weights: Weights, names: Sequence[str]) -> None:
    """Raise Refusal when a name that is not among `names` any more still has a record set: clients resolve it.

    `weights` covers the names of before and of now.
    """
    forgotten = [name for name, of in weights.items() if of and name not in names]
    if forgotten:
        name = ", ".join(forgotten)
        raise Refusal(
            f"{name} cannot be removed from names: clients resolve it; DNS was not touched",
            seen=f"names: {', '.join(names)} (Route 53 now: {describe(weights)})",
            allowed=f"names with {name} in it",
            next_step=_RETIRE,
        )


def refuse_another_first(before: Sequence[str], names: Sequence[str]) -> None:
    """Raise Refusal when another name is to be the first: own names and parameters are called by it."""
    if before[0] != names[0]:
        raise Refusal(
            f"{names[0]} cannot take the place of {before[0]} as the first of names; DNS was not touched",
            seen=f"names: {', '.join(names)}",
            allowed=f"names with {before[0]} as the first",
            next_step=_RETIRE,
        )


def refuse_abandoning(weights: Weights) -> None:
    """Raise Refusal while any colour carries traffic: the account of who is in charge must outlive nobody's charge."""
    somebody = sorted(carrying(weights))
    if somebody:
        raise Refusal(
            f"{', '.join(somebody)} is in charge, and the live names would be left without a record",
            seen=describe(weights),
            allowed="nothing, while clients resolve these names",
            next_step=_RETIRE,
        )
