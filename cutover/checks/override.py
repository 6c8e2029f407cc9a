"""The override: named checks that an emergency waives, for one release of one colour."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from cutover.checks.check import WAIVABLE
from cutover.in_charge import Entry

_FORM = 'empty, or {"attempt": "COLOUR@RELEASE", "checks": [names]} with one or more names of '
ALLOWED = f"{_FORM}{', '.join(sorted(WAIVABLE))} (awake and the order of the weights are never waived)"
STRAGGLERS = "stragglers"
OF_COLOUR = frozenset({STRAGGLERS})
"""What the override of a colour's own stack may name; the freeze is never waived."""
OF_COLOUR_ALLOWED = f"{_FORM}{', '.join(sorted(OF_COLOUR))} (the freeze is never waived)"


@dataclass(frozen=True)
class Override:
    """Let `checks` pass for the attempt to tag in `colour` at `release`."""

    colour: str
    release: str
    checks: tuple[str, ...]

    def __str__(self) -> str:
        return f"{', '.join(self.checks)} for {self.colour}@{self.release}"


@dataclass(frozen=True)
class Waiver:
    """The names of the checks that are waived, and a line about it for the output (empty when there is no override)."""

    checks: frozenset[str]
    line: str


def parse_of_colour(text: str) -> Override | None:
    """Read the config key `override` of a colour; raises ValueError when it is not OF_COLOUR_ALLOWED."""
    return parse(text, OF_COLOUR)


def parse(text: str, waivable: Collection[str] = WAIVABLE) -> Override | None:
    """Read the config key `override`; raises ValueError, with the part at fault, when it is not ALLOWED."""
    value = json.loads(text) if text else {}
    if value == {}:
        return None
    if not isinstance(value, dict) or set(value) != {"attempt", "checks"}:
        raise ValueError(text)
    attempt, checks = value["attempt"], value["checks"]
    colour, at, release = attempt.partition("@") if isinstance(attempt, str) else ("", "", "")
    if not (colour and at and release):
        raise ValueError(f"attempt: {attempt}")
    if not isinstance(checks, list) or not checks:
        raise ValueError(f"checks: {checks}")
    unknown = [str(name) for name in checks if not isinstance(name, str) or name not in waivable]
    if unknown:
        raise ValueError(f"checks: {', '.join(unknown)}")
    return Override(colour, release, tuple(dict.fromkeys(checks)))


def in_force(override: Override | None, releases: Mapping[str, str]) -> str:
    """The override as text if it is for one of `releases` (colour to release), for the record of the attempt."""
    return str(override) if override and releases.get(override.colour) == override.release else ""


def decide(
    override: Override | None, colour: str, release: str, history: Sequence[Entry], *, lost: bool = False
) -> Waiver:
    """Which checks are waived for tagging in `colour` at `release`; `history` is that of in-charge.

    An override is for one attempt: it is used up once the history has an attempt that it let through. When the history
    was `lost`, nothing shows that it has not been.
    """
    if override is None:
        return Waiver(frozenset(), "")
    if lost:
        return Waiver(
            frozenset(), f"the override of {override} is ignored: the history of in-charge is lost, and may have had it"
        )
    if any(entry.override == str(override) for entry in history):
        return Waiver(frozenset(), f"the override of {override} is ignored: it was used, take it out of the config")
    return _for_attempt(override, colour, release, WAIVABLE)


def decide_of_colour(override: Override | None, colour: str, release: str) -> Waiver:
    """What is waived for changes of `colour`, whose config says `release`, by its own override.

    Nothing notes that it was used: it lasts for as long as the config has it and that release.
    """
    return Waiver(frozenset(), "") if override is None else _for_attempt(override, colour, release, OF_COLOUR)


def _for_attempt(override: Override, colour: str, release: str, waivable: frozenset[str]) -> Waiver:
    if (override.colour, override.release) != (colour, release):
        return Waiver(frozenset(), f"the override of {override} is ignored: this attempt is {colour}@{release}")
    return Waiver(frozenset(override.checks) & waivable, f"OVERRIDE in force: {override}")
