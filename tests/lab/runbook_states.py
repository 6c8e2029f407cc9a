"""The states that docs/runbook.md is for, made for real, and what has to be true once its commands were typed.

A section of the page with commands is a Step, by its heading; those that follow from each other are one scenario.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lab.client import FrontFault
from tests.lab.board.command import seen
from tests.lab.killing import RAISED, began, die_half_way, kill_when
from tests.lab.test_orphans import look, made_by_nobody
from tests.lab.world import FIRST, LIVE, NAME, SECOND, World

PARAMETER = f"/tag-team/{NAME}/in-charge"
OF_FIRST, OF_SECOND = {FIRST: 100, SECOND: 0}, {FIRST: 0, SECOND: 100}
# Whose lock it is.
ADA = {"pid": 4711, "username": "ada", "hostname": "laptop"}


@dataclass(frozen=True)
class Step:
    """One section: what happens before its commands are typed (and what was printed meanwhile, by which it is
    recognised), and what is true after, with what they printed."""

    heading: str
    before: Callable[[World], str]
    after: Callable[[World, str], None]


Scenario = Sequence[Step]


def _nothing(_world: World) -> str:
    return ""


def _is_in_charge(colour: str) -> Callable[[World, str], None]:
    """It has all of the traffic, everybody says so, no state has anything pending, and nothing is left to do."""

    def check(world: World, _printed: str) -> None:
        other = SECOND if colour == FIRST else FIRST
        assert world.weights() == {colour: 100, other: 0}
        assert world.in_charge() == colour
        world.assert_nothing_half_done()
        assert world.must_up(LIVE).steps == ()
        found = seen(world).form["in_charge"]
        assert (found["colour"], found["agrees_with_dns_records"]) == (colour, True)

    return check


def _has_weights(weights: Mapping[str, int]) -> Callable[[World, str], None]:
    def check(world: World, _printed: str) -> None:
        assert world.weights() == weights

    return check


def _said(world: World, stack: str = LIVE) -> str:
    """What an update of a stack says that is refused, or does not begin."""
    result = world.up(stack)
    assert result.exit_code != 0, result.output
    return result.output


def put_back(world: World) -> None:
    """What a step that failed may have left behind."""
    if _away(world).exists():
        shutil.rmtree(_backend(world), ignore_errors=True)
        _away(world).rename(_backend(world))
    for lock in _locks(world, LIVE).glob("*.json"):
        lock.unlink()


def _bad_release(world: World) -> str:
    world.must_tag_in(SECOND)
    world.faults.set_front(SECOND, FrontFault(status=500))
    return ""


def _backend(world: World) -> Path:
    return Path(unquote(urlsplit(world.workspace.environment["PULUMI_BACKEND_URL"]).path))


def _away(world: World) -> Path:
    return _backend(world).with_name("away")


def _backend_away(world: World) -> str:
    world.must_tag_in(SECOND)
    _backend(world).rename(_away(world))
    return _said(world)


def _switched_by_hand(world: World, _printed: str) -> None:
    """Route 53 has it, and nobody else knows."""
    assert world.weights() == OF_FIRST
    assert world.in_charge() == SECOND


def _backend_back(world: World) -> str:
    # Whatever was made in its place meanwhile.
    shutil.rmtree(_backend(world), ignore_errors=True)
    _away(world).rename(_backend(world))
    assert "weights-disagree" in seen(world).codes or "changed-by-hand" in seen(world).codes
    return ""


def _half_way(world: World) -> str:
    return die_half_way(world).output


def _healed(world: World) -> str:
    if world.weights() != RAISED:
        _half_way(world)
    world.faults.set_unhealthy_instances([])
    assert "tag-in-under-way" in seen(world).codes
    return ""


def _killed(world: World) -> str:
    """While the marker of the attempt is made, which the state notes as a create that nobody saw end."""
    kill_when(world, SECOND, began("ready"), 0.3)
    return _said(world)


def _locks(world: World, stack: str) -> Path:
    (project,) = [path.name for path in (_backend(world) / ".pulumi" / "stacks").iterdir() if path.is_dir()]
    return _backend(world) / ".pulumi" / "locks" / "organization" / project / stack


def _locked(world: World) -> str:
    folder = _locks(world, LIVE)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "b7.json").write_text(json.dumps(ADA | {"timestamp": datetime.now(UTC).isoformat()}))
    assert "stack-locked" in seen(world).codes
    return _said(world)


def _unlocked(world: World, printed: str) -> None:
    assert list(_locks(world, LIVE).glob("*.json")) == []
    _is_in_charge(FIRST)(world, printed)


def _lose(world: World, *stacks: str, copies: bool) -> None:
    """The backend does not know these stacks any more."""
    (project,) = [path for path in (_backend(world) / ".pulumi" / "stacks").iterdir() if path.is_dir()]
    for stack in stacks:
        for file in project.glob(f"{stack}.json*"):
            file.unlink()
        if copies:
            shutil.rmtree(_backend(world) / ".pulumi" / "backups" / project.name / stack, ignore_errors=True)


def _every_state_lost(world: World) -> str:
    _lose(world, FIRST, SECOND, LIVE, copies=False)
    return _said(world)


def _every_state_back(world: World, printed: str) -> None:
    for stack in (FIRST, SECOND, LIVE):
        assert len(world.state(stack)["resources"]) > 3, stack
    _is_in_charge(FIRST)(world, printed)


def _live_lost(world: World) -> str:
    _lose(world, LIVE, copies=True)
    return _said(world)


def _first_lost(world: World) -> str:
    _lose(world, FIRST, copies=True)
    return ""


def _taken_for_asleep(world: World) -> str:
    world.workspace.edit_stack(LIVE, active=SECOND)
    return _said(world)


def _only_the_second(world: World, _printed: str) -> None:
    assert world.weights() == {SECOND: 100}
    assert world.in_charge() == SECOND
    assert world.must_up(LIVE).steps == ()


def _drained(world: World) -> str:
    world.wait_until_drained()
    return ""


def _built_anew(world: World, printed: str) -> None:
    assert look(world, FIRST, FIRST).returncode == 0
    _is_in_charge(SECOND)(world, printed)
    world.must_tag_in(FIRST)


def _orphan(world: World) -> str:
    made_by_nobody(world, SECOND)
    assert "leftovers" in seen(world).codes
    return ""


def _no_orphan(world: World, printed: str) -> None:
    assert look(world, SECOND, SECOND).returncode == 0
    _is_in_charge(FIRST)(world, printed)


def _leave_a_delete(world: World) -> str:
    deployment = dict(world.state(LIVE))
    (record,) = [one for one in deployment["resources"] if one["urn"].endswith(f"::{NAME}-{FIRST}")]
    world.import_state(LIVE, {**deployment, "resources": [*deployment["resources"], {**record, "delete": True}]})
    return _said(world)


def _aws_away(world: World) -> str:
    world.workspace.edit_stack(LIVE, active=SECOND)
    world.faults.set_endpoint_away(away=True)
    return _said(world)


def _nothing_was_switched(world: World, _printed: str) -> None:
    """By the lab's own record, which answers also while its AWS does not."""
    newest = world.faults.history()[-1].records
    weights = {one.set_identifier: one.weight for one in newest if one.name.rstrip(".") == NAME and one.set_identifier}
    assert weights == OF_FIRST


def _aws_back(world: World) -> str:
    assert seen(world).exit_code == 2
    world.faults.set_endpoint_away(away=False)
    return ""


def _weighed_by_hand(world: World) -> str:
    sets = [one for one in world.records_at(NAME) if "Weight" in one]
    world.change(*(("UPSERT", {**one, "Weight": OF_SECOND[one["SetIdentifier"]]}) for one in sets))
    assert "changed-by-hand" in seen(world).codes
    return _said(world)


def _in_charge_by_hand(world: World) -> str:
    said = json.dumps({**world.named(), "colour": SECOND})
    world.workspace.aws("ssm").put_parameter(Name=PARAMETER, Type="String", Value=said, Overwrite=True)
    assert "in-charge-by-hand" in seen(world).codes
    return ""


def _it_was_seen(world: World, printed: str) -> None:
    """The hand that changed the weights is in the answer, with its name."""
    assert "ChangeResourceRecordSets" in printed
    assert printed.count(f'\\"colour\\": \\"{FIRST}\\"') >= 1
    _is_in_charge(FIRST)(world, printed)


SCENARIOS: Mapping[str, Scenario] = {
    "a bad release": [Step("Roll back", _bad_release, _is_in_charge(FIRST))],
    "the backend is away": [
        Step("Switch without Pulumi", _backend_away, _switched_by_hand),
        Step("When Pulumi is back", _backend_back, _is_in_charge(FIRST)),
    ],
    "half-way, and back": [
        Step("A tag-in that stopped half-way", _half_way, _has_weights(RAISED)),
        Step("Go back", _nothing, _is_in_charge(FIRST)),
    ],
    "half-way, and on": [Step("Go on", _healed, _is_in_charge(SECOND))],
    "killed": [Step("Killed in the middle", _killed, _is_in_charge(SECOND))],
    "a lock": [Step("A lock that is left", _locked, _unlocked)],
    "every state is lost": [Step("From a copy", _every_state_lost, _every_state_back)],
    "the state of live is lost": [Step("live without a copy", _live_lost, _is_in_charge(FIRST))],
    "the state of the one in charge is lost": [
        Step("A colour without a copy", _first_lost, _has_weights(OF_FIRST)),
        Step("The other colour takes over", _taken_for_asleep, _only_the_second),
        Step("Build it anew", _drained, _built_anew),
    ],
    "an orphan": [Step("What a crash left behind", _orphan, _no_orphan)],
    "a pending delete": [Step("A delete that is pending", _leave_a_delete, _is_in_charge(FIRST))],
    "AWS is away": [
        Step("AWS is away", _aws_away, _nothing_was_switched),
        Step("When AWS is back", _aws_back, _is_in_charge(SECOND)),
    ],
    "weights by hand": [Step("When something was changed by hand", _weighed_by_hand, _is_in_charge(FIRST))],
    "in-charge by hand": [Step("When in-charge was changed by hand", _in_charge_by_hand, _is_in_charge(FIRST))],
    "who did it": [Step("Who did it", _nothing, _it_was_seen)],
}
"""Name of a state to its sections; every section of the page with commands is in exactly one."""
