"""A page's commands as an operator types them: in one shell, from top to bottom.

`sh` blocks are typed as they are. Of `console` blocks the lines after `$ ` are typed, and what stands between them
has to be printed. All other blocks are for reading. What a test cannot type says so right above it, in the source of
the page: `<!-- not run: REASON -->`.
"""

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.plugins.lifeline import Child
from tests.pages import Block, Page

LANGUAGES = ("sh", "console")
# Where an operator confirms what a preview showed: https://www.pulumi.com/docs/iac/cli/environment-variables/
CONFIRMING = {"PULUMI_SKIP_CONFIRMATIONS": "true"}
_LEFT_OUT = "…"
# Between what two commands print; on a line of its own, whatever the one before ended with.
_MARK = "\x1e"
# What differs from one run to the next: numbers, and the random part of a name.
_CHANGING = re.compile(r"\b[0-9a-f]{7}\b|\d+(?:\.\d+)*")


@dataclass(frozen=True)
class Typed:
    """One command (or a whole `sh` block), the lines that its page shows of what it prints, and where it stands."""

    command: str
    shown: tuple[str, ...]
    place: str


def typed(page: Page) -> tuple[Typed, ...]:
    """Everything that is to be typed, in order."""
    return typed_blocks(page.blocks, page.path)


def typed_blocks(blocks: Sequence[Block], path: str) -> tuple[Typed, ...]:
    """The same of some blocks of the page at `path`."""
    return tuple(one for block in blocks if is_typed(block) for one in _commands(block, f"{path}:{block.line}"))


def is_typed(block: Block) -> bool:
    """Whether a block is one of commands, and nothing says that it is not run."""
    return block.language in LANGUAGES and not block.not_run


def type_in(commands: Sequence[Typed], folder: Path, environment: Mapping[str, str]) -> list[str]:
    """Type all of them in one `sh` that stops at the first one that fails; what each printed.

    Raises AssertionError with the place of the one that failed, and all that was printed.
    """
    script = "\n".join(f"printf '\\n{_MARK}'\n{one.command}" for one in commands)
    shell = Child(
        ["sh", "-e", "-c", script], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        output = shell.stdout.read().decode(errors="replace")
        exit_code = shell.wait()
    finally:
        shell.end()
    printed = output.split(_MARK)[1:]
    assert exit_code == 0, f"{commands[len(printed) - 1].place} failed:\n{output}"
    return printed


def missing(shown: Sequence[str], printed: str) -> list[str]:
    """The lines of a page, from the first on, that were not printed in this order.

    `…` stands for anything, numbers and the random parts of names for any others, and white space for as much of it as
    there is.
    """
    lines = iter([_comparable(line) for line in printed.splitlines()])
    for number, line in enumerate(shown):
        pattern = re.compile(".*".join(re.escape(part.strip()) for part in _comparable(line).split(_LEFT_OUT)))
        if line.strip() != _LEFT_OUT and not any(pattern.fullmatch(found) for found in lines):
            return list(shown[number:])
    return []


def _comparable(line: str) -> str:
    return " ".join(_CHANGING.sub("0", line).split())


def _commands(block: Block, place: str) -> list[Typed]:
    if block.language == "sh":
        return [Typed(block.text, (), place)]
    before, *entries = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    assert not before, f"{place} begins with what nobody asked for"
    return [Typed(lines[0], tuple(lines[1:]), place) for lines in (entry.splitlines() for entry in entries)]
