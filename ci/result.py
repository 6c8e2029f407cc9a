"""What became of one stack, in a file that a later job reads."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ci import console

_FILE = re.compile(r"result-([a-z]{1,20})\.json")


@dataclass(frozen=True)
class Result:
    """text: why it was refused, or what was done."""

    stack: str
    succeeded: bool
    text: str


def write(folder: Path, result: Result) -> None:
    """Leave it in `folder`."""
    console.write(folder, f"result-{result.stack}.json", json.dumps(asdict(result)))


def read(folder: Path) -> dict[str, Result]:
    """Stack to result, of all that are in `folder`; none where there is no such folder."""
    found = {}
    for path in sorted(folder.glob("result-*.json")):
        if named := _FILE.fullmatch(path.name):
            said = json.loads(path.read_text(encoding="utf-8"))
            found[named[1]] = Result(named[1], said["succeeded"] is True, str(said["text"]))
    return found


def headline(stacks: Iterable[str], results: Iterable[Result]) -> str:
    """What became of all of it, in a line."""
    by_stack = {one.stack: one for one in results}
    wanted = tuple(stacks)
    refused = [stack for stack in wanted if stack in by_stack and not by_stack[stack].succeeded]
    if refused:
        return f"After the merge: refused, {', '.join(refused)}"
    missing = [stack for stack in wanted if stack not in by_stack]
    if missing:
        return f"After the merge: not done, {', '.join(missing)}"
    return f"After the merge: done, {', '.join(wanted)}"


def text(stacks: Sequence[str], results: Iterable[Result]) -> str:
    """What became of each stack, in order."""
    by_stack = {one.stack: one for one in results}
    absent = "not updated: its job did not run, or was not approved, or did not come to its end"
    return "\n\n".join(f"{stack}: {by_stack[stack].text if stack in by_stack else absent}" for stack in stacks)
