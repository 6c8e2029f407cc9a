"""`python -m ci.saved_intent COLOUR --from FOLDER`: a pull request that says in Pulumi.live.yaml what a tag-back did.

Without it the next update of `live` would tag the other colour in again. `ci.preview` refuses a change that would.
"""

import argparse
import base64
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from ci import console, github, project, tag_back
from ci.project import stack_file
from components.settings import LIVE


def main(argv: Sequence[str] | None = None) -> int:
    """Propose it."""
    parser = argparse.ArgumentParser(prog="python -m ci.saved_intent", description=__doc__.splitlines()[0])
    parser.add_argument("colour")
    parser.add_argument("--from", dest="folder", type=Path, default=Path("ci-out"), help="what ci.tag_back has written")
    options = parser.parse_args(argv)
    tag_back.refuse_unknown(project.read(Path.cwd()), options.colour)
    content = base64.b64encode((options.folder / stack_file(LIVE)).read_bytes()).decode()
    run = re.sub(r"[^0-9]", "", os.environ.get("GITHUB_RUN_ID", "")) or "by-hand"
    number = github.of_environment().propose(
        branch=f"tag-back-{options.colour}-{run}",
        base=os.environ.get("GITHUB_REF_NAME") or "main",
        file=stack_file(LIVE),
        content=content,
        title=f"{options.colour} is in charge: it was tagged back",
        body=f"{options.colour} was tagged back by run {run}. This writes it down; it changes nothing more. Until it "
        "is merged, a pull request that would tag the other colour in again without saying so is refused.",
    )
    console.tell(f"pull request {number}")
    return 0


if __name__ == "__main__":
    sys.exit(console.ends_with(main))
