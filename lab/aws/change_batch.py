"""What a change batch does to the record sets of a zone, and what Route 53 refuses: plain rules."""

from collections.abc import Iterable, Mapping, Sequence

from lab.aws import alias_targets, batch_input
from lab.aws.alias_targets import HostedZone
from lab.aws.batch_input import Change
from lab.aws.record_set import Key, RecordSet, is_within
from lab.aws.refused import Refused, invalid_batch

__all__ = ["Change", "HostedZone", "Refused", "apply_batch"]


def apply_batch(zone: HostedZone, current: Iterable[RecordSet], changes: Sequence[Change]) -> list[RecordSet]:
    """The record sets of `zone` after `changes`; all of them or, with Refused, none.

    The rules and the wording of the errors are those of
    https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html as met in practice:
    changes count in the order they are given in, and what is to be UPSERTed is not there before its turn.
    https://github.com/octodns/octodns/pull/366, https://github.com/octodns/octodns/pull/531
    """
    batch_input.check(changes)
    upserted = {change.record_set.key for change in changes if change.action == "UPSERT"}
    result = {record_set.key: record_set for record_set in current if record_set.key not in upserted}
    problems: list[str] = []
    for change in changes:
        problems += _applied(change, zone, result)
    problems += _missing_at_apex(zone.name, result)
    if problems:
        raise invalid_batch(problems)
    return list(result.values())


def _applied(change: Change, zone: HostedZone, result: dict[Key, RecordSet]) -> list[str]:
    """Apply one change to `result`, and say what is wrong with it."""
    new = change.record_set
    identifier = f", set identifier='{new.set_identifier}'" if new.set_identifier else ""
    label = f"resource record set [name='{new.name}', type='{new.type}'{identifier}]"
    if not is_within(new.name, zone.name):
        return [f"RRSet with DNS name {new.name} is not permitted in zone {zone.name}"]
    existing = result.get(new.key)
    if change.action == "DELETE":
        if existing is None:
            return [f"Tried to delete {label} but it was not found"]
        if not existing.same_content(new):
            return [f"Tried to delete {label} but the values provided do not match the current values"]
        del result[new.key]
        return []
    if existing is not None:
        return [f"Tried to create {label} but it already exists"]
    beside = list(result.values())
    result[new.key] = new
    return [
        *alias_targets.problems(new, zone, beside),
        *alias_targets.loops(new, zone, beside),
        *_conflicts(new, zone.name, beside),
    ]


def _conflicts(new: RecordSet, zone: str, beside: Sequence[RecordSet]) -> list[str]:
    """Why `new` cannot stand beside the others of the zone."""
    here = [other for other in beside if other.name == new.name]
    same_type = [other for other in here if other.type == new.type]
    subject = f"RRSet of type {new.type} with DNS name {new.name} is not permitted"
    if new.type == "CNAME" and new.name == zone:
        return [f"{subject} at apex in zone {zone}"]
    if new.set_identifier is None and same_type:
        return [f"{new.described()} cannot be created as other RRSets exist with the same name and type."]
    if new.weight is not None:
        if any(other.weight is None for other in same_type):
            return [f"{new.described()} cannot be created as a non-weighted set exists with the same name and type."]
        if any(other.alias is None and new.alias is None and other.ttl != new.ttl for other in same_type):
            return [f"{new.described()} cannot be created as weighted sets must contain the same TTL."]
    if new.type == "CNAME" and len(here) > len(same_type):
        return [f"{subject} as it conflicts with other records with the same DNS name in zone {zone}"]
    if new.type != "CNAME" and any(other.type == "CNAME" for other in here):
        return [
            f"{subject} because a conflicting RRSet of type CNAME with the same DNS name already exists in zone {zone}"
        ]
    return []


def _missing_at_apex(zone: str, result: Mapping[Key, RecordSet]) -> list[str]:
    problems = []
    if (zone, "NS", None) not in result:
        problems.append("A HostedZone must contain at least one NS record for the zone itself.")
    if (zone, "SOA", None) not in result:
        problems.append("A HostedZone must contain exactly one SOA record.")
    return problems
