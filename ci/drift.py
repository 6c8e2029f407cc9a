"""`python -m ci.drift --out FOLDER`: whether what is there is what the checkout says, and what the board says of it.

Writes `issue.md`, empty when all is well. Ends with 0 when it could tell, whatever it found; `drift` is handed over.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ci import board, comment, console, engine, project
from ci.board import Said
from ci.outcome import Outcome

ISSUE_FILE = "issue.md"


def main(argv: Sequence[str] | None = None) -> int:
    """Look."""
    parser = argparse.ArgumentParser(prog="python -m ci.drift", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("ci-out"), help="folder for the file")
    options = parser.parse_args(argv)
    root = Path.cwd()
    outcomes = [engine.expect_no_changes(root, stack) for stack in project.read(root).stacks]
    said = board.ask(root)
    body = comment.of_drift(outcomes, said) if is_drift(outcomes, said) else ""
    console.write(options.out, ISSUE_FILE, body)
    console.summarise(body or "What is there is what the main branch says.")
    console.hand_over({"drift": "true" if body else "false"})
    return 0


def is_drift(outcomes: Sequence[Outcome], said: Said | None) -> bool:
    """Whether anything is not as it is written, or cannot be told."""
    return any(not one.succeeded or one.steps for one in outcomes) or (
        said is not None and said.exit_code != board.WELL
    )


if __name__ == "__main__":
    sys.exit(console.ends_with(main))
