"""Availability Zones can be taken back, and come again."""

from lab.client import LabClient
from tests.lab.parts.lab_account import Account

ZONES = {"eu-central-1a", "eu-central-1b", "eu-central-1c"}


def offered(account: Account) -> set[str]:
    wanted = [{"Name": "state", "Values": ["available"]}]
    return {zone["ZoneName"] for zone in account.ec2.describe_availability_zones(Filters=wanted)["AvailabilityZones"]}


def test_a_zone_is_not_offered_while_it_is_set_to_be_unavailable(account: Account, lab: LabClient) -> None:
    assert offered(account) == ZONES
    lab.set_unavailable_zones(["eu-central-1a"])
    assert offered(account) == ZONES - {"eu-central-1a"}
    lab.set_unavailable_zones(sorted(ZONES))
    assert offered(account) == set()
    lab.clear_faults()
    assert offered(account) == ZONES
