"""A look that was not possible is no look that found nothing."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from ci import board, comment, console, drift, engine, project
from ci.outcome import Outcome
from cutover.refusal import Refusal
from tests.unit.test_ci_preview import KNOWN

AWAY = Refusal("stack red: it cannot be selected", seen="no backend", allowed="one", next_step="pulumi stack ls")


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "read", lambda _: KNOWN)
    monkeypatch.setattr(board, "ask", lambda _: None)


def look(monkeypatch: pytest.MonkeyPatch, folder: Path, found: Mapping[str, Outcome | Refusal]) -> tuple[int, str]:
    def of(_: Path, stack: str) -> Outcome:
        one = found.get(stack, Outcome(stack, True))
        if isinstance(one, Refusal):
            raise one
        return one

    monkeypatch.setattr(engine, "expect_no_changes", of)
    code = drift.main(["--out", str(folder)])
    return code, (folder / drift.ISSUE_FILE).read_text()


def test_all_is_well_only_when_every_stack_was_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert look(monkeypatch, tmp_path, {}) == (0, "")


def test_one_stack_that_cannot_be_looked_at_is_in_the_issue_beside_the_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code, body = look(monkeypatch, tmp_path, {"red": AWAY, "live": Outcome("live", False, errors=("drifted",))})
    assert code == console.REFUSED
    assert body.startswith(comment.DRIFT_MARKER)
    assert "| `red` | `refused` |" in body
    assert "stack red: it cannot be selected" in body
    assert "| `blue` | `no changes` |" in body
    assert "drifted" in body


def test_a_project_that_cannot_be_read_is_an_issue_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def unreadable(_: Path) -> None:
        raise Refusal("Pulumi.yaml cannot be read", seen="", allowed="", next_step="")

    monkeypatch.setattr(project, "read", unreadable)
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    assert drift.main(["--out", str(tmp_path)]) == console.REFUSED
    body = (tmp_path / drift.ISSUE_FILE).read_text()
    assert body.startswith(comment.DRIFT_MARKER)
    assert "Could not look" in body
    assert r"Pulumi.yaml cannot be read" in body
    assert (tmp_path / "output").read_text() == "drift=true\n"


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """An empty one would say that all is well."""
    with pytest.raises(UnicodeEncodeError):
        console.write(tmp_path, drift.ISSUE_FILE, "\ud800")
    assert not (tmp_path / drift.ISSUE_FILE).exists()
