"""The zone that the records are in is meant, whatever else gets its name; who cannot be asked is said."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from lab.client import ApiFault
from lab.pulumi_command import Result
from tests.lab.one_world import with_own_providers
from tests.lab.world import FIRST, LIVE, SECOND, World

ZONE = "shop.example"


def _errors(result: Result) -> str:
    assert result.exit_code != 0, result.output
    return "\n".join(result.messages("error"))


@pytest.fixture
def namesake(first_in_charge: World) -> Iterator[str]:
    """The id of a second zone that somebody makes, of the same name as the one that the world is in."""
    route53 = first_in_charge.workspace.aws("route53")
    made = route53.create_hosted_zone(Name=ZONE, CallerReference="namesake")["HostedZone"]["Id"]
    yield made.removeprefix("/hostedzone/")
    first_in_charge.workspace.edit_project(zoneId="")
    route53.delete_hosted_zone(Id=made)


def test_a_second_zone_of_the_name_changes_nothing_and_is_not_taken_for_the_first(
    first_in_charge: World, namesake: str
) -> None:
    world, before = first_in_charge, first_in_charge.records()

    unchanged = world.must_up(LIVE)
    assert unchanged.steps == ()
    (said,) = [line for line in unchanged.messages("warning") if namesake in line]
    assert world.zone_id in said
    colour = world.preview(SECOND)
    assert (colour.exit_code, colour.steps) == (0, ()), colour.output

    world.workspace.edit_project(zoneId=namesake)
    for refused in (world.preview(FIRST), world.up(SECOND), world.up(LIVE)):
        message = _errors(refused)
        assert "a zone cannot be exchanged" in message
        assert namesake in message
        assert world.zone_id in message
        assert refused.steps == ()
    assert world.records() == before
    world.assert_nothing_half_done()

    world.workspace.edit_project(zoneId=world.zone_id)
    told_apart = world.preview(LIVE)
    assert (told_apart.exit_code, told_apart.steps) == (0, ()), told_apart.output
    assert not [line for line in told_apart.messages("warning") if namesake in line]


def test_without_credentials_it_says_who_could_not_be_asked_and_why(first_in_charge: World) -> None:
    world = with_own_providers(first_in_charge)
    none = {key: value for key, value in world.workspace.environment.items() if not key.startswith("AWS_ACCESS_KEY")}
    message = _errors(replace(world.workspace, environment=none).pulumi("preview", "-s", LIVE))
    assert "STS could not be asked whose account this is" in message
    assert "Unable to locate credentials" in message
    assert "aws sts get-caller-identity" in message
    assert "`zone`" not in message


@pytest.mark.parametrize("code", ["ExpiredToken", "AccessDenied"])
def test_a_refusal_of_aws_is_not_taken_for_a_zone_that_is_not_there(first_in_charge: World, code: str) -> None:
    world = first_in_charge
    world.faults.set_api_faults([ApiFault("route53", "ListHostedZonesByName", code, -1)])
    message = _errors(world.up(SECOND))
    assert f"Route 53 could not be asked for the zone {ZONE}" in message
    assert code in message
    assert "`zone`" not in message
    world.assert_nothing_half_done()
