"""Route 53's hosted zones in moto, read as plain data and changed in one step."""

import threading
import time
from collections.abc import Callable, Sequence
from xml.etree import ElementTree

from moto.route53.models import FakeZone
from moto.route53.models import RecordSet as MotoRecordSet

from lab.aws import embedded
from lab.aws.answer import ROUTE53_NAMESPACE, Answer, error
from lab.aws.change_batch import Change, HostedZone, Refused, apply_batch
from lab.aws.record_set import RecordSet, absolute
from lab.aws.request import ApiRequest
from lab.aws.target_zones import target_zones
from lab.messages import RecordSetState, ZoneState

_NS = f"{{{ROUTE53_NAMESPACE}}}"
_ROUTING = ("Region", "Failover", "GeoLocation", "MultiValueAnswer")


class RecordSetChanges:
    """ChangeResourceRecordSets as Route 53 does it.

    moto 5.2.5 is too kind: it applies a batch change by change, so that half of a refused batch stays; a CREATE of
    a record set that exists is accepted; a DELETE with a set identifier removes every record set that has this
    identifier, whatever its name and type; any weight passes; a weighted record set may stand beside a simple one;
    an alias may point to anything. Here the batch is judged as a whole and the zone's list is exchanged in one
    assignment, so that no reader ever sees half of it.
    """

    def __init__(
        self,
        changed: Callable[[ApiRequest], Answer],
        before: Sequence[ZoneState] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`changed` is called after each batch and gives the answer: the ChangeInfo of a new change.

        before: the history until now.
        """
        self._changed = changed
        self._clock = clock
        self._lock = threading.Lock()
        self.history: list[ZoneState] = [*before]

    def __call__(self, request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
        zone = embedded.route53().zones.get(request.path.split("/")[3])
        if zone is None:
            return pass_on()  # moto's NoSuchHostedZone is right
        try:
            changes = read_batch(request.body)
            with self._lock:
                there = HostedZone(absolute(zone.name), zone.resource_id, target_zones())
                after = apply_batch(there, record_sets(zone), changes)
                zone.rrsets = [record_set.source for record_set in after]
                self.history.append(_zone_state(self._clock(), zone, after))
        except Refused as refused:
            return error(request, refused.code, str(refused))
        return self._changed(request)


def corrected_soa(request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:  # noqa: ARG001  # a Correction
    """CreateHostedZone: moto 5.2.5 stores the SOA record of a new zone as the text of a Python dictionary."""
    answer = pass_on()
    for zone in list(embedded.route53().zones.values()):
        for record_set in zone.rrsets:
            record_set.records = [item["Value"] if isinstance(item, dict) else item for item in record_set.records]
    return answer


def record_sets(zone: FakeZone) -> list[RecordSet]:
    """What the zone holds, as plain data; each one's `source` is moto's own object."""
    return [_plain(record_set) for record_set in zone.rrsets]


def read_batch(body: bytes) -> list[Change]:
    """The changes in the XML body of a ChangeResourceRecordSets call; Refused when it is not XML."""
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as broken:
        raise Refused("MalformedInput", str(broken)) from broken
    changes = []
    for change in root.iter(f"{_NS}Change"):
        element = change.find(f"{_NS}ResourceRecordSet")
        if element is None:
            raise Refused("InvalidInput", "Invalid request: Missing field 'ResourceRecordSet' in Change")
        changes.append(Change(change.findtext(f"{_NS}Action", ""), _plain(_moto_record_set(element))))
    return changes


def _moto_record_set(element: ElementTree.Element) -> MotoRecordSet:
    def text(name: str) -> str | None:
        return element.findtext(f"{_NS}{name}")

    def number(name: str) -> int | None:
        value = text(name)
        return None if value is None else int(value)

    fields: dict[str, object] = {
        "Name": _listed(text("Name") or ""),
        "Type": text("Type"),
        "TTL": number("TTL"),
        "SetIdentifier": text("SetIdentifier"),
        "Weight": number("Weight"),
        "Region": text("Region"),
        "Failover": text("Failover"),
        "HealthCheckId": text("HealthCheckId"),
        "ResourceRecords": [value.text or "" for value in element.iter(f"{_NS}Value")],
    }
    if text("MultiValueAnswer") is not None:
        fields["MultiValueAnswer"] = text("MultiValueAnswer") == "true"
    if (location := element.find(f"{_NS}GeoLocation")) is not None:
        fields["GeoLocation"] = {part.tag.removeprefix(_NS): part.text for part in location}
    if (alias := element.find(f"{_NS}AliasTarget")) is not None:
        fields["AliasTarget"] = {
            "HostedZoneId": alias.findtext(f"{_NS}HostedZoneId", ""),
            "DNSName": _listed(alias.findtext(f"{_NS}DNSName", "")),
            "EvaluateTargetHealth": alias.findtext(f"{_NS}EvaluateTargetHealth", "") == "true",
        }
    return MotoRecordSet(fields)  # type: ignore[abstract]  # moto makes them the same way; only CloudFormation minds


def _listed(name: str) -> str:
    """A name in the form that Route 53 gives it back in."""
    return absolute(name).replace("*", "\\052")


def _plain(source: MotoRecordSet) -> RecordSet:
    others = {
        "Region": source.region,
        "Failover": source.failover,
        "GeoLocation": source.geo_location,
        "MultiValueAnswer": source.multi_value_answer,
    }
    alias = source.alias_target
    return RecordSet(
        name=absolute(source.name),
        type=str(source.type),
        ttl=None if source.ttl is None else int(source.ttl),
        values=tuple(source.records or ()),
        set_identifier=source.set_identifier,
        weight=None if source.weight is None else int(source.weight),
        alias=absolute(alias["DNSName"]) if alias else None,
        routing=tuple((name, str(others[name])) for name in _ROUTING if others[name] is not None),
        source=source,
        alias_zone=alias["HostedZoneId"] if alias else None,
        evaluate_target_health=bool(alias and alias["EvaluateTargetHealth"]),
        health_check=source.health_check_id,
    )


def _zone_state(at: float, zone: FakeZone, after: list[RecordSet]) -> ZoneState:
    records = tuple(
        RecordSetState(item.name, item.type, item.set_identifier, item.weight, item.alias, item.ttl, item.values)
        for item in after
    )
    return ZoneState(at, absolute(zone.name), zone.resource_id, records)
