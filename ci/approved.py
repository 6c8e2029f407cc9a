"""`python -m ci.approved --base REVISION --out FOLDER`: what was approved with the pull request that was merged.

Reads the record in the comment of that pull request: PULL_REQUEST, or else the one that brought GITHUB_SHA. Writes it
to `seen.json`, and hands over `colours` (a list in JSON, in order), `live` (true or false) and `pull_request`. Of a
refusal it hands over `pull_request` alone, and leaves `result-approved.json`: why, to be said there.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ci import affected, console, digest, github, project, result, seen
from ci.comment import MARKER
from ci.github import GitHub
from ci.preview import SEEN_FILE
from ci.project import Project
from ci.result import Result
from ci.seen import Seen
from components.settings import LIVE
from cutover.printable import printable
from cutover.refusal import Refusal

# Its result is not of a stack: nothing was begun.
STEP = "approved"
AGAIN = (
    "gh workflow run preview.yml -f pull_request={0}, look at its comment, then "
    "gh workflow run up.yml -f pull_request={0}"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Look it up; 1 when nothing that is affected was approved."""
    parser = argparse.ArgumentParser(prog="python -m ci.approved", description=__doc__.splitlines()[0])
    parser.add_argument("--base", default="", help="the commit before the push; empty when that is not known")
    parser.add_argument("--out", type=Path, default=Path("ci-out"), help="folder for the file")
    options = parser.parse_args(argv)
    root, asked = Path.cwd(), os.environ.get("PULL_REQUEST", "")
    known = project.read(root)
    changed = digest.changed(root, options.base) if options.base and not asked else None
    if changed is not None and affected.by(changed, known.stacks).nothing:
        console.tell("no stack is affected")
        console.hand_over({"colours": "[]", "live": "false", "pull_request": ""})
        return 0
    hub = github.of_environment()
    number = github.number(asked, "PULL_REQUEST") if asked else of_commit(hub, os.environ)
    # What is no pull request refuses here, and is told nothing.
    by_hand = hub.ask("GET", f"/pulls/{number}") if asked else None
    # From here on a refusal is said on the pull request.
    console.hand_over({"pull_request": str(number)})
    try:
        if by_hand is not None:
            refuse_unmerged(by_hand, number, os.environ.get("GITHUB_REF_NAME", ""))
        approved = _of_project(of_pull_request(hub, number), known, number)
    except Refusal as refusal:
        result.write(options.out, Result(STEP, False, str(refusal)))
        raise
    console.write(options.out, SEEN_FILE, f"{approved.to_json()}\n")
    colours = [stack for stack in approved.stacks if stack != LIVE]
    console.hand_over(
        {
            "colours": json.dumps(colours),
            "live": "true" if LIVE in approved.stacks else "false",
        }
    )
    return 0


def of_commit(hub: GitHub, environment: Mapping[str, str]) -> int:
    """The pull request that brought the commit of this run; raises Refusal when there is not exactly one."""
    commit, branch = environment.get("GITHUB_SHA", ""), environment.get("GITHUB_REF_NAME", "")
    found = hub.merged_by(commit, branch) if commit else ()
    if len(found) != 1:
        raise Refusal(
            "nobody approved this: the commit came by no pull request"
            if not found
            else "which pull request was approved cannot be told: the commit came by several",
            seen=f"{seen.short(commit)} on {printable(branch, 100)}; pull requests: {list(found) or 'none'}",
            allowed="a commit that one merged pull request brought",
            next_step="gh pr list --state merged; then " + AGAIN.format("NUMBER"),
        )
    return found[0]


def refuse_unmerged(found: Mapping[str, Any], number: int, branch: str) -> None:
    """Raise Refusal unless the pull request, as GitHub describes it, was merged into `branch`.

    https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request
    """
    merged, base = found.get("merged_at"), str((found.get("base") or {}).get("ref") or "")
    if not merged or not branch or base != branch:
        raise Refusal(
            f"pull request {number} is not merged into this branch",
            seen=f"merged: {printable(str(merged or 'never'), 40)}; into {printable(base, 100) or 'nothing'}; "
            f"this is {printable(branch, 100) or 'not known'}",
            allowed="a pull request that was merged into the branch that this runs on",
            next_step=f"gh pr view {number}; its merge starts up by itself",
        )


def of_pull_request(hub: GitHub, number: int) -> Seen:
    """What its preview saw; raises Refusal when there is no such record, or when the preview was refused."""
    found = hub.comment(number, MARKER)
    try:
        if found is None:
            raise ValueError("no comment of ours")  # one of the ways in which there is no record
        record = seen.of_comment(found.body)
    except ValueError as error:
        raise Refusal(
            f"nothing says what was approved with pull request {number}",
            seen=str(error),
            allowed="the comment of a preview that ended well",
            next_step=AGAIN.format(number),
        ) from None
    if record.refused:
        seen.refuse_unapproved(record, record.stacks[0] if record.stacks else LIVE, AGAIN.format(number))
    return record


def _of_project(record: Seen, known: Project, number: int) -> Seen:
    seen.refuse_other_stacks(record, known.stacks, AGAIN.format(number))
    return record


if __name__ == "__main__":
    sys.exit(console.ends_with(main))
