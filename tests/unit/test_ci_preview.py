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
from cutover.in_charge import History
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
        changed: tuple[str, ...] | None, outcomes: Mapping[str, Outcome] | None = None, now: World | Refusal = WORLD
    ) -> tuple[int, str]:
        def look(*_: object) -> World:
            if isinstance(now, Refusal):
                raise now
            return now

        monkeypatch.setattr(digest, "changed", lambda *_: changed)
        monkeypatch.setattr(world, "look", look)
        monkeypatch.setattr(engine, "preview", lambda _, stack: (outcomes or {})[stack])
        code = preview.main(["--base", "main", "--out", str(tmp_path)])
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


def test_what_has_changed_since_an_unknown_commit_is_everything(run: Run) -> None:
    every = {stack: Outcome(stack, True) for stack in KNOWN.stacks}
    code, body = run(None, every)
    assert code == 0
    assert seen.of_comment(body).stacks == ("blue", "live")
    assert "`red` | left alone" in body


def test_a_hotfix_of_the_colour_in_charge_is_previewed_also_where_nobody_knows_what_has_changed(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = {stack: Outcome(stack, True) for stack in KNOWN.stacks}
    monkeypatch.setattr(project, "read", lambda _: replace(KNOWN, hotfixes=frozenset({"red"})))
    _, body = run(None, every)
    assert seen.of_comment(body).stacks == ("blue", "red", "live")


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
