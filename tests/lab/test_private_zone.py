"""A tag-in in a private hosted zone, which has no name servers that can be asked: the resolvers tell."""

from collections.abc import Iterator

import dns.message
import dns.query
import pytest

from lab.client import ServerFault
from lab.pulumi_command import Result
from lab.workspace import REGION, Workspace
from tests.lab.building import building, without_probes
from tests.lab.world import ALIAS_TTL_SECONDS, FIRST, LIVE, NAME, SECOND, World

# Previews while there were two zones and no record yet, by what `zoneId` said; and the ids of the two.
_BEFORE: dict[str, Result] = {}
_ZONES: dict[str, str] = {}


@pytest.fixture(scope="module")
def private_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world whose only hosted zone is private; ACM gives no certificates there, so it is without HTTPS."""
    with building(
        tmp_path_factory.mktemp("private"),
        project={"https": False},
        live={"propagationTimeout": 40, "override": without_probes(FIRST)},
        prepare=_make_the_zone_private,
    ) as world:
        yield world


def _make_the_zone_private(made: Workspace) -> None:
    route53, vpc = made.aws("route53"), made.aws("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    (public,) = route53.list_hosted_zones()["HostedZones"]
    private = route53.create_hosted_zone(
        Name=public["Name"],
        CallerReference="private",
        VPC={"VPCRegion": REGION, "VPCId": vpc},
        HostedZoneConfig={"PrivateZone": True},
    )["HostedZone"]
    ids = {"": "", "ZNOZONE": "ZNOZONE", "private": private["Id"].removeprefix("/hostedzone/")}
    for given, zone_id in ids.items():
        made.edit_project(zoneId=zone_id)
        _BEFORE[given] = made.pulumi("preview", "-s", FIRST)
    made.edit_project(zoneId="")
    _ZONES.update(public=public["Id"].removeprefix("/hostedzone/"), private=ids["private"])
    route53.delete_hosted_zone(Id=public["Id"])


def _errors(result: Result) -> str:
    assert result.exit_code != 0, result.output
    return "\n".join(result.messages("error"))


def _tag_in(world: World, colour: str) -> Result:
    world.workspace.edit_stack(LIVE, override=without_probes(colour))
    return world.tag_in(colour)


def test_the_resolvers_of_a_private_zone_tell_when_a_tag_in_is_over(private_world: World) -> None:
    result = _tag_in(private_world, SECOND)

    assert result.exit_code == 0, result.output
    assert private_world.weights() == {FIRST: 0, SECOND: 100}
    told = private_world.outputs(LIVE)["propagation"]
    assert (told["done"], told["private"], told["servers"], told["expected"]) == (True, True, [], SECOND)
    assert [resolver["status"] for resolver in told["resolvers"]] == [f"answers {SECOND}"] * len(told["resolvers"])
    assert told["ttl_seconds"] == ALIAS_TTL_SECONDS
    assert all(resolver["seen_at"] >= told["released_at"] for resolver in told["resolvers"])


def test_a_resolver_that_keeps_the_outgoing_colour_holds_up_the_end_and_is_named(private_world: World) -> None:
    stale = private_world.addresses.resolvers[0]
    # So that it has an answer to keep.
    dns.query.udp(dns.message.make_query(NAME, "A"), stale, timeout=60, port=private_world.addresses.dns_port)
    private_world.faults.set_resolver_fault(stale, ServerFault(fault="stuck"))
    before, after = private_world.in_charge(), FIRST if private_world.in_charge() == SECOND else SECOND
    private_world.workspace.edit_stack(LIVE, propagationTimeout=8)

    refused = _tag_in(private_world, after)

    assert refused.failed == ("in-charge",)
    assert private_world.in_charge() == before
    assert private_world.weights()[after] == 100
    told = private_world.outputs(LIVE)["propagation"]
    keeping = [one for one in told["resolvers"] if one["status"].startswith(f"answers {before}")]
    assert [stale in one["resolver"] for one in keeping] == [True]
    assert any(stale in message for message in refused.messages("error"))

    private_world.faults.clear_faults()
    private_world.workspace.edit_stack(LIVE, propagationTimeout=40)
    private_world.must_up(LIVE)
    assert private_world.in_charge() == after
    assert private_world.outputs(LIVE)["propagation"]["done"]
    private_world.assert_nothing_half_done()
    private_world.assert_always_carried()


@pytest.mark.usefixtures("private_world")
def test_of_two_zones_of_one_name_none_is_guessed_before_there_is_a_record() -> None:
    unsaid, mistyped = _errors(_BEFORE[""]), _errors(_BEFORE["ZNOZONE"])
    for said in (f"{_ZONES['public']} (public)", f"{_ZONES['private']} (private)", "zoneId"):
        assert said in unsaid
        assert said in mistyped
    assert "ZNOZONE is no zone of this account" in mistyped
    assert _BEFORE["private"].exit_code == 0, _BEFORE["private"].output


def test_a_public_zone_of_the_name_that_turns_up_takes_nothing_from_the_private_one(private_world: World) -> None:
    world, route53 = private_world, private_world.workspace.aws("route53")
    before, after = world.in_charge(), FIRST if world.in_charge() == SECOND else SECOND
    made = route53.create_hosted_zone(Name="shop.example", CallerReference="turns up")["HostedZone"]["Id"]
    public, private = made.removeprefix("/hostedzone/"), world.zone_id
    assert public != private
    records = world.records()
    try:
        unchanged = world.must_up(LIVE)
        assert unchanged.steps == ()
        assert [line for line in unchanged.messages("warning") if public in line and private in line]
        assert world.preview(after).steps == ()
        assert world.records() == records

        world.workspace.edit_project(zoneId=public)
        for refused in (world.preview(LIVE), world.up(LIVE), world.up(after)):
            message = _errors(refused)
            assert "a zone cannot be exchanged" in message
            assert public in message
            assert private in message
            assert refused.steps == ()
        assert world.records() == records
        world.assert_nothing_half_done()

        world.workspace.edit_project(zoneId="")
        switched = _tag_in(world, after)
        assert switched.exit_code == 0, switched.output
        assert world.weights() == {before: 0, after: 100}
        there = route53.list_resource_record_sets(HostedZoneId=made)["ResourceRecordSets"]
        assert {one["Type"] for one in there} == {"NS", "SOA"}
    finally:
        world.workspace.edit_project(zoneId="")
        route53.delete_hosted_zone(Id=made)
    world.assert_nothing_half_done()
    world.assert_always_carried()
