"""A Route 53 resource record set, and what a change batch may do to those of a zone: plain data and rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MAX_WEIGHT = 255  # https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html, Weight
Key = tuple[str, str, str | None]


class Refused(Exception):
    """Route 53 does not take the batch; `code` is its error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class RecordSet:
    """One resource record set. Names are lower case and end with a dot; `alias` is the name it points to.

    routing: the fields of other routing policies than weighted (Region, Failover …), for comparison only.
    source: whatever the reader made it from.
    """

    name: str
    type: str
    ttl: int | None = None
    values: tuple[str, ...] = ()
    set_identifier: str | None = None
    weight: int | None = None
    alias: str | None = None
    routing: tuple[tuple[str, str], ...] = ()
    source: Any = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> Key:
        return self.name, self.type, self.set_identifier

    def described(self) -> str:
        identifier = f", SetIdentifier {self.set_identifier}" if self.set_identifier else ""
        return f"RRSet with DNS name {self.name}, type {self.type}{identifier}"

    def same_content(self, other: "RecordSet") -> bool:
        return _content(self) == _content(other)


@dataclass(frozen=True)
class Change:
    action: str
    record_set: RecordSet


def absolute(name: str) -> str:
    """The form names are kept in: lower case, one dot at the end."""
    return name.lower().rstrip(".") + "."


def apply_batch(zone: str, current: Iterable[RecordSet], changes: Sequence[Change]) -> list[RecordSet]:
    """The record sets of `zone` after `changes`; all of them or, with Refused, none.

    The rules and the wording of the errors are those of
    https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html as met in practice.
    """
    for position, change in enumerate(changes, start=1):
        _check_input(position, change)
    result = {record_set.key: record_set for record_set in current}
    problems: list[str] = []
    for change in changes:
        problems += _applied(change, zone, result)
    for change in changes:
        if change.action != "DELETE":
            problems += _conflicts(change.record_set, zone, list(result.values()))
    problems += _missing_at_apex(zone, result)
    if problems:
        raise Refused("InvalidChangeBatch", f"[{', '.join(dict.fromkeys(problems))}]")
    return list(result.values())


def _check_input(position: int, change: Change) -> None:
    """What Route 53 refuses by the look of the request alone: InvalidInput."""
    new = change.record_set
    member = f"changeBatch.changes.{position}.member"
    if change.action not in ("CREATE", "UPSERT", "DELETE"):
        raise Refused(
            "InvalidInput",
            f"1 validation error detected: Value '{change.action}' at '{member}.action' failed to satisfy constraint: "
            "Member must satisfy enum value set: [CREATE, DELETE, UPSERT]",
        )
    if new.weight is not None and not 0 <= new.weight <= MAX_WEIGHT:
        bound = f"less than or equal to {MAX_WEIGHT}" if new.weight > MAX_WEIGHT else "greater than or equal to 0"
        raise Refused(
            "InvalidInput",
            f"1 validation error detected: Value '{new.weight}' at '{member}.resourceRecordSet.weight' failed to "
            f"satisfy constraint: Member must have value {bound}",
        )
    where = (
        f"in Change with [Action={change.action}, Name={new.name}, Type={new.type}, "
        f"SetIdentifier={new.set_identifier or 'null'}]"
    )
    if (new.weight is not None or new.routing) and new.set_identifier is None:
        raise Refused("InvalidInput", f"Invalid request: Missing field 'SetIdentifier' {where}")
    if new.set_identifier is not None and new.weight is None and not new.routing:
        raise Refused("InvalidInput", f"Invalid request: Missing field 'Weight' or another routing policy {where}")
    if (new.alias is None) == (new.ttl is None or not new.values):
        found = "none" if new.alias is None else "more than one"
        raise Refused(
            "InvalidInput",
            "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or "
            f"TrafficPolicyInstanceId], but found {found} {where}",
        )


def _applied(change: Change, zone: str, result: dict[Key, RecordSet]) -> list[str]:
    """Apply one change to `result`, or say why not."""
    new = change.record_set
    identifier = f", set identifier='{new.set_identifier}'" if new.set_identifier else ""
    label = f"resource record set [name='{new.name}', type='{new.type}'{identifier}]"
    if new.name != zone and not new.name.endswith("." + zone):
        return [f"RRSet with DNS name {new.name} is not permitted in zone {zone}"]
    existing = result.get(new.key)
    if change.action == "CREATE" and existing is not None:
        return [f"Tried to create {label} but it already exists"]
    if change.action == "DELETE":
        if existing is None:
            return [f"Tried to delete {label} but it was not found"]
        if not existing.same_content(new):
            return [f"Tried to delete {label} but the values provided do not match the current values"]
        del result[new.key]
        return []
    result[new.key] = new
    return []


def _conflicts(new: RecordSet, zone: str, after: Sequence[RecordSet]) -> list[str]:
    """Why `new` cannot stand beside the others of the zone."""
    here = [other for other in after if other.name == new.name and other.key != new.key]
    same_type = [other for other in here if other.type == new.type]
    if new.set_identifier is None and same_type:
        return [f"{new.described()} cannot be created as other RRSets exist with the same name and type."]
    if new.weight is not None:
        if any(other.weight is None for other in same_type):
            return [f"{new.described()} cannot be created as a non-weighted set exists with the same name and type."]
        if any(other.alias is None and new.alias is None and other.ttl != new.ttl for other in same_type):
            return [f"{new.described()} cannot be created as weighted sets must contain the same TTL."]
    if any((other.type == "CNAME") != (new.type == "CNAME") for other in here):
        return [
            f"RRSet of type {new.type} with DNS name {new.name} is not permitted as it conflicts with other records "
            f"with the same DNS name in zone {zone}"
        ]
    return []


def _missing_at_apex(zone: str, result: Mapping[Key, RecordSet]) -> list[str]:
    problems = []
    if (zone, "NS", None) not in result:
        problems.append("A HostedZone must contain at least one NS record for the zone itself.")
    if (zone, "SOA", None) not in result:
        problems.append("A HostedZone must contain exactly one SOA record.")
    return problems


def _content(record_set: RecordSet) -> tuple[Any, ...]:
    return record_set.ttl, sorted(record_set.values), record_set.weight, record_set.alias, record_set.routing
