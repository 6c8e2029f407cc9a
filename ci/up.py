"""`python -m ci.up STACK --approved FILE`: carry out for one stack what was approved, as long as that is still true.

The world is compared with the one that the preview saw, and what would be done with what was shown; with any difference
nothing is done. `--left FOLDER` is where updates before this one of the same change have left what they changed
themselves. Writes `left-STACK.json` and `result-STACK.json`. Ends with 1 when it is refused or fails.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ci import console, engine, project, result, seen, world
from ci.approved import AGAIN
from ci.outcome import Outcome
from ci.project import Project
from ci.result import Result
from ci.seen import Seen
from cutover.printable import printable
from cutover.refusal import Refusal

_LEFT = "left-{}.json"


@dataclass(frozen=True)
class Approved:
    """record: with what this change's own updates have left. next_step: how it is approved anew."""

    record: Seen
    next_step: str


def main(argv: Sequence[str] | None = None) -> int:
    """Do it; the result is written whatever comes of it."""
    parser = argparse.ArgumentParser(prog="python -m ci.up", description=__doc__.splitlines()[0])
    parser.add_argument("stack")
    parser.add_argument("--approved", type=Path, required=True, help="seen.json of the preview")
    parser.add_argument("--left", type=Path, help="folder with left-*.json of the stacks before this one")
    parser.add_argument("--out", type=Path, default=Path("ci-out"), help="folder for the files")
    options = parser.parse_args(argv)
    root, stack = Path.cwd(), options.stack
    try:
        known = project.read(root)
        approved = _approved(known, options.approved, options.left, os.environ.get("PULL_REQUEST", ""))
        ended, left = carry_out(root, known, stack, approved)
    except Refusal as refusal:
        _leave(options.out, Result(stack, False, str(refusal)))
        raise
    if left is not None:
        console.write(options.out, _LEFT.format(stack), json.dumps(left))
    _leave(options.out, _result(ended))
    return 0 if ended.succeeded else console.REFUSED


def carry_out(root: Path, known: Project, stack: str, approved: Approved) -> tuple[Outcome, Mapping[str, str] | None]:
    """How the update ended, and how it has left the world when it ended well; raises Refusal before it begins."""
    record, next_step = approved.record, approved.next_step
    seen.refuse_unapproved(record, stack, next_step)
    seen.refuse_different(record, world.look(root, known).facts, next_step)
    shown = engine.preview(root, stack)
    if not shown.succeeded:
        raise Refusal(
            f"{stack} is refused now, and was not when it was previewed; nothing was changed",
            seen=shown.why,
            allowed=f"what the preview of {seen.short(record.commit)} showed",
            next_step=next_step,
        )
    seen.refuse_other_steps(record, stack, shown.lines, next_step)
    # The preview took a while.
    seen.refuse_different(record, world.look(root, known).facts, next_step)
    ended = engine.up(root, stack, f"approved: {seen.short(record.commit)}")
    return ended, world.look(root, known).facts if ended.succeeded else None


def _approved(known: Project, file: Path, folder: Path | None, pull_request: str) -> Approved:
    number = pull_request if pull_request.isascii() and pull_request.isdigit() else "NUMBER"
    next_step = AGAIN.format(number)
    try:
        record = seen.of_json(file.read_text(encoding="utf-8"))
        # Before any of them is a part of a path.
        seen.refuse_other_stacks(record, known.stacks, next_step)
        for stack in record.stacks:
            left = folder / _LEFT.format(stack) if folder else None
            if left and left.exists():
                record = seen.carried(record, json.loads(left.read_text(encoding="utf-8")), stack)
    except (OSError, ValueError, AttributeError) as error:
        raise Refusal(
            "what was approved cannot be read",
            seen=printable(str(error), 300),
            allowed="the file that python -m ci.preview writes, or python -m ci.approved",
            next_step=next_step,
        ) from None
    return Approved(record, next_step)


def _result(ended: Outcome) -> Result:
    if ended.succeeded:
        done = [step.shown for step in ended.steps] or ["no changes"]
        return Result(ended.stack, True, "\n".join(["updated", *done, *ended.notes]))
    return Result(ended.stack, False, "\n".join(["the update failed", *ended.why, "", *ended.notes]))


def _leave(folder: Path, said: Result) -> None:
    result.write(folder, said)
    console.summarise(f"```text\n{said.stack}: {'done' if said.succeeded else 'refused; see the log'}\n```")


if __name__ == "__main__":
    sys.exit(console.ends_with(main))
