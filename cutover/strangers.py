"""Records and parameters that are there already, and are not this project's: they are not overwritten."""

from collections.abc import Collection, Iterable, Sequence

from cutover.change_batch import change, command, deleted
from cutover.in_charge import Entry
from cutover.record_set import RecordSet, target
from cutover.refusal import Refusal
from cutover.wildcards import BEFORE

# They lead nobody anywhere, and are not overwritten.
_HARMLESS = frozenset({"TXT", "CAA"})


def refuse_own_name(own_name: str, there: Iterable[RecordSet], balancers: Collection[str], zone_id: str) -> None:
    """Raise Refusal when the name under which a colour is to be tested is somebody else's.

    An alias to one of the colour's own load balancers (their DNS names, by its state) is its own: an update made it,
    and was cut short before it could note it.
    """
    own = {target(name) for name in balancers}
    foreign = [
        found
        for found in there
        if found.type not in _HARMLESS and not (found.type == "A" and found.identifier is None and found.target in own)
    ]
    if foreign:
        raise Refusal(
            f"{own_name} is somebody else's: it has a record that is not this colour's; nothing was touched",
            seen="; ".join(map(str, foreign)),
            allowed=f"no record at {own_name}, under which the colour is tested",
            next_step=f"make sure that nobody needs it, then {command(zone_id, deleted(foreign))}; or choose other "
            "colours in `cidrs`, or another first name",
        )


def refuse_foreign_set(colour: str, name: str, there: Iterable[RecordSet], dns_name: str, zone_id: str) -> None:
    """Raise Refusal when a record set of `name` has the identifier `colour`, is not known to the live stack's state,
    and points elsewhere than to the colour's load balancer, `dns_name`.

    One that does point there is the colour's own: made by hand (docs/bootstrap.md), by an update that was cut
    short, or known to a state that was lost.
    """
    foreign = [
        found
        for found in there
        if found.type == "A" and found.identifier == colour and found.target != target(dns_name)
    ]
    if not foreign:
        return
    renamed = [{**found.content, "SetIdentifier": BEFORE} for found in foreign]
    exchange = [*deleted(foreign), *(change("CREATE", one) for one in renamed)]
    raise Refusal(
        f"{name} has a record set {colour} that is not this project's, and would be overwritten; DNS was not touched",
        seen="; ".join(map(str, foreign)),
        allowed=f"none, or one that is an alias of {dns_name!r}, the load balancer of {colour}",
        next_step=f"give it another identifier, with the same answers: {command(zone_id, exchange)} (see "
        f"docs/bootstrap.md); if it is {colour}'s own, of a state that was lost, see 'Adopt records that are there "
        "already' in docs/bootstrap.md",
    )


def refuse_unweighted(name: str, there: Iterable[RecordSet]) -> None:
    """Raise Refusal when a record of `name` is in the way of weighted record sets of type A."""
    in_the_way = [
        found for found in there if found.type == "CNAME" or (found.type == "A" and "Weight" not in found.content)
    ]
    if in_the_way:
        raise Refusal(
            f"{name} has a record beside which no weighted one can stand; DNS was not touched",
            seen="; ".join(map(str, in_the_way)),
            allowed="weighted record sets of type A, or none",
            next_step="exchange it for a weighted one that answers the same, see docs/bootstrap.md, then "
            "pulumi up -s live",
        )


def points_to(there: Iterable[RecordSet], colour: str, dns_name: str) -> bool:
    """Whether the record set of `colour` is there, and is an alias of `dns_name`."""
    return any(found.type == "A" and found.identifier == colour and found.target == target(dns_name) for found in there)


def refuse_built_elsewhere(colour: str, own_name: str, there: Sequence[RecordSet], dns_name: str, zone_id: str) -> None:
    """Raise Refusal unless `own_name` is, in the zone of the live names, an alias of the colour's load balancer.

    A colour that was built with its records in another zone guards itself by what it sees there.
    """
    if any(found.type == "A" and found.target == target(dns_name) for found in there):
        return
    raise Refusal(
        f"{colour} was not built in the zone of the live names: {own_name} is not its own there; DNS was not touched",
        seen=f"zone {zone_id}: " + ("; ".join(map(str, there)) or f"no record at {own_name}"),
        allowed=f"{own_name} as an alias of {dns_name!r}, the load balancer of {colour}",
        next_step=f"pulumi up -s {colour} --refresh puts back a record that was lost (with hotfix true, if {colour} is "
        "in charge); if its records are in another zone: "
        f"awake false and pulumi up -s {colour}, then zoneId {zone_id}, awake true and pulumi up -s {colour}",
    )


def refuse_foreign_account(parameter: str, history: Sequence[Entry], groups: Collection[str]) -> None:
    """Raise Refusal when `parameter`, not known to the live stack's state, names none of the clusters' `groups`.

    It is then the account of another project with the same first name (in another zone), or of clusters that are gone.
    """
    if history and history[-1].group not in groups:
        raise Refusal(
            f"{parameter} is there already and names a cluster that is not this project's; nothing was touched",
            seen=f"it names {history[-1].colour!r}, group {history[-1].group!r}; the clusters are "
            f"{', '.join(sorted(groups)) or 'none'}",
            allowed="no such parameter, or one that names a cluster of this project",
            next_step="if it is of a state that was lost, see 'Adopt records that are there already' in "
            "docs/bootstrap.md; if of clusters that are gone, "
            f"aws ssm delete-parameter --name {parameter}; two projects cannot share a first name",
        )
