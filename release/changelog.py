"""What CHANGELOG.md says of each version."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cutover.refusal import Refusal

FILE = "CHANGELOG.md"
UNRELEASED = "Unreleased"
TO_DO = "### What you have to do"
_HEADING = re.compile(r"^## \[(?P<name>[^\]]+)\](?: - (?P<when>.+))?$", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """name: a version, or Unreleased. when: what stands after it, a date once it is released. text: all below it."""

    name: str
    when: str
    text: str


def sections(text: str) -> Sequence[Section]:
    """Every section, in the order of the page."""
    found = list(_HEADING.finditer(text))
    ends = [*(one.start() for one in found), len(text)][1:]
    return [
        Section(one["name"], one["when"] or "", text[one.end() : end].strip())
        for one, end in zip(found, ends, strict=True)
    ]


def of_version(root: Path, version: str) -> Section:
    """The section of the version that is to be released; raises Refusal unless it is the newest, and is complete.

    It needs a date, and what a user has to do; nothing may stand above it, since that would be released too.
    """
    found = sections((root / FILE).read_text(encoding="utf-8"))
    above = [one for one in found if one.name == UNRELEASED]
    versions = [one for one in found if one.name != UNRELEASED]
    newest = versions[0] if versions else Section("none", "", "")
    wrong = _wrong(newest, version, [one for one in above if one.text])
    if wrong:
        raise Refusal(
            f"{FILE} does not say what is new in {version}",
            seen=wrong,
            allowed=f"`## [{version}] - YYYY-MM-DD` at the top, with `{TO_DO}`, and nothing in [{UNRELEASED}]",
            next_step=f"edit {FILE}, merge it, then run the workflow `release` again",
        )
    return newest


def _wrong(newest: Section, version: str, unreleased: Sequence[Section]) -> str:
    if newest.name != version:
        return f"the newest version is {newest.name}"
    if unreleased:
        return f"[{UNRELEASED}] has {len(unreleased[0].text.splitlines())} lines"
    if not _is_date(newest.when):
        return f"[{version}] has no date, but {newest.when!r}"
    return "" if TO_DO in newest.text.splitlines() else f"[{version}] has no `{TO_DO}`"


def _is_date(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
