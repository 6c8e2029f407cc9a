"""When a further name that has another record may be taken: once whoever serves its clients is known to be able to.

Two things have to be there before: the record that it is to be an alias of, and a certificate that covers it. Both come
with a tag-in, which therefore leaves such a name alone, and an update after that refuses, with what is to be typed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cutover.further_names import Astray, Switch, refuse
from cutover.refusal import Refusal


@dataclass(frozen=True)
class Turn:
    """How a tag-in stands: `active` is to be in charge, and is in charge already or not, by the parameter in-charge.

    `is_carried`: a colour that is awake has weight. `uncovered` maps a name to why its clients cannot be served by who
    has the traffic now or is to have it, of whichever colour that is so.
    """

    active: str
    idle: str
    is_in_charge: bool
    is_carried: bool
    uncovered: Mapping[str, Sequence[str]]


def left_out(strange: Sequence[Astray], turn: Turn, switch: Switch) -> tuple[str, ...]:
    """Those of the `strange` names, which have another record and are not this stack's yet, that this update leaves.

    Raises Refusal when there are any whose turn has come, and when it can come by no tag-in that is under way.
    """
    if turn.is_carried:
        refuse([one for one in strange if not turn.uncovered.get(one.name)], switch)
        if strange and turn.is_in_charge:
            _refuse_uncovered(strange, turn, switch)
    return tuple(one.name for one in strange)


def warning(names: Sequence[str], turn: Turn, switch: Switch) -> str:
    """What is said of the names that are left out."""
    return (
        f"{', '.join(names)} has a record of its own, and is left as it is in this update: {turn.active} has to be in "
        f"charge of {switch.name} first, with a certificate that covers it; then pulumi up -s live says what to type"
    )


def _refuse_uncovered(strange: Sequence[Astray], turn: Turn, switch: Switch) -> None:
    names = ", ".join(one.name for one in strange)
    why = dict.fromkeys(why for one in strange for why in turn.uncovered.get(one.name, ()))
    raise Refusal(
        f"{names} has another record, and whoever is in charge could not serve its clients; DNS was not touched",
        seen="; ".join((*(one.said(switch) for one in strange), *why)),
        allowed=f"a further name with another record once the certificate of {turn.active} covers it",
        next_step=f"pulumi up -s {turn.idle}, then tag {turn.idle} in (its certificate is made with all names), then "
        f"pulumi up -s live; or take {names} out of names (see docs/many-names.md)",
    )
