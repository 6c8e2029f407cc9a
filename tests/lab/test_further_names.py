"""Further names follow the first: what does not is refused with nothing changed, and comes in by a batch to type."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.lab.by_hand import assert_always_answered, batch_of, errors, type_batch
from tests.lab.world import FIRST, LIVE, NAME, SECOND, World

API = "api.shop.example"
RECORD = "aws:route53/record:Record"
SIX = {"Name": f"{API}.", "Type": "AAAA", "TTL": 60, "ResourceRecords": [{"Value": "2001:db8::1"}]}
A_TAG_IN = {"ready", f"{NAME}-{FIRST}", f"{NAME}-{SECOND}", "in-charge"}


@pytest.fixture
def world(shared_world: World) -> World:
    """One for all of these tests, since it takes two tag-ins before the first of them."""
    return shared_world


@pytest.fixture
def lately_in_charge(first_in_charge: World) -> World:
    """The world whose second colour was in charge before the first: it is not built with another name, but may be.

    That is a tag-back, which `current` and `certificate` do not refuse.
    """
    if SECOND not in _in_charge_lately(first_in_charge):
        first_in_charge.must_tag_in(SECOND)
        first_in_charge.must_tag_in(FIRST)
    return first_in_charge


@pytest.fixture
def two_names(lately_in_charge: World) -> Iterator[World]:
    """The world with a second live name, which is retired by hand afterwards."""
    world = lately_in_charge
    world.workspace.edit_project(names=[NAME, API])
    world.must_up(LIVE)
    yield world
    _retire(world)


def _in_charge_lately(world: World) -> list[str]:
    """The last two that the history of `in-charge` names."""
    versions = world.workspace.aws("ssm").get_parameter_history(Name=f"/tag-team/{NAME}/in-charge")["Parameters"]
    return list(dict.fromkeys(json.loads(one["Value"])["colour"] for one in versions[::-1]))[:2]


def _retire(world: World) -> None:
    if world.records_at(API):
        world.delete_record_sets(API)
    world.workspace.edit_project(names=[NAME])
    world.must_up(LIVE)
    assert not [one for one in world.state(LIVE)["resources"] if API in one["urn"]]
    world.assert_nothing_half_done()


def _alias(world: World, **to: Any) -> dict[str, Any]:
    """The record set that the further name has to have, or one with another target."""
    target = {"HostedZoneId": world.zone_id, "DNSName": f"{NAME}.", "EvaluateTargetHealth": False, **to}
    return {"Name": f"{API}.", "Type": "A", "AliasTarget": target}


def _of_colour(world: World, colour: str) -> Mapping[str, Any]:
    """The alias target of a colour's own name."""
    (own,) = world.records_at(f"{colour}.{NAME}")
    target: Mapping[str, Any] = own["AliasTarget"]
    return target


def test_a_further_name_that_somebody_pointed_elsewhere_refuses_a_tag_in_until_it_follows_again(
    two_names: World,
) -> None:
    world = two_names
    assert world.records_at(API) == [_alias(world)]
    batches = len(world.faults.history())
    world.change(("UPSERT", _alias(world, **_of_colour(world, FIRST))))
    pointed = world.records()
    world.workspace.edit_stack(LIVE, active=SECOND)

    for refused in (world.preview(LIVE), world.up(LIVE)):
        message = errors(refused)
        assert f"{API} does not follow {NAME}" in message
        assert batch_of(message) == {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": _typed(world)}]}
        assert refused.steps == ()
    assert world.records() == pointed
    world.assert_nothing_half_done()

    type_batch(world, message)
    assert world.records_at(API) == [_alias(world)]
    allowed = world.up(LIVE)
    assert allowed.exit_code == 0, allowed.output
    assert {step.name for step in allowed.steps} == A_TAG_IN
    # The change by hand, the one that mends it, the raise and the lowering.
    assert len(world.faults.history()) - batches == 4
    world.assert_nothing_half_done()


def _typed(world: World) -> dict[str, Any]:
    """The right alias as a refusal writes it."""
    target = {"HostedZoneId": world.zone_id, "DNSName": NAME, "EvaluateTargetHealth": False}
    return {"Name": API, "Type": "A", "AliasTarget": target}


def test_what_comes_beside_an_alias_is_refused_before_the_first_step_and_again_before_the_last(
    two_names: World,
) -> None:
    world = two_names
    world.change(("CREATE", SIX))
    world.workspace.edit_stack(LIVE, active=SECOND)
    warned = world.preview(LIVE)
    assert any("would be refused" in line and "2001:db8::1" in line for line in warned.messages("warning"))
    refused = world.up(LIVE)
    assert refused.failed == ("ready",)
    assert batch_of(errors(refused)) == {"Changes": [{"Action": "DELETE", "ResourceRecordSet": SIX}]}
    # Without `ready`, the raise asks.
    (urn,) = [one["urn"] for one in world.state(LIVE)["resources"] if one["urn"].endswith(f"::{NAME}-{SECOND}")]
    assert world.up(LIVE, "--target", urn).failed == (f"{NAME}-{SECOND}",)
    assert world.weights() == {FIRST: 100, SECOND: 0}
    world.assert_nothing_half_done()
    type_batch(world, errors(refused))

    late = threading.Thread(target=_once_switched, args=(world, SIX))
    late.start()
    unfinished = world.up(LIVE)
    late.join()
    assert unfinished.failed == ("in-charge",)
    assert "2001:db8::1" in errors(unfinished)
    assert world.in_charge() == FIRST
    type_batch(world, errors(unfinished))
    world.must_up(LIVE)
    assert world.in_charge() == SECOND
    world.assert_nothing_half_done()


def _once_switched(world: World, record: dict[str, Any]) -> None:
    """Make a record between the switch and what comes after it."""
    deadline = time.monotonic() + 120
    while world.weights() != {FIRST: 0, SECOND: 100} and time.monotonic() < deadline:
        time.sleep(0.2)
    world.change(("CREATE", record))


def test_a_record_that_turns_up_during_the_update_is_not_overwritten(lately_in_charge: World) -> None:
    world = lately_in_charge
    # As short as the alias that comes after it: the wait must not have to outlast it in a cache.
    stranger = {"Name": f"{API}.", "Type": "A", "TTL": 1, "ResourceRecords": [{"Value": "192.0.2.77"}]}
    world.workspace.edit_project(names=[NAME, API])
    world.workspace.edit_stack(LIVE, active=SECOND)
    late = threading.Thread(target=_once_switched, args=(world, stranger))
    late.start()
    try:
        refused = world.up(LIVE)
        late.join()
        assert refused.failed == (API,)
        assert f"{API} has got another record since this update began" in errors(refused)
        assert world.records_at(API) == [stranger]
        assert world.in_charge() == FIRST

        world.change(("DELETE", stranger))
        world.must_up(LIVE)
        assert world.records_at(API) == [_alias(world)]
        assert world.in_charge() == SECOND
        world.assert_nothing_half_done()
    finally:
        _retire(world)


def test_an_alias_is_neither_replaced_nor_deleted_while_it_is_there(two_names: World) -> None:
    world, records = two_names, two_names.records()
    (urn,) = [one["urn"] for one in world.state(LIVE)["resources"] if one["urn"].endswith(f"{RECORD}::{API}")]
    replaced = world.up(LIVE, "--replace", urn)
    assert f"the alias of {API} cannot be replaced: {API} would have no answer meanwhile" in errors(replaced)
    destroyed = world.workspace.pulumi("destroy", "-s", LIVE, "--yes", "--skip-preview", "--run-program")
    assert "in charge" in errors(destroyed) or f"the alias of {API} cannot be deleted" in errors(destroyed)
    world.workspace.edit_project(names=[NAME])
    for refused in (world.preview(LIVE), world.up(LIVE)):
        assert f"{API} cannot be removed from names" in errors(refused)
        assert refused.steps == ()
    world.workspace.edit_project(names=[NAME, API])
    assert world.records() == records
    world.assert_nothing_half_done()
    assert world.must_up(LIVE).steps == ()


def test_a_name_with_two_weighted_sets_of_before_is_moved_by_one_batch_and_an_update(two_names: World) -> None:
    world = two_names
    _lay_out_as_before(world)
    began, records = time.time(), world.records()

    for active in (FIRST, SECOND):
        world.workspace.edit_stack(LIVE, active=active)
        refused = world.up(LIVE)
        assert refused.steps == ()
    message = errors(refused)
    assert [change["Action"] for change in batch_of(message)["Changes"]] == ["DELETE", "DELETE", "CREATE"]
    assert world.records() == records
    world.assert_nothing_half_done()

    world.workspace.edit_stack(LIVE, active=FIRST)
    type_batch(world, message)
    moved = world.records()
    assert world.records_at(API) == [_alias(world)]
    update = world.must_up(LIVE)
    assert {(step.op, step.name) for step in update.steps} == {
        ("create", API),
        *(("delete", f"{API}-{colour}") for colour in (FIRST, SECOND)),
    }
    assert world.records() == moved
    assert_always_answered(world, API, began)
    world.assert_nothing_half_done()
    assert world.must_up(LIVE).steps == ()


def _lay_out_as_before(world: World) -> None:
    """As versions before one switch left it: two weighted sets of the name, in Route 53 and in the state."""
    pair = [{**one, "Name": f"{API}."} for one in world.records_at(NAME) if "SetIdentifier" in one]
    world.change(("DELETE", _alias(world)), *(("CREATE", one) for one in pair))
    world.forget(LIVE, API, RECORD)
    deployment = dict(world.state(LIVE))
    sets = [one for one in deployment["resources"] if one["urn"].endswith((f"{NAME}-{FIRST}", f"{NAME}-{SECOND}"))]
    assert len(sets) == 2
    # The component is called by the first name too, and stays the parent.
    texts = [json.dumps(one).replace(NAME, API).replace(f"LiveRecord::{API}", f"LiveRecord::{NAME}") for one in sets]
    older = [json.loads(text) for text in texts]
    resources = deployment["resources"]
    at = resources.index(sets[-1]) + 1
    world.import_state(LIVE, {**deployment, "resources": [*resources[:at], *older, *resources[at:]]})
