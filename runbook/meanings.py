"""What each thing that the program says means, written by hand: meanings.toml, beside this."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("meanings.toml")
UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Meaning:
    """`says` is the text as `runbook.said` has it; `dns` is how DNS stands when it is said.

    moment: the key of a `Moment`. means: in words for somebody who was woken by it.
    """

    says: str
    means: str
    moment: str = ""
    dns: str = UNCHANGED


@dataclass(frozen=True)
class Part:
    """Of a check: its `name`, or of words inside of other messages the module (`path`) that they are from."""

    key: str
    means: str
    dns: str = UNCHANGED
    type: str = ""


@dataclass(frozen=True)
class Meanings:
    """All of them; `moments` is key to heading, in the order of the page."""

    moments: Mapping[str, str]
    refusals: Sequence[Meaning]
    warnings: Sequence[Meaning]
    lines: Sequence[Meaning]
    checks: Sequence[Part]
    words: Sequence[Part]


def read(file: Path = FILE) -> Meanings:
    """Read them; raises TypeError for a key that is none."""
    content: Mapping[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    return Meanings(
        content["moments"],
        [Meaning(**one) for one in content["refusal"]],
        [Meaning(**one) for one in content["warning"]],
        [Meaning(**one) for one in content["line"]],
        [Part(key, **one) for key, one in content["check"].items()],
        [Part(key, **one) for key, one in content["words"].items()],
    )
