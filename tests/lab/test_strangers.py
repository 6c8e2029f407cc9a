"""What is there already and is somebody else's is not overwritten; what an update was cut short over is taken up."""

from collections.abc import Iterator

import pytest

from lab.pulumi_command import Result
from tests.lab.world import FIRST, LIVE, NAME, SECOND, World

API, OWN = "api.shop.example", f"{SECOND}.{NAME}"
RECORD, PARAMETER = "aws:route53/record:Record", "aws:ssm/parameter:Parameter"
IN_CHARGE = f"/tag-team/{NAME}/in-charge"
STRANGER = {"TTL": 60, "ResourceRecords": [{"Value": "192.0.2.77"}]}


def _errors(result: Result) -> str:
    assert result.exit_code != 0, result.output
    return "\n".join(result.messages("error"))


def test_a_strangers_record_at_the_colours_own_name_stays_and_its_own_one_is_taken_up(first_in_charge: World) -> None:
    world = first_in_charge
    (own,) = world.records_at(OWN)
    stranger = {"Name": OWN, "Type": "A", **STRANGER}
    world.forget(SECOND, SECOND, RECORD)
    world.change(("UPSERT", stranger))
    try:
        for refused in (world.preview(SECOND), world.up(SECOND)):
            message = _errors(refused)
            for said in (OWN, "192.0.2.77", "somebody else's", '"Action": "DELETE"'):
                assert said in message
            assert refused.steps == ()
        assert world.records_at(OWN)[0]["ResourceRecords"] == STRANGER["ResourceRecords"]
        world.assert_nothing_half_done()
    finally:
        world.change(("UPSERT", own))
    taken_up = world.must_up(SECOND)
    assert [(step.op, step.name) for step in taken_up.steps] == [("create", SECOND)]
    assert world.records_at(OWN) == [own]
    assert world.must_up(SECOND).steps == ()


def test_a_strangers_record_set_under_a_colours_identifier_stays_and_one_to_its_load_balancer_is_adopted(
    first_in_charge: World,
) -> None:
    world = first_in_charge
    (own,) = [one for one in world.records_at(NAME) if one.get("SetIdentifier") == SECOND]
    stranger = {"Name": f"{NAME}.", "Type": "A", "SetIdentifier": SECOND, "Weight": 0, "TTL": 60}
    stranger["ResourceRecords"] = STRANGER["ResourceRecords"]
    world.forget(LIVE, f"{NAME}-{SECOND}", RECORD)
    world.change(("DELETE", own), ("CREATE", stranger))
    try:
        before = world.records()
        refused = world.up(LIVE)
        message = _errors(refused)
        for said in (NAME, SECOND, "192.0.2.77", "would be overwritten", "DNS was not touched"):
            assert said in message
        assert refused.steps == ()
        assert world.records() == before
        world.assert_nothing_half_done()
    finally:
        world.change(("DELETE", stranger), ("CREATE", own))
    adopted = world.must_up(LIVE)
    assert [(step.op, step.name) for step in adopted.steps] == [("create", f"{NAME}-{SECOND}")]
    assert world.must_up(LIVE).steps == ()


@pytest.fixture
def another_name(first_in_charge: World) -> Iterator[World]:
    """The world with a further live name in the config, which is taken out again, with all of its records."""
    first_in_charge.workspace.edit_project(names=[NAME, API])
    yield first_in_charge
    first_in_charge.workspace.edit_project(names=[NAME])
    if first_in_charge.records_at(API):
        first_in_charge.delete_record_sets(API)


@pytest.mark.parametrize("identifier", [None, SECOND])
def test_a_strangers_record_at_a_further_name_stays(another_name: World, identifier: str | None) -> None:
    world = another_name
    weighted = {"SetIdentifier": identifier, "Weight": 0} if identifier else {}
    world.change(("CREATE", {"Name": f"{API}.", "Type": "A", **STRANGER, **weighted}))
    before = world.records()
    refused = world.up(LIVE)
    message = _errors(refused)
    # As the certificate of the colour in charge has not the name, there is no batch to type yet.
    for said in (API, "192.0.2.77", "could not serve its clients", "DNS was not touched", f"pulumi up -s {SECOND}"):
        assert said in message
    assert "change-resource-record-sets" not in message
    assert refused.steps == ()
    assert world.records() == before
    world.assert_nothing_half_done()


def test_a_colour_whose_own_name_is_not_in_the_zone_of_the_live_names_is_not_given_records(
    first_in_charge: World,
) -> None:
    world = first_in_charge
    (own,), sets = world.records_at(OWN), world.records_at(NAME)
    (live,) = [one for one in sets if one.get("SetIdentifier") == SECOND]
    world.forget(LIVE, f"{NAME}-{SECOND}", RECORD)
    world.change(("DELETE", own), ("DELETE", live))
    try:
        for refused in (world.preview(LIVE), world.up(LIVE)):
            message = _errors(refused)
            assert f"{SECOND} was not built in the zone of the live names" in message
            assert world.zone_id in message
            assert refused.steps == ()
        world.assert_nothing_half_done()
    finally:
        world.change(("CREATE", own))
    world.must_up(LIVE)
    assert world.records_at(NAME) == sets


def test_an_account_of_who_is_in_charge_that_is_another_projects_is_not_overwritten(first_in_charge: World) -> None:
    world = first_in_charge
    parameters = world.workspace.aws("ssm")
    own = parameters.get_parameter(Name=IN_CHARGE)["Parameter"]["Value"]
    foreign = own.replace(f'"group": "{FIRST}-', '"group": "other-')
    assert foreign != own
    world.forget(LIVE, "in-charge", PARAMETER)
    parameters.put_parameter(Name=IN_CHARGE, Value=foreign, Overwrite=True)
    try:
        refused = world.up(LIVE)
        message = _errors(refused)
        for said in (IN_CHARGE, "other-", "is not this project's"):
            assert said in message
        assert refused.steps == ()
        assert parameters.get_parameter(Name=IN_CHARGE)["Parameter"]["Value"] == foreign
        world.assert_nothing_half_done()
    finally:
        parameters.put_parameter(Name=IN_CHARGE, Value=own, Overwrite=True)
    taken_up = world.must_up(LIVE)
    assert [(step.op, step.name) for step in taken_up.steps] == [("create", "in-charge")]
    assert world.must_up(LIVE).steps == ()
