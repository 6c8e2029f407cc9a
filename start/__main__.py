"""`python -m start [REGION] [ARGUMENT …]`: the region in Pulumi.yaml, and every stack that is not there yet.

The arguments go to `pulumi stack init`. What is there already is left as it is, so that it can be repeated.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from ci import console, project
from start import region, stacks


def main(argv: Sequence[str] | None = None) -> int:
    """Do it, and say what was done."""
    given = list(sys.argv[1:] if argv is None else argv)
    wanted = given.pop(0) if given and not given[0].startswith("-") else ""
    root = Path.cwd()
    known = project.read(root)
    where = stacks.backend()
    chosen = region.put(root / project.PROJECT_FILE, wanted)
    console.tell(
        f"region: {chosen.name}, {'written into' if chosen.written else 'as it stands in'} {project.PROJECT_FILE}"
    )
    console.tell(f"state: {where}")
    there = stacks.there()
    for stack in known.stacks:
        if stack in there:
            console.tell(f"stack {stack}: is there already")
        else:
            stacks.make(stack, given)
            console.tell(f"stack {stack}: made")
    for stack in sorted(there - {*known.stacks}):
        console.tell(f"stack {stack} is none of this project's: pulumi stack rm {stack}, if nothing is in it")
    console.tell(f"next: say in {project.PROJECT_FILE} what your service is; docs/first-time.md goes on from there")
    return 0


if __name__ == "__main__":
    sys.exit(console.ends_with(main))
