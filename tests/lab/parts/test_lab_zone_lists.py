"""Lists of zones and of record sets: moto's order, and Route 53's, which a reader page by page depends on.

A test on bare moto that fails says that moto has learnt it: the correction can go.
"""

from itertools import count

import dns.message
import dns.query
import dns.rcode

from lab.client import RunningServer
from tests.lab.parts.lab_account import Account, simple

_NUMBERS = count(1)


def from_app_on(account: Account) -> list[str]:
    """What is listed from `app` on, without the zone's own name."""
    zone_id, zone = account.zone()
    names = ["app-two", "x.app", "*", "apq"]
    account.change(zone_id, *(("CREATE", simple(f"{name}.{zone}", "192.0.2.1")) for name in names))
    found = account.route53.list_resource_record_sets(HostedZoneId=zone_id, StartRecordName=f"app.{zone}")
    return [item["Name"].removesuffix(f".{zone}.") for item in found["ResourceRecordSets"]]


def test_moto_lists_a_neighbour_between_a_name_and_what_is_below_it(moto: Account) -> None:
    assert from_app_on(moto) == ["app-two", "x.app", "apq"]


def test_what_is_below_a_name_comes_before_everything_else(account: Account) -> None:
    assert from_app_on(account) == ["x.app", "apq"]


def wildcard(account: Account) -> list[str]:
    zone_id, zone = account.zone()
    account.change(zone_id, ("CREATE", simple(f"*.{zone}", "192.0.2.1")))
    asked = account.route53.list_resource_record_sets(HostedZoneId=zone_id, StartRecordName=f"*.{zone}", MaxItems="1")
    account.change(zone_id, ("DELETE", simple(f"*.{zone}", "192.0.2.1")))
    assert account.record_sets(zone_id) == []
    return [item["Name"].removesuffix(f".{zone}.") for item in asked["ResourceRecordSets"]]


def test_moto_gives_the_star_of_a_wildcard_back_as_it_was_written(moto: Account) -> None:
    assert wildcard(moto) == ["*"]


def test_a_wildcard_comes_back_with_its_star_escaped_and_is_found_and_deleted_by_either_form(account: Account) -> None:
    assert wildcard(account) == ["\\052"]


def zones_from(account: Account) -> list[str]:
    """The names of all zones from one on that there are two of, read two on a page."""
    top = f"top{next(_NUMBERS)}.test"
    for number, name in enumerate((f"b.{top}", f"a.{top}", f"a.{top}", f"x.a.{top}", f"a-b.{top}")):
        account.route53.create_hosted_zone(Name=name, CallerReference=f"{name} {number}")
    found, more = [], {"DNSName": f"a.{top}"}
    while more:
        page = account.route53.list_hosted_zones_by_name(MaxItems="2", **more)
        found += [zone["Name"].removesuffix(f".{top}.") for zone in page["HostedZones"]]
        following = page.get("NextDNSName") if page.get("IsTruncated") else None
        more = {"DNSName": following, "HostedZoneId": page["NextHostedZoneId"]} if following else {}
    return [name for name in found if not name.endswith(".")]


def test_moto_lists_only_the_zones_of_the_very_name(moto: Account) -> None:
    assert zones_from(moto) == ["a", "a"]


def test_zones_are_listed_from_a_name_on_page_by_page(account: Account) -> None:
    assert zones_from(account) == ["a", "a", "x.a", "b"]


def test_a_name_loses_the_wildcards_answer_when_something_is_made_below_it(
    account: Account, running: RunningServer
) -> None:
    zone_id, zone = account.zone()

    def asked(name: str) -> tuple[dns.rcode.Rcode, list[str]]:
        server = next(iter(running.addresses.name_servers.values()))[0]
        question = dns.message.make_query(f"{name}.{zone}", "A")
        answer = dns.query.udp(question, server, timeout=5, port=running.addresses.dns_port)
        return answer.rcode(), [str(item) for rrset in answer.answer for item in rrset]

    account.change(zone_id, ("CREATE", simple(f"*.{zone}", "192.0.2.1")))
    assert asked("app") == asked("deep.app") == (dns.rcode.NOERROR, ["192.0.2.1"])
    account.change(zone_id, ("CREATE", simple(f"_proof.app.{zone}", "x.", kind="CNAME")))
    assert asked("app") == (dns.rcode.NOERROR, [])
    assert asked("deep.app") == (dns.rcode.NXDOMAIN, [])
    assert asked("other") == (dns.rcode.NOERROR, ["192.0.2.1"])
