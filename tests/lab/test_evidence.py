"""No guard opens on missing evidence: zero weights, a lost or unreadable `in-charge`, another place or clock."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from cutover.freeze import DRAIN_SECONDS
from lab.client import FrontFault
from lab.pulumi_command import Result
from tests.lab.one_world import with_own_providers
from tests.lab.world import FIRST, LIVE, NAME, SECOND, World

IN_CHARGE = f"/tag-team/{NAME}/in-charge"
FURTHER = "api.shop.example"
OTHER_REGION, OTHER_ACCOUNT = "us-east-1", "210987654321"
HEAL = "pulumi refresh -s live --yes && pulumi up -s live"
# The clock of a program's process; gRPC counts its deadlines by it, and they are not what this is about.
SHIFTED = """
import sys, time
_right = time.time
def _shifted():
    of_grpc = sys._getframe(1).f_globals.get("__name__", "").startswith("grpc")
    return _right() + (0 if of_grpc else {seconds})
time.time = _shifted
"""


def _errors(result: Result) -> str:
    assert result.exit_code != 0, result.output
    return "\n".join(result.messages("error"))


@contextmanager
def _asleep(world: World, colour: str) -> Iterator[None]:
    """`awake: false` in the colour's file, for as long as it takes."""
    world.workspace.edit_stack(colour, awake=False)
    try:
        yield
    finally:
        world.workspace.edit_stack(colour, awake=None)


def _elsewhere(world: World, **environment: str) -> World:
    """The same world from a shell with other variables, which a provider that runs already does not know of."""
    world = with_own_providers(world)
    workspace = replace(world.workspace, environment={**world.workspace.environment, **environment})
    return replace(world, workspace=workspace)


def _weigh_by_hand(world: World, name: str, weight: int) -> None:
    """Give every weighted set of one name the same weight, without Pulumi."""
    route53 = world.workspace.aws("route53")
    changes = [
        {"Action": "UPSERT", "ResourceRecordSet": {**record, "Weight": weight}}
        for record in world.records()
        if record["Name"] == f"{name}." and "SetIdentifier" in record
    ]
    zone = route53.list_hosted_zones()["HostedZones"][0]["Id"]
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})


@pytest.fixture
def drained(first_in_charge: World) -> World:
    """The first colour in charge, for longer than the second one is frozen."""
    first_in_charge.wait_until_drained()
    return first_in_charge


@pytest.fixture
def further_name(drained: World) -> Iterator[World]:
    """A second live name, retired by hand after the test."""
    world = drained
    world.workspace.edit_project(names=[NAME, FURTHER])
    world.must_up(LIVE)
    world.wait_until_drained()
    yield world
    world.delete_record_sets(FURTHER)
    world.workspace.edit_project(names=[NAME])
    world.must_up(LIVE)
    world.assert_nothing_half_done()


def test_with_every_weight_of_a_name_at_zero_all_its_sets_carry_also_those_left_on_a_further_name(
    further_name: World,
) -> None:
    world, (alias,) = further_name, further_name.records_at(FURTHER)
    sets = [one for one in world.records_at(NAME) if "SetIdentifier" in one]
    left = [{**one, "Name": f"{FURTHER}.", "Weight": 0} for one in sets]
    world.change(("DELETE", alias), *(("CREATE", one) for one in left))

    with _asleep(world, SECOND):
        frozen = _errors(world.up(SECOND))
    assert f"{SECOND} is frozen" in frozen
    assert "where nobody has weight, all sets are used" in frozen

    refused = world.up(LIVE)
    assert f"{FURTHER} does not follow {NAME}" in _errors(refused)
    assert refused.steps == ()
    world.assert_nothing_half_done()

    world.change(*(("DELETE", one) for one in left), ("CREATE", alias))
    assert world.must_up(LIVE).steps == ()
    with _asleep(world, SECOND):
        assert world.preview(SECOND).exit_code == 0


def test_weights_that_somebody_set_are_refused_and_a_refresh_heals_them(drained: World) -> None:
    world = drained
    _weigh_by_hand(world, NAME, 50)

    for refused in (world.preview(LIVE), world.up(LIVE)):
        message = _errors(refused)
        assert f"{NAME} {FIRST}: weight 50" in message
        assert HEAL in message
        assert refused.steps == ()
    world.assert_nothing_half_done()

    assert world.workspace.pulumi("refresh", "-s", LIVE, "--yes").exit_code == 0
    healed = world.must_up(LIVE)
    assert any("the weights are not what in-charge says" in warning for warning in healed.messages("warning"))
    assert any("DNS answers with nobody else" in said for said in healed.messages("info")), "it was waited for"
    assert world.weights() == {FIRST: 100, SECOND: 0}
    assert world.must_up(LIVE).steps == ()

    with _asleep(world, SECOND):
        assert "clients may still come" in _errors(world.preview(SECOND)), "it carried until a moment ago"
        world.wait_until_drained()
        assert world.preview(SECOND).exit_code == 0


def test_weights_that_a_tag_in_sets_anyway_are_not_in_its_way(first_in_charge: World) -> None:
    _weigh_by_hand(first_in_charge, NAME, 50)
    first_in_charge.must_tag_in(SECOND)
    assert first_in_charge.weights() == {FIRST: 0, SECOND: 100}


def test_a_lost_in_charge_freezes_the_idle_colour_and_the_next_up_restores_it(drained: World) -> None:
    world = drained
    world.workspace.aws("ssm").delete_parameter(Name=IN_CHARGE)

    with _asleep(world, SECOND):
        frozen = _errors(world.up(SECOND))
    assert f"{SECOND} is frozen" in frozen
    assert "in-charge has no history" in frozen
    assert "pulumi up -s live" in frozen
    world.assert_nothing_half_done()

    # Nothing about DNS changes, so what would refuse a tag-in does not stand in the way.
    world.faults.set_front(FIRST, FrontFault(status=500))
    preview = world.preview(LIVE)
    assert any(f"{IN_CHARGE} was lost" in warning for warning in preview.messages("warning"))
    restored = world.must_up(LIVE)
    assert any(f"{IN_CHARGE} was lost" in warning for warning in restored.messages("warning"))
    assert world.in_charge() == FIRST
    again = world.must_up(LIVE)
    assert again.steps == ()
    assert again.messages("warning", "error") == ()

    with _asleep(world, SECOND):
        assert "clients may still come" in _errors(world.preview(SECOND)), "nobody knows since when it carries nothing"
        world.wait_until_drained()
        assert world.preview(SECOND).exit_code == 0
    world.assert_nothing_half_done()


def test_another_region_is_refused_by_name_for_every_stack(drained: World) -> None:
    elsewhere = _elsewhere(drained, AWS_REGION=OTHER_REGION)
    with _asleep(drained, SECOND):
        results = [elsewhere.preview(SECOND), elsewhere.up(SECOND), elsewhere.preview(LIVE), elsewhere.up(LIVE)]
    for result in results:
        message = _errors(result)
        assert "made in another region" in message
        assert "eu-central-1" in message
        assert OTHER_REGION in message
        assert "AWS_REGION=eu-central-1" in message
        assert result.steps == ()
    drained.assert_nothing_half_done()


def test_without_a_region_nothing_is_done_and_the_way_to_set_one_is_said(drained: World) -> None:
    refused = _elsewhere(drained, AWS_REGION="", AWS_DEFAULT_REGION="").up(LIVE)
    message = _errors(refused)
    assert "no AWS region is set" in message
    assert "AWS_REGION=REGION" in message
    assert refused.steps == ()
    drained.assert_nothing_half_done()


def test_another_account_is_refused_by_name(drained: World) -> None:
    role = drained.workspace.aws("sts").assume_role(
        RoleArn=f"arn:aws:iam::{OTHER_ACCOUNT}:role/another", RoleSessionName="another"
    )["Credentials"]
    keys = {"AWS_ACCESS_KEY_ID": "AccessKeyId", "AWS_SECRET_ACCESS_KEY": "SecretAccessKey"}
    elsewhere = _elsewhere(
        drained, **{name: role[key] for name, key in {**keys, "AWS_SESSION_TOKEN": "SessionToken"}.items()}
    )
    for stack in (SECOND, LIVE):
        message = _errors(elsewhere.preview(stack))
        assert "made in another account" in message
        assert OTHER_ACCOUNT in message
        assert "AWS_PROFILE" in message
    drained.assert_nothing_half_done()


@pytest.mark.parametrize("seconds", [DRAIN_SECONDS - 9, -3600], ids=["ahead", "behind"])
def test_the_freeze_does_not_go_by_the_clock_of_this_machine(
    first_in_charge: World, tmp_path: Path, seconds: int
) -> None:
    world = first_in_charge
    (tmp_path / "sitecustomize.py").write_text(SHIFTED.format(seconds=seconds))
    world.must_tag_in(SECOND)
    with _asleep(world, FIRST):
        message = _errors(_elsewhere(world, PYTHONPATH=str(tmp_path)).preview(FIRST))
    left = int(message.partition("clients may still come for ")[2].partition(" s")[0])
    assert 0 < left <= DRAIN_SECONDS


def test_versions_of_in_charge_that_say_nothing_are_shown_and_the_latest_is_repaired_by_an_up(drained: World) -> None:
    world, ssm = drained, drained.workspace.aws("ssm")
    good = ssm.get_parameter(Name=IN_CHARGE)["Parameter"]["Value"]
    bad = ssm.put_parameter(Name=IN_CHARGE, Type="String", Value=FIRST, Overwrite=True)["Version"]
    ssm.put_parameter(Name=IN_CHARGE, Type="String", Value=good, Overwrite=True)

    # Put right again: decided by the rest, and shown.
    with _asleep(world, SECOND):
        allowed = world.preview(SECOND)
    assert allowed.exit_code == 0, allowed.output
    assert any(f"version {bad} is '{FIRST}' (no JSON)" in warning for warning in allowed.messages("warning"))
    assert world.must_up(LIVE).steps == ()

    ssm.put_parameter(Name=IN_CHARGE, Type="String", Value=json.dumps({"colour": ["x"] * 99}), Overwrite=True)
    with _asleep(world, SECOND):
        message = _errors(world.up(SECOND))
    assert f"{SECOND} is frozen" in message
    assert "in-charge cannot be read" in message
    assert "colour of another type" in message
    assert "pulumi up -s live" in message
    assert "Traceback" not in message
    world.assert_nothing_half_done()

    repaired = world.must_up(LIVE)
    assert any("cannot be read" in warning and "anew" in warning for warning in repaired.messages("warning"))
    assert world.in_charge() == FIRST
    assert world.must_up(LIVE).steps == ()


def test_a_tag_back_to_instances_that_were_made_since_under_the_same_name_is_checked_like_any_tag_in(
    first_in_charge: World,
) -> None:
    world = first_in_charge
    world.must_tag_in(SECOND)
    world.faults.age_parameter(IN_CHARGE, 100_000, groups=False)
    world.faults.set_front(FIRST, FrontFault(status=500))
    refused = world.tag_in(FIRST)
    assert refused.failed == ("ready",)
    assert f"{FIRST} is not ready to carry the traffic: probes" in _errors(refused)
    assert world.weights() == {FIRST: 0, SECOND: 100}
    world.assert_nothing_half_done()
    world.faults.clear_faults()
    world.must_tag_in(FIRST)
