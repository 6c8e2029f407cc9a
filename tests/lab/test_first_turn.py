"""A further name that is served by something else comes in as docs/many-names.md says, and is answered throughout."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.by_hand import assert_always_answered, batch_of, errors, type_batch
from tests.lab.world import FIRST, LIVE, NAME, SECOND, World

API, WEB = "api.shop.example", "web.shop.example"
OLD: list[dict[str, Any]] = [
    {"Name": f"{API}.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.77"}]},
    {"Name": f"{WEB}.", "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": f"{API}."}]},
]
A_TAG_IN = {"ready", f"{NAME}-{FIRST}", f"{NAME}-{SECOND}", "in-charge"}


@pytest.fixture
def served_elsewhere(first_in_charge: World) -> Iterator[World]:
    """The world with two names that something else serves, and that are to be further names; put back afterwards."""
    world = first_in_charge
    world.change(*(("CREATE", one) for one in OLD))
    world.workspace.edit_project(names=[NAME, API, WEB])
    yield world
    for name in (API, WEB):
        if world.records_at(name):
            world.delete_record_sets(name)
    world.workspace.edit_project(names=[NAME])
    world.must_up(LIVE)
    world.put_in_charge(FIRST)
    world.wait_until_drained()
    world.must_up(SECOND)
    world.assert_nothing_half_done()


def test_a_name_that_something_else_serves_comes_in_by_a_tag_in_a_batch_and_an_update(served_elsewhere: World) -> None:
    world, began = served_elsewhere, time.time()
    refused = world.up(LIVE)
    assert "could not serve its clients; DNS was not touched" in errors(refused)
    assert "change-resource-record-sets" not in errors(refused)
    assert refused.steps == ()

    # The certificate of the second colour has the names, that of the first has not: the tag-in leaves them alone.
    world.must_up(SECOND)
    tagged_in = world.tag_in(SECOND)
    assert tagged_in.exit_code == 0, tagged_in.output
    assert any(f"{API}, {WEB} has a record of its own" in line for line in tagged_in.messages("warning"))
    assert {step.name for step in tagged_in.steps} == A_TAG_IN
    assert world.records_at(API, WEB) == OLD
    world.assert_nothing_half_done()

    records = world.records()
    for refused in (world.preview(LIVE), world.up(LIVE)):
        message = errors(refused)
        assert [one["Action"] for one in batch_of(message)["Changes"]] == ["UPSERT", "DELETE", "CREATE"]
        assert refused.steps == ()
    assert world.records() == records
    world.assert_nothing_half_done()

    type_batch(world, message)
    typed = world.records()
    assert [one["AliasTarget"]["DNSName"] for one in world.records_at(API, WEB)] == [f"{NAME}."] * 2
    taken_over = world.must_up(LIVE)
    assert {step.name for step in taken_over.steps if step.op == "create"} == {API, WEB}
    assert world.records() == typed
    for name in (API, WEB):
        assert_always_answered(world, name, began)
    world.assert_nothing_half_done()

    # From now on they follow, also to a colour that was built without them, as a tag-back may.
    back = world.tag_in(FIRST)
    assert back.exit_code == 0, back.output
    assert {step.name for step in back.steps} == A_TAG_IN
    for name in (API, WEB):
        assert_always_answered(world, name, began)
