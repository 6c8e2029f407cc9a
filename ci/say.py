"""`python -m ci.say WHAT --from FOLDER`: write to GitHub what another step found; the step itself has no right to.

preview: the comment of PULL_REQUEST. after: what became of it, in the same comment. drift: the issue, opened, kept up
to date, or closed when all is well; where the other step has left nothing, it says that nothing could be looked at.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ci import approved, comment, console, github, result, seen
from ci.comment import DRIFT_MARKER, MARKER
from ci.drift import ISSUE_FILE
from ci.github import GitHub
from ci.markdown import MOST_CHARACTERS
from ci.preview import COMMENT_FILE, SEEN_FILE
from cutover.refusal import Refusal

LABEL = "drift"
TITLE = "What is there is not what the main branch says, or could not be told"


def main(argv: Sequence[str] | None = None) -> int:
    """Write it."""
    parser = argparse.ArgumentParser(prog="python -m ci.say", description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("preview", "after", "drift"))
    parser.add_argument("--from", dest="folder", type=Path, default=Path("ci-out"), help="what the other step wrote")
    options = parser.parse_args(argv)
    hub = github.of_environment()
    if options.what == "drift":
        try:
            body = _text(options.folder / ISSUE_FILE)
        except Refusal as nothing:
            body = comment.of_unlooked(str(nothing), github.run_url())
        say_drift(hub, body)
        return 0
    number = github.number(os.environ.get("PULL_REQUEST", ""), "PULL_REQUEST")
    if options.what == "preview":
        hub.put_comment(number, MARKER, _of_ours(_text(options.folder / COMMENT_FILE)))
    else:
        say_after(hub, number, options.folder)
    return 0


def say_after(hub: GitHub, number: int, folder: Path) -> None:
    """Add to the comment what became of each stack that was approved, or why none was."""
    found = result.read(folder)
    if approved.STEP in found and not (folder / SEEN_FILE).exists():
        said = comment.after("`up` was refused before anything was updated", found[approved.STEP].text)
    else:
        stacks, results = seen.of_json(_text(folder / SEEN_FILE)).stacks, found.values()
        said = comment.after(result.headline(stacks, results), result.text(stacks, results))
    before = hub.comment(number, MARKER)
    hub.put_comment(number, MARKER, comment.with_after(before.body if before else MARKER, said))


def say_drift(hub: GitHub, body: str) -> None:
    """Open the issue, keep it up to date, or close it."""
    before = hub.open_issue(DRIFT_MARKER, LABEL)
    if not body.strip():
        if before:
            hub.close_issue(before.number, "What is there is what the main branch says.")
    elif before:
        hub.update_issue(before.number, comment.with_last_seen(body, before.body)[:MOST_CHARACTERS])
    else:
        hub.create_issue(TITLE, body[:MOST_CHARACTERS], LABEL)


def _of_ours(body: str) -> str:
    """A comment as `ci.preview` writes them; raises Refusal for anything else, which could never be found again."""
    if not body.startswith(MARKER) or len(body) > MOST_CHARACTERS:
        raise Refusal(
            "this is no comment of a preview",
            seen=f"{len(body)} characters that begin with {body[:40]!r}",
            allowed=f"at most {MOST_CHARACTERS} characters that begin with {MARKER}",
            next_step=".venv/bin/python -m ci.preview writes them",
        )
    return body


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise Refusal(
            "the step before has left nothing to say",
            seen=str(error),
            allowed=f"the file {path.name}",
            next_step="look at the log of that step; then run the job again",
        ) from None


if __name__ == "__main__":
    sys.exit(console.ends_with(main))
