"""The outputs of the live stack after a wait that ended well, one that failed, and none."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, cast

import pulumi
import pytest
from pulumi.runtime.settings import SETTINGS

from components import own_state, wait_record
from components.wait_record import WaitRecord
from propagation import Outcome
from tests.unit.dns_world import World, servers, wait_in

BEFORE = {"active": "amber", "in_charge": "the old value", "propagation": {"done": True, "at": "the last time"}}


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return wait_in(World(servers(0), ttl_seconds=1)).outcome


def outputs_after(
    monkeypatch: pytest.MonkeyPatch,
    hook: Callable[[WaitRecord, "asyncio.Future[str]"], Any],
    *,
    dry_run: bool = False,
) -> dict[str, Any]:
    """What is exported when `hook` plays the part of the engine and of the hook of in-charge."""

    async def own_outputs() -> dict[str, Any]:
        return BEFORE

    async def main() -> dict[str, Any]:
        exported: dict[str, Any] = {}
        monkeypatch.setattr(own_state, "outputs", own_outputs)
        monkeypatch.setattr(pulumi, "export", exported.__setitem__)
        monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: dry_run)
        monkeypatch.setattr(wait_record, "REGISTERED_SECONDS", 0.01)
        record, in_charge = WaitRecord(), asyncio.get_running_loop().create_future()
        last: pulumi.Output[Any] = pulumi.Output.from_input(in_charge)
        record.export(last, {"active": "violet", "in_charge": last, "override": None})
        engine = asyncio.ensure_future(hook(record, in_charge))
        found = {name: await pulumi.Output.from_input(value).future() for name, value in exported.items()}
        await engine
        return found

    try:
        return asyncio.run(main())
    finally:
        # Pulumi would wait for what is left of them when the next test runs.
        SETTINGS.outputs.clear()


def test_a_wait_that_ends_well_is_told_with_the_new_outputs(monkeypatch: pytest.MonkeyPatch, outcome: Outcome) -> None:
    async def hook(record: WaitRecord, in_charge: "asyncio.Future[str]") -> None:
        record.keep(outcome)
        in_charge.set_result("the new value")

    assert outputs_after(monkeypatch, hook) == {
        "active": "violet",
        "in_charge": "the new value",
        "override": None,
        "propagation": outcome.as_dict(),
    }


def test_a_failed_wait_is_told_before_its_hook_fails_and_the_other_outputs_stay(
    monkeypatch: pytest.MonkeyPatch, outcome: Outcome
) -> None:
    async def hook(record: WaitRecord, in_charge: "asyncio.Future[str]") -> None:
        await record.keep_failure(outcome)
        in_charge.set_exception(RuntimeError("the hook failed"))

    found = outputs_after(monkeypatch, hook)
    assert found.pop("propagation") == outcome.as_dict()
    assert found == {"active": "amber", "in_charge": "the old value", "override": None}


def test_without_a_wait_the_last_outcome_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hook(_record: WaitRecord, in_charge: "asyncio.Future[str]") -> None:
        in_charge.set_result("the new value")

    found = outputs_after(monkeypatch, hook)
    assert (found["in_charge"], found["propagation"]) == ("the new value", BEFORE["propagation"])


def test_what_fails_before_the_wait_fails_the_outputs_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hook(_record: WaitRecord, in_charge: "asyncio.Future[str]") -> None:
        in_charge.set_exception(RuntimeError("the records could not be raised"))

    with pytest.raises(RuntimeError, match="could not be raised"):
        outputs_after(monkeypatch, hook)


def test_a_preview_shows_the_outputs_as_they_are_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hook(_record: WaitRecord, in_charge: "asyncio.Future[str]") -> None:
        in_charge.set_result("the new value")

    found = outputs_after(monkeypatch, hook, dry_run=True)
    assert (found["active"], found["propagation"]) == ("violet", BEFORE["propagation"])


def test_the_outcome_is_small_and_plain(outcome: Outcome) -> None:
    names = tuple(f"n{number}.example.com" for number in range(50))
    many = wait_in(World(servers(0), ttl_seconds=1, names=names)).outcome
    for one in (outcome, many):
        assert cast(list[Any], one.as_dict()["servers"])[0]["names"] == len(one.names)
    sizes = [len(json.dumps(one.as_dict() | {"names": []})) for one in (outcome, many)]
    assert sizes[1] < 1.1 * sizes[0]
