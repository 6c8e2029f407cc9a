"""What the board says, where this project has one."""

import importlib.util
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

WELL, ATTENTION, NOT_TOLD = 0, 1, 2
_WORDS = {WELL: "well", ATTENTION: "attention", NOT_TOLD: "could not tell"}
PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Said:
    """exit_code: WELL, ATTENTION or NOT_TOLD. text: the board, as plain text."""

    exit_code: int
    text: str

    @property
    def word(self) -> str:
        """What the exit code means."""
        return _WORDS[self.exit_code]


def is_there() -> bool:
    """Whether this project has a board."""
    return importlib.util.find_spec("board") is not None and importlib.util.find_spec("board.__main__") is not None


def ask(root: Path) -> Said | None:
    """Run `python -m board`; None in a project that has no board. One that does not end well could not tell."""
    if not is_there():
        return None
    command = [sys.executable, "-m", "board"]
    try:
        done = subprocess.run(
            command, cwd=root, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS, errors="replace"
        )
    except subprocess.TimeoutExpired:
        return Said(NOT_TOLD, f"no answer within {PATIENCE_SECONDS} s")
    known = done.returncode in (WELL, ATTENTION)
    return Said(done.returncode if known else NOT_TOLD, done.stdout or done.stderr)
