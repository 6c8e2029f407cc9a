"""What is read of the account's hosted zones before anything is declared."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from cutover.aws import RECORD_SETS_ON_A_PAGE
from cutover.aws_requests import AwsRequests
from cutover.record_set import RecordSet, plain
from cutover.zone import Zone
from cutover.zone_records import Page

if TYPE_CHECKING:
    from mypy_boto3_route53.type_defs import HostedZoneTypeDef

_ID_PREFIX = "/hostedzone/"


class AwsZones(AwsRequests):
    """Reads of one account's zones; every method raises what boto3 raises."""

    def zones_called(self, name: str) -> tuple[Zone, ...]:
        """Every zone of this name, public or private; Route 53 lists all zones from a name on, by their names.

        https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZonesByName.html
        """
        found: list[Zone] = []
        more = {"DNSName": name}
        while more:
            page = self._route53.list_hosted_zones_by_name(**more)
            zones = [_zone(zone) for zone in page["HostedZones"]]
            found += [zone for zone in zones if zone.name == name]
            following = page.get("NextDNSName") if page.get("IsTruncated") else None
            same = following is not None and plain(following) == name
            more = {"DNSName": name, "HostedZoneId": page["NextHostedZoneId"]} if same else {}
        return tuple(found)

    def zone(self, zone_id: str) -> Zone | None:
        """The zone with this id; None when there is none."""
        try:
            return _zone(self._route53.get_hosted_zone(Id=zone_id)["HostedZone"])
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in ("NoSuchHostedZone", "InvalidInput"):
                return None
            raise

    def zone_page(self, zone_id: str, start: str) -> Page:
        """The zone's record sets from the name `start` on, one page of them."""
        page = self._route53.list_resource_record_sets(
            HostedZoneId=zone_id, StartRecordName=start, MaxItems=RECORD_SETS_ON_A_PAGE
        )
        return tuple(RecordSet.of(found) for found in page["ResourceRecordSets"]), not page["IsTruncated"]


def _zone(found: "HostedZoneTypeDef") -> Zone:
    private = bool(found.get("Config", {}).get("PrivateZone"))
    return Zone(found["Id"].removeprefix(_ID_PREFIX), plain(found["Name"]), private)
