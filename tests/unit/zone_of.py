"""A hosted zone as plain data, on one page or on many."""

from collections.abc import Mapping, Sequence
from typing import Any

from cutover.record_set import RecordSet
from cutover.zone_records import Page, ZoneRecords

APEX = "shop.example"
TOP = {"Name": f"{APEX}.", "Type": "SOA", "TTL": 900, "ResourceRecords": [{"Value": "ns."}]}


def simple(name: str, *values: str, kind: str = "A") -> dict[str, Any]:
    """A record set with these values, as Route 53 gives it."""
    return {"Name": f"{name}.", "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value} for value in values]}


def alias(name: str, to: str, **routing: Any) -> dict[str, Any]:
    """An alias record set, as Route 53 gives it."""
    points = {"HostedZoneId": "ZBALANCER", "DNSName": f"{to}.", "EvaluateTargetHealth": True}
    return {"Name": f"{name}.", "Type": "A", "AliasTarget": points, **routing}


class ZoneOf:
    """A zone with these record sets besides its SOA; `page` of them in an answer."""

    def __init__(self, *contents: Mapping[str, Any], page: int = 300) -> None:
        self._sets: Sequence[RecordSet] = sorted(map(RecordSet.of, [TOP, *contents]), key=_place)
        self._page = page
        self.asked: list[str] = []
        self.records = ZoneRecords(APEX, self.read)

    def read(self, start: str) -> Page:
        """What Route 53 lists from the name `start` on."""
        self.asked.append(start)
        following = [one for one in self._sets if _at(one.name) >= _at(start)]
        return following[: self._page], len(following) <= self._page


def _at(name: str) -> str:
    return ".".join(name.replace("*", "\\052").split(".")[::-1]) + "."


def _place(one: RecordSet) -> tuple[str, str]:
    return _at(one.name), one.type
