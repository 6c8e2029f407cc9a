"""Record sets for tests, by what tells one from another."""

from typing import Any

from cutover.record_set import RecordSet

_FIELDS: dict[str, dict[str, Any]] = {
    "simple": {},
    "weighted": {"Weight": 0},
    "latency": {"Region": "eu-central-1"},
    "failover": {"Failover": "PRIMARY"},
    "geolocation": {"GeoLocation": {"CountryCode": "DE"}},
    "IP-based": {"CidrRoutingConfig": {"CollectionId": "x", "LocationName": "y"}},
    "multivalue answer": {"MultiValueAnswer": True},
}


def record(
    kind: str, routing: str = "simple", identifier: str = "", values: tuple[str, ...] = (), zone_id: str = "ZBALANCER"
) -> RecordSet:
    """One of `kind`; a value that begins with `alias` is one, in the zone `zone_id`."""
    content: dict[str, Any] = {"Name": "any.shop.example.", "Type": kind, **_FIELDS[routing]}
    content |= {"SetIdentifier": identifier} if identifier else {}
    aliases = [value.removeprefix("alias ") for value in values if value.startswith("alias ")]
    plain = [{"Value": value} for value in values if not value.startswith("alias ")]
    content |= {"ResourceRecords": plain} if plain else {}
    for name in aliases:
        content["AliasTarget"] = {"DNSName": name, "HostedZoneId": zone_id, "EvaluateTargetHealth": False}
    return RecordSet.of(content)
