"""Route 53's lists of hosted zones and of record sets, in its order."""

from moto.core.responses import ActionResult
from moto.route53.models import FakeZone, RecordSet
from moto.route53.responses import Route53

from lab.aws.record_set import absolute

# The most that one answer of ListHostedZonesByName has.
ZONES_ON_A_PAGE = 100


def list_in_order() -> None:
    """Let Route 53 list as AWS does: by labels from the right, everything from a name on, page by page.

    moto 5.2.5 lists a name behind its neighbours whose label begins with the same letters (`app-two` between `app` and
    what is below it), and of the zones only those that have the very name that was asked for.
    https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
    https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZonesByName.html
    """
    FakeZone.get_record_sets = _record_sets  # type: ignore[method-assign]
    Route53.list_hosted_zones_by_name = _zones_by_name  # type: ignore[method-assign]


def place(name: str) -> str:
    """Where Route 53 lists a name: its labels from the right, with the dot at the end, `*` as \\052."""
    return ".".join(absolute(name).replace("*", "\\052").removesuffix(".").split(".")[::-1]) + "."


def _record_sets(self: FakeZone, start_type: str, start_name: str) -> list[RecordSet]:
    start = (place(start_name), start_type or "") if start_name else ("", "")
    keyed = {(place(item.name), str(item.type), item.set_identifier or ""): item for item in self.rrsets}
    return [keyed[key] for key in sorted(keyed) if key >= start]


def _zones_by_name(self: Route53) -> ActionResult:
    name, zone_id = self._get_param("DNSName"), self._get_param("HostedZoneId")
    most = self._get_int_param("MaxItems", ZONES_ON_A_PAGE)
    keyed = sorted((place(zone.name), zone.resource_id, zone) for zone in list(self.backend.zones.values()))
    start = (place(name) if name else "", zone_id or "")
    zones = [zone for *key, zone in keyed if tuple(key) >= start]
    following = zones[most] if len(zones) > most else None
    return ActionResult(
        {
            "DNSName": name,
            "HostedZoneId": zone_id,
            "HostedZones": zones[:most],
            "IsTruncated": following is not None,
            "NextDNSName": following.name if following else None,
            "NextHostedZoneId": following.resource_id if following else None,
            "MaxItems": most,
        }
    )
