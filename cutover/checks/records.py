"""The check `records`: nothing but the switch answers on a live name, so that a tag-in moves every client."""

from collections.abc import Iterable, Mapping, Sequence

from cutover.checks.check import RECORDS, Check
from cutover.further_names import Switch
from cutover.record_set import LEADING_TYPES, WEIGHTED, RecordSet


def between(names: Iterable[str], zone: str) -> tuple[str, ...]:
    """The names that are above one of `names` and below the top of `zone`, where a zone of its own may begin."""
    found: dict[str, None] = {}
    for name in names:
        above = name.partition(".")[2]
        while above.endswith(f".{zone}"):
            found[above] = None
            above = above.partition(".")[2]
    return tuple(found)


def check(seen: Mapping[str, Sequence[RecordSet]], names: Sequence[str], zone: str, zone_id: str) -> Check:
    """Holds when each of `names` has no record set that leads clients elsewhere, and is in no zone below `zone`.

    The first of them has weighted sets of type A, and each of the others an alias of it, or nothing yet.
    `seen` has all record sets of `names` and of those `between`. Raises KeyError when it lacks a name.
    """
    switch = Switch(names[0], zone_id)
    leading = {
        name: [one for one in seen[name] if _leads_elsewhere(one, None if name == names[0] else switch)]
        for name in names
    }
    cuts = {
        name: [record for record in seen[name] if record.type == "NS"]
        for name in (*names, *between(names, zone))
        if name != zone
    }
    problems = [f"{name} has {record.in_short}" for name, records in leading.items() for record in records]
    problems += [
        f"{name} is a zone of its own ({record.in_short}), so what {zone} says of it reaches nobody"
        for name, records in cuts.items()
        for record in records
    ]
    further = f" of {names[0]}, and aliases of it on the other names" if len(names) > 1 else ""
    at_fault = [name for name, records in {**leading, **cuts}.items() if records or leading.get(name)]
    return Check(
        RECORDS,
        not problems,
        "; ".join(problems) or f"nothing but weighted A record sets leads clients of {', '.join(names)}",
        f"weighted A record sets{further}; no AAAA, CNAME, HTTPS, SVCB or other A, and no NS below the top of {zone}",
        _next_step(at_fault, zone_id, has_cut=any(cuts.values())) if problems else "",
    )


def _leads_elsewhere(record: RecordSet, switch: Switch | None) -> bool:
    """Whether a record set leads clients elsewhere: not to `switch` or, where that is None, by no weight."""
    if record.type != "A":
        return record.type in LEADING_TYPES
    return record.routing != WEIGHTED if switch is None else not switch.is_followed_by(record)


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
