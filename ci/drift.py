"""`python -m ci.drift --out FOLDER`: whether what is there is what the checkout says, and what the board says of it.

Writes `issue.md`, empty when all is well, and hands over `drift`: true or false. Ends with 0 when it could look,
whatever it found; with 1, and an issue that says why, when it could not.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ci import board, comment, console, engine, github, project
from ci.board import Said
from ci.outcome import Outcome
from cutover.refusal import Refusal

ISSUE_FILE = "issue.md"


def main(argv: Sequence[str] | None = None) -> int:
    """Look."""
    parser = argparse.ArgumentParser(prog="python -m ci.drift", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("ci-out"), help="folder for the file")
    options = parser.parse_args(argv)
    root = Path.cwd()
    try:
        known = project.read(root)
    except Refusal as refusal:
        console.tell_refusal(refusal)
        _leave(options.out, comment.of_unlooked(str(refusal), github.run_url()))
        return console.REFUSED
    outcomes, unlooked = [], False
    for stack in known.stacks:
        try:
            outcomes.append(engine.expect_no_changes(root, stack))
        except Refusal as refusal:
            # The others are looked at all the same.
            outcomes.append(Outcome(stack, succeeded=False, errors=(str(refusal),)))
            unlooked = True
            console.tell_refusal(refusal)
    said = board.ask(root)
    _leave(options.out, comment.of_drift(outcomes, said) if is_drift(outcomes, said) else "")
    return console.REFUSED if unlooked else 0


def _leave(folder: Path, body: str) -> None:
    console.write(folder, ISSUE_FILE, body)
    console.summarise(body or "What is there is what the main branch says.")
    console.hand_over({"drift": "true" if body else "false"})


def is_drift(outcomes: Sequence[Outcome], said: Said | None) -> bool:
    """Whether anything is not as it is written, or cannot be told."""
    return any(not one.succeeded or one.steps for one in outcomes) or (
        said is not None and said.exit_code != board.WELL
    )


if __name__ == "__main__":
    sys.exit(console.ends_with(main))
