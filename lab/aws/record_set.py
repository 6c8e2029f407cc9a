"""A Route 53 resource record set as plain data."""

from dataclasses import dataclass, field, replace
from typing import Any

MAX_WEIGHT = 255  # https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html, Weight
Key = tuple[str, str, str | None]


@dataclass(frozen=True)
class RecordSet:
    """One resource record set. Names are lower case and end with a dot; `alias` is the name it points to.

    alias_zone, evaluate_target_health: the other two fields of an alias.
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
    alias_zone: str | None = None
    evaluate_target_health: bool = False
    health_check: str | None = None

    @property
    def key(self) -> Key:
        return self.name, self.type, self.set_identifier

    def described(self) -> str:
        identifier = f", SetIdentifier {self.set_identifier}" if self.set_identifier else ""
        return f"RRSet with DNS name {self.name}, type {self.type}{identifier}"

    def same_content(self, other: "RecordSet") -> bool:
        """Whether all but the source is equal, with the values in any order."""
        return _content(self) == _content(other)


def absolute(name: str) -> str:
    """The form names are kept in: lower case, one dot at the end."""
    return name.lower().rstrip(".") + "."


def is_within(name: str, zone: str) -> bool:
    """Whether `name` is `zone` or below it; both end with a dot."""
    return name == zone or name.endswith("." + zone)


def _content(record_set: RecordSet) -> RecordSet:
    return replace(record_set, values=tuple(sorted(record_set.values)))
