"""`python -m ci.preview --base REVISION --out FOLDER`: what a change would do to the stacks that it affects.

Writes `comment.md`, for people, and in its last line and in `seen.json` what it saw. Ends with 1 when any of it is
refused. Nothing is changed.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ci import affected, board, comment, console, digest, engine, project, world
from ci.affected import Affected, Order
from ci.comment import Preview
from ci.project import Project
from ci.seen import Seen
from components.settings import LIVE
from cutover.printable import printable
from cutover.refusal import Refusal

COMMENT_FILE, SEEN_FILE = "comment.md", "seen.json"


def main(argv: Sequence[str] | None = None) -> int:
    """Preview what is affected, or the stack that is named."""
    parser = argparse.ArgumentParser(prog="python -m ci.preview", description=__doc__.splitlines()[0])
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--base", help="the commit that the change is compared with, like HEAD^1 or origin/main")
    which.add_argument("--all", action="store_true", help="every stack, whatever has changed")
    which.add_argument("--only", metavar="STACK", help="this stack alone")
    parser.add_argument("--out", type=Path, default=Path("ci-out"), help="folder for the files")
    options = parser.parse_args(argv)
    root = Path.cwd()
    try:
        told = _preview(root, options.base, options.only)
        body = comment.of_preview(told)
    except Refusal as refusal:
        told = Preview(None, refusal=refusal)
        body = comment.of_preview(told)
        console.tell_refusal(refusal)
    console.write(options.out, COMMENT_FILE, f"{body}\n")
    console.summarise(body)
    if told.seen is None:
        return console.REFUSED
    console.write(options.out, SEEN_FILE, f"{told.seen.to_json()}\n")
    console.tell(f"previewed: {', '.join(told.seen.stacks) or 'no stack is affected'}")
    return console.REFUSED if told.seen.refused else 0


def _preview(root: Path, base: str | None, only: str | None) -> Preview:
    """base: None for every stack; only: the one stack that is meant."""
    known = project.read(root)
    if only is not None and only not in known.stacks:
        raise Refusal(
            "there is no such stack to preview",
            seen=only,
            allowed=", ".join(known.stacks),
            next_step=f".venv/bin/python -m ci.preview --only {LIVE}",
        )
    found = _affected(root, known, base) if only is None else Affected(own=frozenset({only}))
    if found.nothing:
        return Preview(Seen({}, commit=digest.commit(root)), unknown=found.unknown)
    now = world.look(root, known)
    console.tell(f"in charge: {now.told}")
    if only is None:
        affected.refuse_unread(found, now.history.latest_unreadable)
        affected.refuse_unsaid_tag_in(found, known.active, now.in_charge)
        affected.refuse_unsaid_switch(found, known.active, now.carrying, now.sharing)
    order = affected.in_order(found, known.colours, now.carrying) if only is None else Order((only,))
    outcomes = [engine.preview(root, stack) for stack in order.stacks]
    seen = Seen(
        now.facts,
        {outcome.stack: outcome.lines for outcome in outcomes},
        refused=not all(outcome.succeeded for outcome in outcomes),
        commit=digest.commit(root),
    )
    return Preview(seen, now.told, outcomes, order.left, found.unknown, board.ask(root))


def _affected(root: Path, known: Project, base: str | None) -> Affected:
    if base is None:
        # Asked for all, by hand. Of a colour that is frozen nothing but a hotfix would go through: without one it is
        # left alone, or it would refuse what is meant for the others.
        return Affected(by_shared=True, own=frozenset({LIVE, *known.hotfixes}))
    changed = digest.changed(root, base)
    if changed is None:
        # It might be anything, and nobody would have said that it is a tag-in.
        raise Refusal(
            f"what has changed since {printable(base, 100)} cannot be told",
            seen="git does not know that commit, or its history is not here",
            allowed="a commit of this checkout, like HEAD^1 or origin/main",
            next_step="git fetch --unshallow origin (in a CI, fetch-depth: 0); or --all by hand: every stack",
        )
    return affected.by(changed, known.stacks)


if __name__ == "__main__":
    sys.exit(console.ends_with(main))
