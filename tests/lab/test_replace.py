"""What is identified by its name: replacing it never takes away what is in use, and leaves nothing pending."""

import json
import subprocess
from collections.abc import Callable
from typing import Any

from lab.pulumi_command import Result
from tests.lab.world import FIRST, LIVE, NAME, SECOND, World

IN_CHARGE_OF_FIRST = {FIRST: 100, SECOND: 0}
IN_CHARGE = f"/tag-team/{NAME}/in-charge"


def _urn(world: World, stack: str, name: str, type_: str = "") -> str:
    """The URN of the one resource of that name."""
    (urn,) = {
        found["urn"]
        for found in world.state(stack)["resources"]
        if found["urn"].endswith(f"::{name}") and found["type"].endswith(type_) and found["custom"]
    }
    return str(urn)


def _error(result: Result) -> str:
    assert result.exit_code != 0, result.output
    return "\n".join(result.messages("error"))


def _versions(world: World, parameter: str) -> int:
    return len(world.workspace.aws("ssm").get_parameter_history(Name=parameter)["Parameters"])


def test_the_record_set_of_the_colour_in_charge_is_not_replaced(first_in_charge: World) -> None:
    world, before = first_in_charge, len(first_in_charge.faults.history())
    urn = _urn(world, LIVE, f"{NAME}-{FIRST}")
    tried = [world.preview(LIVE, "--replace", urn), world.up(LIVE, "--replace", urn)]
    tried.append(world.up(LIVE, "--target-replace", urn))
    assert world.workspace.pulumi("state", "taint", urn, "-s", LIVE, "--yes").exit_code == 0
    tried.append(world.up(LIVE))
    assert world.workspace.pulumi("state", "untaint", urn, "-s", LIVE, "--yes").exit_code == 0
    for refused in tried:
        message = _error(refused)
        assert f"the record set of {FIRST} for {NAME} cannot be replaced" in message
        assert f"{FIRST} carries {NAME}" in message
        assert f"pulumi state untaint '{urn}' -s {LIVE}" in message
        assert {step.op for step in refused.steps} <= {"delete-replaced", "replace", "create-replacement"}
    assert world.weights() == IN_CHARGE_OF_FIRST
    assert len(world.faults.history()) == before
    world.assert_nothing_half_done()
    assert world.must_up(LIVE).steps == ()


def test_in_charge_is_not_replaced_and_keeps_its_history(first_in_charge: World) -> None:
    world, versions = first_in_charge, _versions(first_in_charge, IN_CHARGE)
    refused = world.up(LIVE, "--replace", _urn(world, LIVE, "in-charge"))
    assert "the parameter in-charge cannot be replaced: its history is the log" in _error(refused)
    assert _versions(world, IN_CHARGE) == versions
    world.assert_nothing_half_done()


def test_the_record_set_of_the_idle_colour_is_replaced_and_is_there_afterwards(first_in_charge: World) -> None:
    world = first_in_charge
    result = world.up(LIVE, "--replace", _urn(world, LIVE, f"{NAME}-{SECOND}"))
    assert result.exit_code == 0, result.output
    assert result.steps[0].op == "delete-replaced"
    assert {step.name for step in result.steps} == {f"{NAME}-{SECOND}"}
    assert world.weights() == IN_CHARGE_OF_FIRST
    world.assert_nothing_half_done()


def test_a_record_set_that_is_to_be_lowered_may_be_replaced_by_the_tag_in(first_in_charge: World) -> None:
    world = first_in_charge
    for colour in (FIRST, SECOND):
        urn = _urn(world, LIVE, f"{NAME}-{colour}")
        assert world.workspace.pulumi("state", "taint", urn, "-s", LIVE, "--yes").exit_code == 0
    world.must_tag_in(SECOND)
    assert world.weights() == {FIRST: 0, SECOND: 100}
    assert world.in_charge() == SECOND
    world.assert_nothing_half_done()


def test_a_name_is_not_forgotten_by_replacing_the_list_of_names(first_in_charge: World) -> None:
    world, added = first_in_charge, "api.shop.example"
    world.workspace.edit_project(names=[NAME, added])
    world.must_up(LIVE)
    world.workspace.edit_project(names=[NAME])
    urn = _urn(world, LIVE, "names")
    for refused in (world.preview(LIVE, "--replace", urn), world.up(LIVE, "--replace", urn)):
        assert f"{added} cannot be removed from names" in _error(refused)
    assert [one["AliasTarget"]["DNSName"] for one in world.records_at(added)] == [f"{NAME}."]
    world.assert_nothing_half_done()

    world.delete_record_sets(added)
    assert world.workspace.pulumi("refresh", "-s", LIVE, "--yes", "--skip-preview").exit_code == 0
    world.must_up(LIVE)
    world.assert_nothing_half_done()


def test_door_and_own_name_of_an_idle_colour_are_there_after_they_were_replaced(first_in_charge: World) -> None:
    world = first_in_charge
    world.wait_until_drained()
    own = f"{SECOND}.{NAME}."
    before = [record for record in world.records() if record["Name"] == own]
    urns = [_urn(world, SECOND, "door"), _urn(world, SECOND, SECOND, ":Record")]
    result = world.up(SECOND, "--replace", urns[0], "--replace", urns[1])
    assert result.exit_code == 0, result.output
    assert result.changes["replace"] == len(urns)
    assert [record for record in world.records() if record["Name"] == own] == before
    assert world.workspace.aws("ssm").get_parameter(Name=world.door(SECOND))["Parameter"]["Value"]
    world.assert_nothing_half_done()


def test_door_and_own_name_of_the_colour_in_charge_are_not_replaced(first_in_charge: World) -> None:
    world = first_in_charge
    for name, type_ in (("door", ""), (FIRST, ":Record")):
        refused = world.up(FIRST, "--replace", _urn(world, FIRST, name, type_))
        assert f"{FIRST} is frozen" in _error(refused)
    world.workspace.aws("ssm").get_parameter(Name=world.door(FIRST))
    world.assert_nothing_half_done()


def _edit_state(world: World, stack: str, edit: Callable[[list[dict[str, Any]]], object]) -> None:
    """Change the resources of a stack's state, as an older version of the program would have left them."""
    exported: dict[str, Any] = json.loads(world.workspace.pulumi("stack", "export", "-s", stack).output)
    edit(exported["deployment"]["resources"])
    path = world.workspace.directory.parent / "edited.json"
    path.write_text(json.dumps(exported))
    imported = world.workspace.pulumi("stack", "import", "-s", stack, "--file", str(path))
    assert imported.exit_code == 0, imported.output


def _leave_deletes_pending(world: World, *urns: str) -> None:
    def leave(resources: list[dict[str, Any]]) -> None:
        resources += [{**found, "delete": True} for found in resources if found["urn"] in urns]

    _edit_state(world, LIVE, leave)


def _pending(world: World) -> list[str]:
    return [found["urn"] for found in world.state(LIVE)["resources"] if found.get("delete")]


def _type(world: World, command: str) -> None:
    """What somebody types at a shell in the project's folder."""
    subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=world.workspace.directory,
        env=dict(world.workspace.environment),
        check=True,
        capture_output=True,
    )


def test_a_pending_delete_of_an_older_version_never_takes_away_what_is_in_use(first_in_charge: World) -> None:
    """Such a version replaced a record set new-first, and its delete was refused; after a tag-in it was not."""
    world = first_in_charge
    versions = _versions(world, IN_CHARGE)
    _leave_deletes_pending(world, _urn(world, LIVE, f"{NAME}-{FIRST}"))
    for refused in (world.preview(LIVE), world.up(LIVE)):
        message = _error(refused)
        assert f"has a pending delete of the record set of {FIRST} for {NAME}" in message
        assert f"pulumi stack export -s {LIVE} | .venv/bin/python -m cutover.pending" in message
    assert world.weights() == IN_CHARGE_OF_FIRST

    assert "has a pending delete of" in _error(world.tag_in(SECOND))
    assert world.weights() == {FIRST: 0, SECOND: 100}
    assert world.in_charge() == SECOND

    _leave_deletes_pending(world, _urn(world, LIVE, "in-charge"))
    assert "has a pending delete of the parameter in-charge" in _error(world.up(LIVE))
    assert _versions(world, IN_CHARGE) == versions + 1
    # Deletes go from the last to the first, so the refusal of the last has kept the others from being tried.
    assert {urn.rpartition("::")[2] for urn in _pending(world)} == {"in-charge", f"{NAME}-{FIRST}", "ready"}

    _type(world, next(line.partition("next:")[2] for line in message.splitlines() if "next:" in line))
    # The old `ready` of the tag-in is no other's: a plain update ends its delete.
    assert [urn.rpartition("::")[2] for urn in _pending(world)] == ["ready"]
    world.must_up(LIVE)
    assert world.must_up(LIVE).steps == ()
    assert world.weights() == {FIRST: 0, SECOND: 100}
    world.assert_nothing_half_done()


def test_a_pending_delete_of_what_is_gone_is_ended_by_a_plain_update(first_in_charge: World) -> None:
    world, added = first_in_charge, "api.shop.example"
    world.workspace.edit_project(names=[NAME, added])
    world.must_up(LIVE)
    _leave_deletes_pending(world, _urn(world, LIVE, added, "Record"))
    world.delete_record_sets(added)
    world.workspace.edit_project(names=[NAME])
    world.must_up(LIVE)
    assert _pending(world) == []
    world.assert_nothing_half_done()
    assert world.must_up(LIVE).steps == ()
