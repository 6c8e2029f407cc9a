"""Other services of the same account: what one of them has, its own stacks know of, and no other project takes it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from cutover import places
from cutover.asking import asking
from cutover.in_charge import Entry, History
from cutover.record_set import RecordSet, plain
from cutover.refusal import Refusal

# What a parameter can be called by: a wildcard, say, is no service's first name.
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
_FIRST_NAME = re.compile(r"[A-Za-z0-9_.-]+")


def may_belong_to(name: str, there: Iterable[RecordSet], zone_id: str) -> tuple[str, ...]:
    """The first names of the services that could have `name`, by its records in the zone.

    A service has weighted sets at its first name, and at each further one an alias of that in the same zone.
    """
    of_a = [one.content for one in there if one.type == "A"]
    aliases = [one["AliasTarget"] for one in of_a if one.get("AliasTarget")]
    own = [name] if any("Weight" in one for one in of_a) else []
    found = (*own, *{plain(str(to["DNSName"])): None for to in aliases if to.get("HostedZoneId") == zone_id})
    return tuple(one for one in found if _FIRST_NAME.fullmatch(one))


def histories(services: Iterable[str], read: Callable[[str], History]) -> dict[str, Sequence[Entry]]:
    """Each service to the history of its `in-charge`, as `read` has it of a parameter; raises Refusal."""
    found: dict[str, Sequence[Entry]] = {}
    for service in services:
        parameter = places.in_charge(service)
        with asking("SSM", f"for {parameter}"):
            found[service] = read(parameter).entries
    return found


def refuse_taking(name: str, there: Sequence[RecordSet], services: Mapping[str, Sequence[Entry]]) -> None:
    """Raise Refusal when `name`, which is none of this stack's yet, is a live name of another service.

    `services`: each that may have it (`may_belong_to`), to the history of its `in-charge`, empty where there is none.
    To exchange its records would take its clients from it, and neither of its colours would be asked.
    """
    found = [(service, history[-1]) for service, history in services.items() if history]
    if not (found and there):
        return
    service, latest = found[0]
    raise Refusal(
        f"{name} is a live name of another service of this account; DNS was not touched",
        seen=f"{'; '.join(map(str, there))}; {places.in_charge(service)} names {latest.colour!r}, "
        f"group {latest.group!r}",
        allowed="names that no other service has",
        next_step=f"take {name} out of `names` in Pulumi.yaml; or let the other service give it up first ('Retire a "
        f"name' in docs/many-names.md); if it is gone, aws ssm delete-parameter --name {places.in_charge(service)}",
    )


def refuse_namesake(colour: str, service: str, door: str) -> None:
    """Raise Refusal: a colour that has no instances by its own state has the door of a cluster that is there.

    The door is made after everything else of a cluster, and goes first: so this is a cluster of another project with
    the same first name, in whichever zone, or of a state that was lost.
    """
    raise Refusal(
        f"there is a cluster {colour} of {service} in this account already, and this stack has none; nothing was "
        "touched",
        seen=f"{door} is there; no Auto Scaling group is in the state of {colour}",
        allowed="one project for a first name in an account and region, whatever it is called",
        next_step="if it is another project's, choose another first name; if of a state that was lost, import that "
        f"state again; if the cluster is gone, aws ssm delete-parameter --name {door}",
    )
