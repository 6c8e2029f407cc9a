"""`python -m ci.saved_intent COLOUR --from FOLDER`: a pull request that says in Pulumi.live.yaml what a tag-back did.

Without it the next update of `live` would tag the other colour in again. `ci.preview` refuses a change that would. It
may be called again: what an earlier call has left is gone on with.
"""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from ci import active, console, github, project, proposal, tag_back, tagged_back
from ci.markdown import fenced
from ci.proposal import Proposal
from ci.tagged_back import TaggedBack

_LONGEST_TEXT = 8_000


def main(argv: Sequence[str] | None = None) -> int:
    """Propose it."""
    parser = argparse.ArgumentParser(prog="python -m ci.saved_intent", description=__doc__.splitlines()[0])
    parser.add_argument("colour")
    parser.add_argument("--from", dest="folder", type=Path, default=Path("ci-out"), help="what ci.tag_back has written")
    options = parser.parse_args(argv)
    known, colour = project.read(Path.cwd()), options.colour
    tag_back.refuse_unknown(known, colour)
    ended = tagged_back.read(options.folder, colour)
    run = re.sub(r"[^0-9]", "", os.environ.get("GITHUB_RUN_ID", "")) or "by-hand"
    base = os.environ.get("GITHUB_REF_NAME") or "main"
    wanted = Proposal(f"tag-back-{colour}-{run}", base, active.FILE, ended.headline, body(ended, run))
    number = proposal.put(github.of_environment(), wanted, lambda text: active.written(text, colour, known.name))
    said = f"pull request {number} writes it down: merge it" if number else f"{base} says so already"
    console.tell(said)
    console.summarise(said)
    return 0


def body(ended: TaggedBack, run: str) -> str:
    """The text of the pull request."""
    return (
        f"Run {run} tagged {ended.colour} back, and this writes it down; it changes nothing more. Its preview shows no "
        "changes as long as that is so. Until it is merged, a pull request that would tag the other colour in again "
        f"without saying so is refused. How it ended:\n\n{fenced(ended.text, _LONGEST_TEXT)}"
    )


if __name__ == "__main__":
    sys.exit(console.ends_with(main))
