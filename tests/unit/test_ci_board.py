"""What the board says is asked where there is one."""

import importlib.util
from pathlib import Path

import pytest

from ci import board
from ci.board import ATTENTION, NOT_TOLD, WELL


@pytest.mark.parametrize(
    ("code", "expected"), [(0, WELL), (1, ATTENTION), (2, NOT_TOLD), (3, NOT_TOLD), (-9, NOT_TOLD)]
)
def test_its_exit_code_says_how_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, expected: int
) -> None:
    monkeypatch.setattr(board, "is_there", lambda: True)
    (tmp_path / "board").mkdir()
    dying = "import os; os.kill(os.getpid(), 9)" if code < 0 else f"raise SystemExit({code})"
    (tmp_path / "board" / "__main__.py").write_text(f"print('red is in charge', flush=True)\n{dying}\n")
    said = board.ask(tmp_path)
    assert said is not None
    assert (said.exit_code, said.text) == (expected, "red is in charge\n")
    assert said.word in ("well", "attention", "could not tell")


def test_a_board_that_does_not_answer_could_not_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "is_there", lambda: True)
    monkeypatch.setattr(board, "PATIENCE_SECONDS", 0.2)
    (tmp_path / "board").mkdir()
    (tmp_path / "board" / "__main__.py").write_text("import time; time.sleep(60)\n")
    said = board.ask(tmp_path)
    assert said is not None
    assert said.exit_code == NOT_TOLD


def test_a_project_without_a_board_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert board.ask(tmp_path) is None
