"""What an alias record set may point to: plain rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lab.aws.record_set import RecordSet, absolute, is_within

_OF_A_SERVICE = ("A", "AAAA")


@dataclass(frozen=True)
class TargetZone:
    """A hosted zone that is not the alias' own: a service's, or another of the account.

    domain: what its names end with, with a dot at the end. names: those that have addresses; an alias cannot point to
    anything in another zone of the account, so that one has none.
    """

    domain: str
    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class HostedZone:
    """A hosted zone whose record sets are to be changed, and the other zones there are, by id."""

    name: str
    id: str
    others: Mapping[str, TargetZone] = field(default_factory=dict)


def problems(new: RecordSet, zone: HostedZone, beside: Iterable[RecordSet]) -> list[str]:
    """Why the alias `new` cannot point to its target, in the words of Route 53; `beside`: what else is in the zone.

    An alias points to a record set of its own type in its own zone, which may be an alias or weighted, or to an AWS
    resource with that one's zone id.
    https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
    """
    if new.alias is None:
        return []
    target = f"Tried to create an alias that targets {new.alias}, type {new.type} in zone {new.alias_zone}"
    found = []
    if not _lies_within(new.alias, new.alias_zone or "", zone):
        found.append(f"{target}, but the alias target name does not lie within the target zone")
    if not _is_there(new, zone, beside):
        found.append(f"{target}, but that target was not found")
    return found


def _lies_within(target: str, target_zone: str, zone: HostedZone) -> bool:
    if target_zone == zone.id:
        return is_within(target, zone.name)
    return target_zone in zone.others and is_within(target, zone.others[target_zone].domain)


def _is_there(new: RecordSet, zone: HostedZone, beside: Iterable[RecordSet]) -> bool:
    if new.alias_zone == zone.id:
        return any((other.name, other.type) == (new.alias, new.type) for other in beside)
    other_zone = zone.others.get(new.alias_zone or "")
    if other_zone is None or new.type not in _OF_A_SERVICE or new.alias is None:
        return False
    return new.alias.removeprefix("dualstack.") in other_zone.names


def loops(new: RecordSet, zone: HostedZone, beside: Iterable[RecordSet]) -> list[str]:
    """Why `new`, an alias or a CNAME, must not lead back to itself within its zone."""
    ways: dict[str, list[str]] = {}
    for other in beside:
        if other.type == new.type:
            ways.setdefault(other.name, []).extend(_leads_to(other, zone))
    seen, ahead = set[str](), _leads_to(new, zone)
    while ahead and new.name not in seen:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead += ways.get(name, ())
    if new.name not in seen:
        return []
    return [
        f"RRSet of type {new.type} with DNS name {new.name} is not permitted as it creates a CNAME or alias loop in "
        "the zone."
    ]


def _leads_to(record_set: RecordSet, zone: HostedZone) -> list[str]:
    """The names at which a look-up of the same type goes on."""
    if record_set.alias is not None:
        return [record_set.alias] if record_set.alias_zone == zone.id else []
    return [absolute(value) for value in record_set.values] if record_set.type == "CNAME" else []
