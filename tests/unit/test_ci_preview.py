"""A preview's exit code, its comment and its record; with an engine and a world that are given."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from ci import affected, board, console, digest, drift, engine, preview, project, seen, world
from ci.affected import Affected
from ci.board import Said
from ci.outcome import Outcome
from ci.project import Project
from ci.step import Step
from ci.world import World
from cutover.in_charge import History, Value, Version, history_of
from cutover.refusal import Refusal

KNOWN = Project(("red", "blue"), ["www.shop.example"], "shop.example", active="red")
WORLD = World({"in charge": "red at 1.0.0"}, "red", frozenset({"red"}), {}, History())
STEP = Step("update", "aws:ssm:Parameter", "in-charge")
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run it with these files changed and these outcomes: its exit code and its comment."""
    monkeypatch.setattr(project, "read", lambda _: KNOWN)
    monkeypatch.setattr(digest, "commit", lambda _: "0" * 40)
    monkeypatch.setattr(board, "ask", lambda _: None)

    def of(
        changed: tuple[str, ...] | None,
        outcomes: Mapping[str, Outcome] | None = None,
        now: World | Refusal = WORLD,
        base: tuple[str, ...] = ("main",),
    ) -> tuple[int, str]:
        def look(*_: object) -> World:
            if isinstance(now, Refusal):
                raise now
            return now

        monkeypatch.setattr(digest, "changed", lambda *_: changed)
        monkeypatch.setattr(world, "look", look)
        monkeypatch.setattr(engine, "preview", lambda _, stack: (outcomes or {})[stack])
        code = preview.main([*(("--base", *base) if base else ("--all",)), "--out", str(tmp_path)])
        return code, (tmp_path / "comment.md").read_text()

    return of


def test_a_change_that_goes_through_ends_well_and_leaves_its_record(run: Run, tmp_path: Path) -> None:
    code, body = run(("Pulumi.live.yaml",), {"live": Outcome("live", True, (STEP,))})
    assert code == 0
    record = seen.of_comment(body)
    assert record == seen.of_json((tmp_path / "seen.json").read_text())
    assert (record.steps, record.facts) == ({"live": (STEP.line,)}, WORLD.facts)


def test_one_stack_that_is_refused_refuses_the_change(run: Run) -> None:
    outcomes = {"blue": Outcome("blue", True, (STEP,)), "live": Outcome("live", False, errors=("blue is asleep",))}
    code, body = run(("Pulumi.live.yaml", "Pulumi.blue.yaml"), outcomes)
    assert code == console.REFUSED
    assert seen.of_comment(body).refused
    assert "blue is asleep" in body


def test_a_change_of_docs_asks_nobody(run: Run) -> None:
    code, body = run(("docs/lab.md",), now=Refusal("AWS was asked", seen="", allowed="", next_step=""))
    assert code == 0
    assert "Nothing would change" in body
    assert seen.of_comment(body).stacks == ()


def test_a_world_that_cannot_be_read_is_a_refusal_without_a_record(run: Run) -> None:
    code, body = run(("Pulumi.yaml",), now=Refusal("Route 53 could not be asked", seen="", allowed="", next_step=""))
    assert code == console.REFUSED
    assert "Route 53 could not be asked" in body
    assert "tag-team:seen" not in body


def test_a_base_that_git_does_not_know_is_refused_and_is_not_taken_for_everything(run: Run, tmp_path: Path) -> None:
    code, body = run(None, now=Refusal("AWS was asked", seen="", allowed="", next_step=""))
    assert code == console.REFUSED
    assert "what has changed since main cannot be told" in body
    assert "git fetch --unshallow origin" in body
    assert not (tmp_path / "seen.json").exists()


def test_by_hand_every_stack_is_previewed_and_who_is_in_charge_is_left_alone(run: Run) -> None:
    every = {stack: Outcome(stack, True) for stack in KNOWN.stacks}
    code, body = run(None, every, base=())
    assert code == 0
    assert seen.of_comment(body).stacks == ("blue", "live")
    assert "`red` | left alone" in body


def test_a_hotfix_of_the_colour_in_charge_is_previewed_also_where_nobody_knows_what_has_changed(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = {stack: Outcome(stack, True) for stack in KNOWN.stacks}
    monkeypatch.setattr(project, "read", lambda _: replace(KNOWN, hotfixes=frozenset({"red"})))
    _, body = run(None, every, base=())
    assert seen.of_comment(body).stacks == ("blue", "red", "live")


@pytest.mark.parametrize(
    ("now", "said"),
    [
        # A tag-back that switched DNS and failed its wait: what in-charge names has no weight.
        (replace(WORLD, carrying=frozenset({"red", "blue"})), "may switch DNS, and does not say so"),
        (
            replace(WORLD, in_charge="", history=history_of([Version(1, 1.0, "nonsense")], 2.0)),
            "whether this change would tag somebody in cannot be told",
        ),
    ],
)
def test_a_switch_that_nobody_said_is_refused_by_the_weights_and_by_an_in_charge_that_cannot_be_read(
    run: Run, now: World, said: str
) -> None:
    every = {stack: Outcome(stack, True) for stack in KNOWN.stacks}
    code, body = run(("Pulumi.yaml",), every, now)
    assert code == console.REFUSED
    assert said in body
    code, body = run(("Pulumi.yaml", "Pulumi.live.yaml"), every, now)
    assert code == 0


def test_a_share_that_in_charge_says_is_no_switch(run: Run) -> None:
    every = {stack: Outcome(stack, True) for stack in KNOWN.stacks}
    sharing = history_of([Version(1, 1.0, Value("red", share={"blue": 5}).to_json())], 2.0)
    code, body = run(("Pulumi.yaml",), every, replace(WORLD, carrying=frozenset({"red", "blue"}), history=sharing))
    assert code == 0
    assert seen.of_comment(body).stacks == ("live",)


def test_a_first_build_has_nobody_to_switch(run: Run) -> None:
    every = {stack: Outcome(stack, True) for stack in KNOWN.stacks}
    code, _ = run(("Pulumi.yaml",), every, replace(WORLD, in_charge="", carrying=frozenset()))
    assert code == 0


def test_an_unsaid_tag_in_is_refused(run: Run) -> None:
    every = {stack: Outcome(stack, True) for stack in KNOWN.stacks}
    code, body = run(("Pulumi.yaml",), every, replace(WORLD, in_charge="blue", carrying=frozenset({"blue"})))
    assert code == console.REFUSED
    assert "would tag red in, and does not say so" in body


def test_a_stack_that_is_not_there_cannot_be_previewed(run: Run, tmp_path: Path) -> None:
    run(("docs/lab.md",))
    assert preview.main(["--only", "green", "--out", str(tmp_path)]) == console.REFUSED
    assert "no such stack" in (tmp_path / "comment.md").read_text()


def test_drift_is_whatever_is_not_well() -> None:
    well = [Outcome("red", True), Outcome("live", True)]
    assert not drift.is_drift(well, None)
    assert not drift.is_drift(well, Said(board.WELL, ""))
    assert drift.is_drift(well, Said(board.ATTENTION, ""))
    assert drift.is_drift(well, Said(board.NOT_TOLD, ""))
    assert drift.is_drift([*well, Outcome("blue", True, (STEP,))], None)
    assert drift.is_drift([*well, Outcome("blue", False)], None)


@pytest.mark.parametrize(
    "line", ["::add-mask::x", "  ::stop-commands::x", "##[add-path]x", "a ##[error]b", "a\n::error::b", "\x1b[2J::x"]
)
def test_no_line_from_outside_is_a_command_to_the_runner(line: str) -> None:
    told = console.inert(line)
    assert not told.lstrip().startswith("::")
    assert "##[" not in told
    assert told.isprintable()


def test_an_output_that_is_not_plain_is_not_handed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    console.hand_over({"colours": '["blue"]', "live": "true"})
    assert (tmp_path / "output").read_text() == 'colours=["blue"]\nlive=true\n'
    with pytest.raises(ValueError, match="not plain"):
        console.hand_over({"x": "a\nlive=false"})


def test_a_refusal_ends_a_step_with_its_four_lines(capsys: pytest.CaptureFixture[str]) -> None:
    def refusing() -> int:
        raise Refusal("no", seen="::error::x", allowed="b", next_step="c")

    assert console.ends_with(refusing) == console.REFUSED
    assert capsys.readouterr().err.splitlines() == [
        "refused: no",
        "  seen:    ::error::x",
        "  allowed: b",
        "  next:    c",
    ]
    assert affected.by([], ()) == Affected()


def test_a_refusal_is_on_the_page_of_the_run_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing() -> int:
        raise Refusal("no", seen="<b>@all</b> ```", allowed="b", next_step="c")

    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    assert console.ends_with(refusing) == console.REFUSED
    page = (tmp_path / "summary").read_text()
    assert page.startswith("````text\nrefused: no\n")
    assert page.endswith("next:    c\n````\n")
