"""A name that a wildcard answers keeps its answer: nothing is made below it before it has records of its own."""

import json
import shlex

import dns.message
import dns.query
import pytest

from lab.pulumi_command import Result
from tests.lab.world import FIRST, LIVE, NAME, SECOND, World

APP, WILDCARD = "app.shop.example", "*.shop.example"
OLD = "192.0.2.9"


def _errors(result: Result) -> str:
    assert result.exit_code != 0, result.output
    return "\n".join(result.messages("error"))


def _answered(world: World, name: str = APP) -> list[str]:
    """What an authoritative server answers for `name`."""
    server = next(iter(world.addresses.name_servers.values()))[0]
    answer = dns.query.udp(dns.message.make_query(name, "A"), server, timeout=5, port=world.addresses.dns_port)
    return [str(item) for rrset in answer.answer for item in rrset]


def _batch(message: str) -> dict[str, object]:
    """The change batch of the command that a refusal gives as the next step."""
    (next_step,) = [line for line in message.splitlines() if "--change-batch" in line]
    arguments = shlex.split(next_step)
    batch: dict[str, object] = json.loads(arguments[arguments.index("--change-batch") + 1].removesuffix(","))
    return batch


@pytest.fixture
def served_by_a_wildcard(first_in_charge: World) -> World:
    """The world with a wildcard that answers for every name that does not exist."""
    world = first_in_charge
    world.change(
        ("CREATE", {"Name": WILDCARD, "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": OLD}]}),
        ("CREATE", {"Name": WILDCARD, "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": '"it\'s old"'}]}),
    )
    assert _answered(world) == [OLD]
    return world


def test_a_name_that_a_wildcard_answers_is_not_taken_away_and_comes_in_with_records_of_its_own(
    served_by_a_wildcard: World,
) -> None:
    world = served_by_a_wildcard
    before = world.records()
    world.workspace.edit_project(names=[NAME, APP])

    refusals = [_errors(result) for result in (world.preview(SECOND), world.up(SECOND), world.up(LIVE))]

    for message in refusals:
        for said in (APP, WILDCARD, OLD, "DNS was not touched"):
            assert said in message
    assert _answered(world) == [OLD]
    assert world.records() == before
    world.assert_nothing_half_done()

    # The command that the refusal gives.
    world.workspace.aws("route53").change_resource_record_sets(
        HostedZoneId=world.zone_id, ChangeBatch=_batch(refusals[0])
    )
    assert _answered(world) == _answered(world, f"deep.{APP}") == [OLD]
    world.must_up(SECOND)
    assert _answered(world) == _answered(world, f"deep.{APP}") == [OLD]
    assert [one["Name"] for one in world.records() if one["Name"].startswith("_") and APP in one["Name"]]
    # It has a record of its own now, and who is in charge no certificate for it: a tag-in comes first, without it.
    assert "could not serve its clients" in _errors(world.preview(LIVE))
    world.workspace.edit_stack(LIVE, active=SECOND)
    try:
        allowed = world.preview(LIVE)
    finally:
        world.workspace.edit_stack(LIVE, active=FIRST)
    assert allowed.exit_code == 0, allowed.output
    assert any(f"{APP} has a record of its own, and is left as it is" in line for line in allowed.messages("warning"))
    assert APP not in {step.name for step in allowed.steps}
