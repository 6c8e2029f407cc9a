"""What Route 53 refuses by the look of a change batch alone, whatever the zone holds."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from lab.aws.record_set import MAX_WEIGHT, Key, RecordSet
from lab.aws.refused import Refused, invalid_batch

# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html: an UPSERT counts twice.
MAX_RECORDS, MAX_CHARACTERS = 1000, 32000
_QUOTED = re.compile(r'("([^"\\]|\\.)*"\s*)+')


@dataclass(frozen=True)
class Change:
    action: str
    record_set: RecordSet


def check(changes: Sequence[Change]) -> None:
    """Raises Refused."""
    if not changes:
        raise Refused(
            "InvalidInput",
            "1 validation error detected: Value '[]' at 'changeBatch.changes' failed to satisfy constraint: Member "
            "must have length greater than or equal to 1",
        )
    for position, change in enumerate(changes, start=1):
        _check_fields(f"changeBatch.changes.{position}.member", change)
    problems = [problem for change in changes for problem in _of_values(change.record_set)]
    if problems := [*problems, *_of_size(changes), *_of_repetition(changes)]:
        raise invalid_batch(problems)


def _check_fields(member: str, change: Change) -> None:
    new = change.record_set
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
    of_records = [new.ttl is not None, bool(new.values)]
    if any(of_records) if new.alias is not None else not all(of_records):
        found = "none" if new.alias is None else "more than one"
        raise Refused(
            "InvalidInput",
            "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or "
            f"TrafficPolicyInstanceId], but found {found} {where}",
        )


def _of_values(new: RecordSet) -> list[str]:
    is_right, fault = _VALUES.get(new.type, (_anything, ""))
    wrong = [value for value in new.values if not is_right(value)]
    repeated = [value for value, times in Counter(new.values).items() if times > 1]
    return [
        *(f"Invalid Resource Record: 'FATAL problem: {fault} encountered with '{value}''" for value in wrong),
        *(f"Duplicate Resource Record: '{value}'" for value in repeated),
    ]


def _parsed_by(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def is_right(value: str) -> bool:
        try:
            parse(value)
        except ValueError:
            return False
        return True

    return is_right


def _anything(value: str) -> bool:  # noqa: ARG001  # any value passes
    return True


def _is_quoted(value: str) -> bool:
    return _QUOTED.fullmatch(value) is not None


_VALUES: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "A": (_parsed_by(IPv4Address), "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"),
    "AAAA": (_parsed_by(IPv6Address), "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"),
    "TXT": (_is_quoted, "InvalidCharacterString (Value should be enclosed in quotation marks)"),
}


def _of_size(changes: Sequence[Change]) -> list[str]:
    problems = []
    values = [value for change in changes for value in change.record_set.values * (1 + (change.action == "UPSERT"))]
    if len(values) > MAX_RECORDS:
        problems.append(f"Number of records limit of {MAX_RECORDS} exceeded.")
    if sum(map(len, values)) > MAX_CHARACTERS:
        problems.append(f"RDATA character limit of {MAX_CHARACTERS} exceeded.")
    return problems


def _of_repetition(changes: Sequence[Change]) -> list[str]:
    """One record set may be deleted and then made anew; otherwise a batch may name it once."""
    actions: dict[Key, list[str]] = {}
    for change in changes:
        actions.setdefault(change.record_set.key, []).append(change.action)
    return [
        f"The request contains an invalid set of changes for a resource record set '{kind} {name}'"
        for (name, kind, _), asked in actions.items()
        if len(asked) > 1 and asked not in (["DELETE", "CREATE"], ["DELETE", "UPSERT"])
    ]
