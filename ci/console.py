"""What the steps print, and what they hand to the CI that runs them: a log, a summary, outputs.

A line of a log may be a command to GitHub's runner, so what comes from outside never begins one:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from ci.markdown import fenced
from cutover.printable import printable
from cutover.refusal import Refusal

_PLAIN = re.compile(r"[A-Za-z0-9_.,:/\[\]\"' -]*")
REFUSED = 1
_LONGEST = 6_000


def inert(line: str) -> str:
    """A line that is no command to the runner, of either form: `::name::` at its beginning, `##[name]` anywhere."""
    shown = printable(line).replace("##[", "## [")
    return f"| {shown}" if shown.lstrip().startswith("::") else shown


def tell(line: str) -> None:
    """Print a line of the log."""
    print(inert(line), flush=True)


def tell_refusal(refusal: Refusal) -> None:
    """Print its four lines."""
    for line in str(refusal).splitlines():
        tell(line)


def summarise(markdown: str) -> None:
    """Add to the page of the run, where there is one."""
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(path).open("a", encoding="utf-8") as summary:
            summary.write(f"{markdown}\n")


def hand_over(outputs: Mapping[str, str]) -> None:
    """Set outputs of the step, and print them, for a CI that is not GitHub's.

    Raises ValueError for a value that is not of one line of plain characters.
    """
    for name, value in outputs.items():
        if not _PLAIN.fullmatch(value):
            raise ValueError(f"output {name} is not plain: {value!r}")
        tell(f"{name}={value}")
    if path := os.environ.get("GITHUB_OUTPUT"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.writelines(f"{name}={value}\n" for name, value in outputs.items())


def write(folder: Path, name: str, text: str) -> Path:
    """Write a file that a later step or job reads: all of it, or none. An empty one may say that all is well."""
    folder.mkdir(parents=True, exist_ok=True)
    path, part = folder / name, folder / f".{name}.part"
    part.write_text(text, encoding="utf-8")
    part.replace(path)
    return path


def ends_with(run: Callable[[], int]) -> int:
    """What `run` returns; REFUSED, with its four lines on the log and on the page of the run, when it refuses."""
    try:
        return run()
    except Refusal as refusal:
        for line in str(refusal).splitlines():
            print(inert(line), file=sys.stderr, flush=True)
        summarise(fenced(str(refusal), _LONGEST, "text"))
        return REFUSED
