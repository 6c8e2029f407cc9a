"""Every attempt to change a colour, in every state it can be in: what is refused, what is allowed; docs/freeze.md."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from lab import roles
from lab.client import ApiFault, ServerFault
from lab.pulumi_command import Result
from lab.workspace import CHECKOUT
from tests.lab.world import FIRST, LIVE, NAME, RELEASES, SECOND, World

# Each attempt is made with the role that it would be made with, which never is what refuses it.
pytestmark = pytest.mark.roles
TABLE = CHECKOUT / "docs" / "freeze.md"
# A security group of our own beside the cluster, under the same guard, so that an attempt is about one small resource.
EXTRA = """
import pulumi_aws as aws
def declare(opts):
    for name, description, tags in {groups!r}:
        aws.ec2.SecurityGroup(name, description=description, tags={own!r} | tags, opts=opts)
"""
BEFORE_THE_DOOR = """
import extra
from components import door

def declare(settings, cluster, hooks, tags, declare_door=door.declare):
    extra.declare(hooks.guarded)
    declare_door(settings, cluster, hooks, tags)

door.declare = declare
"""
KEPT = ("kept", "one", {"a": "b"})
GROUPS: dict[str, list[tuple[str, str, dict[str, str]]]] = {
    "delete": [],
    "replace": [("kept", "two", {"a": "b"})],
    "create": [KEPT],  # and one more, of a new name each time
    "update": [("kept", "one", {"a": "c"})],
}
# The first need the two minutes after a tag-out, the last are the slow ones, which are only previewed where allowed.
ATTEMPTS = (*GROUPS, "new release", "awake: false", "destroy --run-program", "destroy")
REFUSED, ALLOWED = "refused", "allowed"
IN_PLACE = ("create", "update")
STATES = ("live", "wait failed", "just tagged out", "idle", "share > 0", "Route 53 unreadable")


def expected(state: str, attempt: str, *, hotfix: bool) -> str:
    """What has to come of it."""
    if attempt == "destroy":
        return REFUSED  # by the engine, which cannot run hooks without the program
    if state == "idle":
        return ALLOWED
    return ALLOWED if hotfix and attempt in IN_PLACE and state != "Route 53 unreadable" else REFUSED


class Subject:
    """The colour that is attempted on, and what is done to it."""

    def __init__(self, world: World, colour: str) -> None:
        self.world, self.colour = world, colour
        self._directory = world.workspace.directory
        # What a hotfix created cannot be deleted before the colour is idle again.
        self._created: list[tuple[str, str, dict[str, str]]] = []
        self._numbers = count(1)

    def install(self) -> None:
        """Give the program the resource that attempts are about."""
        program = self._directory / "__main__.py"
        source = program.read_text()
        program.unlink()
        program.write_text(f"{BEFORE_THE_DOOR}\n{source}")
        self.declare([KEPT])

    def declare(self, groups: list[tuple[str, str, dict[str, str]]]) -> None:
        own = {"service": NAME, "colour": self.colour}
        (self._directory / "extra.py").write_text(EXTRA.format(groups=[*groups, *self._created], own=own))

    def attempt(self, attempt: str, *, hotfix: bool, allowed: bool) -> str:
        """Try it, put the files back and, where it was allowed, the resources too; what came of it."""
        before = self._holds()
        self.world.workspace.edit_stack(self.colour, hotfix=True if hotfix else None)
        result = self._run(attempt, hotfix=hotfix, really=not allowed)
        outcome = REFUSED if result.exit_code else ALLOWED
        self.declare([KEPT])
        self.world.workspace.edit_stack(self.colour, release=RELEASES[self.colour], awake=None)
        if outcome == REFUSED:
            assert self._holds() == before, (attempt, "changed something")
        elif attempt in GROUPS:
            put_back = self.world.up(self.colour)
            assert put_back.exit_code == 0, put_back.output
        self.world.workspace.edit_stack(self.colour, hotfix=None)
        return outcome

    def _run(self, attempt: str, *, hotfix: bool, really: bool) -> Result:
        pulumi, stack = self.world.workspace.pulumi, ("-s", self.colour)
        if attempt == "destroy":
            return pulumi("destroy", *stack, "--yes", "--skip-preview")
        if attempt == "destroy --run-program":
            how = ("--yes", "--skip-preview") if really else ("--preview-only",)
            return pulumi("destroy", *stack, "--run-program", *how)
        if attempt in GROUPS:
            added: list[tuple[str, str, dict[str, str]]] = []
            if attempt == "create":
                added = [(f"added-{next(self._numbers)}", "one", {})]
            self.declare([*GROUPS[attempt], *added])
            result = self.world.up(self.colour)
            self._created += added if result.exit_code == 0 and hotfix else []
            return result
        changed: dict[str, Any] = {"release": "7.7.7"} if attempt == "new release" else {"awake": False}
        self.world.workspace.edit_stack(self.colour, **changed)
        return self.world.up(self.colour) if really else self.world.preview(self.colour)

    def _holds(self) -> object:
        """What the embedded AWS holds of security groups and instances."""
        groups = self.world.workspace.aws("ec2").describe_security_groups()["SecurityGroups"]
        known = sorted((g["GroupId"], g["Description"], str(sorted(map(str, g.get("Tags", []))))) for g in groups)
        # From the server's own history: one of the states is that Route 53 cannot be read.
        return known, sorted(self.world.instances(self.colour)), self.world.faults.history()[-1].records


@pytest.fixture
def subject(world: World) -> Iterator[Subject]:
    """The first colour, idle, with one small resource beside its cluster; it is in charge again after the test."""
    subject = Subject(world, FIRST)
    world.must_tag_in(SECOND)
    world.wait_until_drained()
    subject.install()
    world.must_up(FIRST)
    yield subject
    world.faults.clear_faults()
    world.workspace.edit_stack(LIVE, share=None, propagationTimeout=30)
    world.must_tag_in(SECOND)
    world.wait_until_drained()
    program = world.workspace.directory / "__main__.py"
    program.unlink()
    program.symlink_to(CHECKOUT / "__main__.py")
    world.must_up(FIRST)
    world.must_tag_in(FIRST)
    world.assert_nothing_half_done()


@contextmanager
def _live(world: World) -> Iterator[None]:
    world.must_tag_in(FIRST)
    yield


@contextmanager
def _wait_failed(world: World) -> Iterator[None]:
    world.faults.set_server_fault(world.addresses.server_addresses()[0], ServerFault(fault="stuck"))
    world.workspace.edit_stack(LIVE, propagationTimeout=6)
    assert world.tag_in(SECOND).failed == ("in-charge",)
    yield
    world.faults.clear_faults()
    world.workspace.edit_stack(LIVE, propagationTimeout=30)


@contextmanager
def _just_tagged_out(world: World) -> Iterator[None]:
    world.must_tag_in(SECOND)
    with world.as_if_time_stood_still():
        yield


@contextmanager
def _idle(world: World) -> Iterator[None]:
    world.wait_until_drained()
    yield


@contextmanager
def _share(world: World) -> Iterator[None]:
    world.workspace.edit_stack(LIVE, share={FIRST: 5})
    world.must_up(LIVE)
    yield
    world.workspace.edit_stack(LIVE, share=None)
    world.must_up(LIVE)
    world.wait_until_drained()


@contextmanager
def _unreadable(world: World) -> Iterator[None]:
    world.faults.set_api_faults([ApiFault("route53", "ListResourceRecordSets", "AccessDenied", count=-1)])
    yield
    world.faults.set_api_faults([])


def _rows(subject: Subject, state: str) -> Iterator[tuple[str, str, str]]:
    for attempt in ATTEMPTS:
        without, with_hotfix = (
            subject.attempt(attempt, hotfix=hotfix, allowed=expected(state, attempt, hotfix=hotfix) == ALLOWED)
            for hotfix in (False, True)
        )
        yield attempt, without, with_hotfix


def _write(table: dict[str, list[tuple[str, str, str]]], path: Path) -> None:
    lines = [
        "# What is refused when",
        "",
        "Written by `tests/lab/test_freeze.py`, from what the `pulumi` command did.",
        "Each cell: without / with `hotfix: true`.",
        "A refused attempt was made with `up --skip-preview` and changed nothing.",
        "Of what an idle colour allows, new release, sleep and destroy were only previewed here; other tests do them.",
        "`destroy` without `--run-program` is refused by the engine, which cannot run hooks without the program.",
        "",
        "| attempt | " + " | ".join(STATES) + " |",
        "| --- |" + " --- |" * len(STATES),
    ]
    for index, attempt in enumerate(ATTEMPTS):
        cells = [" / ".join(table[state][index][1:]) for state in STATES]
        lines.append(f"| {attempt} | " + " | ".join(cells) + " |")
    path.write_text("\n".join(lines) + "\n")


def test_every_attempt_in_every_state_has_the_outcome_that_the_table_says(subject: Subject) -> None:
    states: dict[str, Callable[[World], Any]] = {
        "idle": _idle,
        "live": _live,
        "wait failed": _wait_failed,
        "just tagged out": _just_tagged_out,
        "share > 0": _share,
        "Route 53 unreadable": _unreadable,
    }
    table: dict[str, list[tuple[str, str, str]]] = {}
    for state, enter in states.items():
        with enter(subject.world):
            table[state] = list(_rows(subject, state))
            assert roles.counted(subject.world.faults.calls())[1] == []
            # A wait that failed leaves the marker of the attempt before, until the next one ends well.
            subject.world.assert_nothing_half_done(LIVE)
    _write(table, TABLE)
    wanted = {
        state: [(a, expected(state, a, hotfix=False), expected(state, a, hotfix=True)) for a in ATTEMPTS]
        for state in STATES
    }
    assert table == wanted
