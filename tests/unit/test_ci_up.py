"""Carrying out what was approved: every difference ends it before anything is changed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ci import engine, project, result, tag_back, up, world
from ci.outcome import Outcome
from ci.seen import Seen
from ci.step import Step
from ci.up import Approved
from ci.world import World
from cutover.in_charge import Entry, History, Value, Version, history_of
from cutover.refusal import Refusal

STEP = Step("update", "aws:ssm:Parameter", "in-charge")
FACTS = {"in charge": "red at 1.0.0", "state of live": "one", "state of blue": "one"}
WELL = Outcome("live", True, (STEP,), ("blue is in charge",))
SEEN = Seen(FACTS, {"blue": (STEP.line,), "live": (STEP.line,)}, commit="0" * 40)
KNOWN = project.of(
    {"name": "p", "config": {"cidrs": {"default": {"red": "a", "blue": "b"}}, "names": ["w.shop"], "zone": "shop"}}, {}
)
WORLD = World(FACTS, "red", frozenset({"red"}), {}, History())


@dataclass
class Engine:
    """The world as it is at each look, what previews show, and what was called."""

    looks: list[Mapping[str, str]] = field(default_factory=lambda: [FACTS])
    shown: Outcome = WELL
    ended: Outcome = WELL
    calls: list[str] = field(default_factory=list)


@pytest.fixture
def pulumi(monkeypatch: pytest.MonkeyPatch) -> Engine:
    of = Engine()

    def look(*_: object) -> World:
        of.calls.append("look")
        return replace(WORLD, facts=of.looks.pop(0) if len(of.looks) > 1 else of.looks[0])

    def preview(*_: object) -> Outcome:
        of.calls.append("preview")
        return of.shown

    def update(*_: object, **__: object) -> Outcome:
        of.calls.append("up")
        return of.ended

    monkeypatch.setattr(world, "look", look)
    monkeypatch.setattr(engine, "preview", preview)
    monkeypatch.setattr(engine, "up", update)
    return of


def carry_out(record: Seen = SEEN, stack: str = "live") -> Outcome:
    return up.carry_out(Path(), KNOWN, stack, Approved(record, "again"))[0]


def test_what_is_still_as_it_was_approved_is_carried_out(pulumi: Engine) -> None:
    assert carry_out() == pulumi.ended
    assert pulumi.calls == ["look", "preview", "look", "up", "look"]


def test_a_world_that_has_changed_is_refused_before_anything(pulumi: Engine) -> None:
    pulumi.looks = [{**FACTS, "in charge": "blue at 1.1.0"}]
    with pytest.raises(Refusal, match=r"red at 1\.0\.0 then, blue at 1\.1\.0 now"):
        carry_out()
    assert pulumi.calls == ["look"]


def test_a_world_that_changes_during_the_preview_is_refused_too(pulumi: Engine) -> None:
    pulumi.looks = [FACTS, {**FACTS, "state of blue": "two"}]
    with pytest.raises(Refusal, match="state of blue: one then, two now"):
        carry_out()
    assert pulumi.calls == ["look", "preview", "look"]


def test_other_steps_than_were_approved_are_refused(pulumi: Engine) -> None:
    pulumi.shown = Outcome("live", True, (STEP, Step("delete", "t", "n")))
    with pytest.raises(Refusal, match="not approved: delete t n"):
        carry_out()
    assert "up" not in pulumi.calls


def test_a_preview_that_is_refused_now_is_not_carried_out(pulumi: Engine) -> None:
    pulumi.shown = Outcome("live", False, errors=("refused: blue is asleep",))
    with pytest.raises(Refusal, match="is refused now, and was not when it was previewed") as refused:
        carry_out()
    assert "blue is asleep" in refused.value.seen
    assert "up" not in pulumi.calls


def test_what_was_not_previewed_or_refused_then_is_not_even_looked_at(pulumi: Engine) -> None:
    for record, stack in ((SEEN, "red"), (replace(SEEN, refused=True), "live"), (Seen({}), "live")):
        with pytest.raises(Refusal):
            carry_out(record, stack)
    assert pulumi.calls == []


def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stack: str, left: Mapping[str, str] | None = None) -> int:
    monkeypatch.setattr(project, "read", lambda _: KNOWN)
    (tmp_path / "seen.json").write_text(SEEN.to_json())
    if left is not None:
        (tmp_path / "left-blue.json").write_text(json.dumps(left))
    paths = ["--approved", str(tmp_path / "seen.json"), "--left", str(tmp_path), "--out", str(tmp_path / "out")]
    return up.main([stack, *paths])


def test_the_stack_before_is_expected_as_its_own_update_has_left_it(
    pulumi: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulumi.looks = [{**FACTS, "state of blue": "two"}]
    with pytest.raises(Refusal, match="state of blue: one then, two now"):
        run(tmp_path, monkeypatch, "live")
    assert not result.read(tmp_path / "out")["live"].succeeded
    assert run(tmp_path, monkeypatch, "live", {**FACTS, "state of blue": "two"}) == 0
    assert result.read(tmp_path / "out")["live"].succeeded


def test_a_failed_update_says_why_and_leaves_nothing_to_go_on_with(
    pulumi: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulumi.ended = Outcome("live", False, (STEP,), errors=("refused: DNS still answers red",))
    assert run(tmp_path, monkeypatch, "live") == 1
    left = result.read(tmp_path / "out")["live"]
    assert not left.succeeded
    assert "DNS still answers red" in left.text
    assert not list((tmp_path / "out").glob("left-*"))


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"format": 1}'])
def test_an_approval_that_cannot_be_read_is_none(
    pulumi: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(project, "read", lambda _: KNOWN)
    (tmp_path / "seen.json").write_text(text)
    monkeypatch.setenv("PULL_REQUEST", "7; rm")
    with pytest.raises(Refusal, match="what was approved cannot be read") as refused:
        up.main(["live", "--approved", str(tmp_path / "seen.json"), "--out", str(tmp_path / "out")])
    assert "pull_request=NUMBER" in refused.value.next_step
    assert pulumi.calls == []


@pytest.mark.parametrize("stacks", [("live", "blue"), ("../blue", "live"), ("--policies", "live")])
def test_an_approval_of_other_stacks_than_the_projects_is_none(
    pulumi: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stacks: tuple[str, ...]
) -> None:
    record = replace(SEEN, steps=dict.fromkeys(stacks, (STEP.line,)))
    monkeypatch.setattr(project, "read", lambda _: KNOWN)
    (tmp_path / "seen.json").write_text(record.to_json())
    with pytest.raises(Refusal, match="what was approved names other stacks"):
        up.main(["live", "--approved", str(tmp_path / "seen.json"), "--out", str(tmp_path / "out")])
    assert pulumi.calls == []
    assert not result.read(tmp_path / "out")["live"].succeeded


def history(*entries: tuple[str, str, str]) -> History:
    versions = [
        Version(number, 100.0 * number, Value(colour, release, group, attempt=f"a{number}").to_json())
        for number, (colour, release, group) in enumerate(entries, start=1)
    ]
    return history_of(versions, 1000.0)


def clusters(**of: tuple[str, str]) -> dict[str, Mapping[str, str]]:
    return {colour: {"release": release, "group": group} for colour, (release, group) in of.items()}


@pytest.mark.parametrize(
    ("entries", "red", "allowed"),
    [
        ([("red", "1.0", "g1"), ("blue", "1.1", "g2")], ("1.0", "g1"), True),
        # The tag-out has not ended well: red is named still.
        ([("blue", "1.1", "g2"), ("red", "1.0", "g1")], ("1.0", "g1"), True),
        ([("red", "1.0", "g1"), ("blue", "1.1", "g2")], ("1.2", "g1"), False),
        ([("red", "1.0", "g1"), ("blue", "1.1", "g2")], ("1.0", "g9"), False),
        ([("blue", "1.1", "g2")], ("1.0", "g1"), False),
        ([], ("1.0", "g1"), False),
    ],
)
def test_only_what_was_in_charge_just_before_unchanged_is_tagged_back(
    entries: Sequence[tuple[str, str, str]], red: tuple[str, str], allowed: bool
) -> None:
    now = replace(WORLD, clusters=clusters(red=red, blue=("1.1", "g2")), history=history(*entries))
    if allowed:
        tag_back.refuse_another(now, "red")
        return
    with pytest.raises(Refusal, match="this is no tag-back") as refused:
        tag_back.refuse_another(now, "red")
    assert "a pull request" in refused.value.next_step


def test_a_colour_that_is_asleep_is_not_tagged_back() -> None:
    with pytest.raises(Refusal, match="asleep, or not built"):
        tag_back.refuse_another(replace(WORLD, history=history(("red", "1.0", "g1"))), "red")


@pytest.mark.parametrize("colour", ["green", "", "red; rm -rf /", "live"])
def test_what_is_no_colour_is_not_tagged_back(colour: str) -> None:
    with pytest.raises(Refusal, match="no such colour"):
        tag_back.refuse_unknown(KNOWN, colour)


def test_who_is_in_charge_is_a_fact_with_its_attempt_and_its_time() -> None:
    told = world.in_charge(history(("red", "1.0", "g1"), ("blue", "1.1", "g2")))
    assert told == "blue at 1.1, since 1970-01-01 00:03:20 UTC, attempt a2"
    assert world.in_charge(History()) == "nobody"
    broken = history_of([Version(1, 1.0, "nonsense\n")], 2.0)
    assert world.in_charge(broken) == "unreadable: version 1 is 'nonsense\\n' (no JSON)"
    assert Entry.of(1.0, Value("red")).colour == "red"
