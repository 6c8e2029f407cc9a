"""The check `records`: nothing but weighted A sets answers on a live name, so that a tag-in moves every client."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cutover.checks.check import RECORDS, Check
from cutover.printable import printable

WEIGHTED = "weighted"
# Clients that look up any of these go where it says, whatever the A records do; HTTPS and SVCB (RFC 9460) may carry
# addresses of their own. A name with a CNAME has nothing else (RFC 1034, section 3.6.2).
_LEADS_CLIENTS = frozenset({"AAAA", "CNAME", "HTTPS", "SVCB"})
_VALUE_CHARACTERS = 80


@dataclass(frozen=True)
class RecordSeen:
    """One record set of a name: its type, its routing policy (WEIGHTED, `simple`, `latency` …), where it leads."""

    type: str
    routing: str
    identifier: str = ""
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        how = "" if self.routing == "simple" else f" ({f'{self.routing} {self.identifier}'.strip()})"
        return printable(f"{self.type}{how} {', '.join(self.values)}".rstrip(), _VALUE_CHARACTERS)


def between(names: Iterable[str], zone: str) -> tuple[str, ...]:
    """The names that are above one of `names` and below the top of `zone`, where a zone of its own may begin."""
    found: dict[str, None] = {}
    for name in names:
        above = name.partition(".")[2]
        while above.endswith(f".{zone}"):
            found[above] = None
            above = above.partition(".")[2]
    return tuple(found)


def check(seen: Mapping[str, Sequence[RecordSeen]], names: Sequence[str], zone: str, zone_id: str) -> Check:
    """Holds when each of `names` has no record set that leads clients elsewhere, and is in no zone below `zone`.

    `seen` has all record sets of `names` and of those `between`. Raises KeyError when it lacks a name.
    """
    leading = {name: [record for record in seen[name] if _leads_elsewhere(record)] for name in names}
    cuts = {
        name: [record for record in seen[name] if record.type == "NS"]
        for name in (*names, *between(names, zone))
        if name != zone
    }
    problems = [f"{name} has {record}" for name, records in leading.items() for record in records]
    problems += [
        f"{name} is a zone of its own ({record}), so what {zone} says of it reaches nobody"
        for name, records in cuts.items()
        for record in records
    ]
    at_fault = [name for name, records in {**leading, **cuts}.items() if records or leading.get(name)]
    return Check(
        RECORDS,
        not problems,
        "; ".join(problems) or f"nothing but weighted A record sets leads clients of {', '.join(names)}",
        f"weighted A record sets; no AAAA, CNAME, HTTPS, SVCB or other A, and no NS below the top of {zone}",
        _next_step(at_fault, zone_id, has_cut=any(cuts.values())) if problems else "",
    )


def _leads_elsewhere(record: RecordSeen) -> bool:
    return record.type in _LEADS_CLIENTS or (record.type == "A" and record.routing != WEIGHTED)


def _next_step(names: Sequence[str], zone_id: str, *, has_cut: bool) -> str:
    """How to look, and the ways out."""
    wanted = " || ".join(f"Name=='{name}.'" for name in names)
    look = f'aws route53 list-resource-record-sets --hosted-zone-id {zone_id} --query "ResourceRecordSets[?{wanted}]"'
    ways = (
        "delete these by hand, or waive `records` (see 'In an emergency: waive a check' in docs/operations.md) when "
        "their clients may stay where they are"
    )
    if has_cut:
        ways = "take the NS records away, or set `zone` in Pulumi.yaml to the zone that they lead to"
    return f"{look}; {ways}"
