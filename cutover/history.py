"""The history of the parameter `in-charge`: who was in charge since when, and which of its versions say nothing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Enough to recognise a value by; a parameter may hold 4 KB.
SHOWN_CHARACTERS = 60


@dataclass(frozen=True)
class Named:
    """One entry of the history of `in-charge`: which colour and release it named from when on (Unix time, seconds).

    `group` is its Auto Scaling group, `sharing` the colours that had a share of the traffic beside it, `override` the
    one in force, as text. `restored`: it was written anew after somebody had changed `in-charge` or the weights by
    hand, so what was before it is not known.
    """

    at: float
    colour: str
    release: str = ""
    group: str = ""
    sharing: frozenset[str] = frozenset()
    override: str = ""
    restored: bool = False

    @staticmethod
    def of(at: float, value: object) -> "Named":
        """Read one value of the parameter; raises ValueError, with what is wrong, when it names no colour."""
        if not isinstance(value, Mapping):
            raise ValueError("no JSON object")
        texts = {key: value.get(key) or "" for key in ("colour", "release", "group", "override")}
        share = value.get("share") or {}
        wrong = [key for key, text in texts.items() if not isinstance(text, str)]
        wrong += [] if isinstance(share, Mapping) else ["share"]
        if wrong or not texts["colour"]:
            raise ValueError(f"{wrong[0]} of another type" if wrong else "no colour")
        return Named(
            at,
            texts["colour"],
            texts["release"],
            texts["group"],
            frozenset(share),
            texts["override"],
            bool(value.get("restored")),
        )


@dataclass(frozen=True)
class Version:
    """One version of the parameter as AWS has it; `at` is Unix time in seconds, by AWS's clock."""

    number: int
    at: float
    value: str


@dataclass(frozen=True)
class History:
    """All that AWS keeps of the parameter, oldest first; empty while there is none.

    `entries` are the versions that can be read, `unreadable` says of each other one what is wrong with it. `latest` is
    the value that it has now. `read_at` is when that was so, by AWS's clock (Unix time, seconds).
    """

    entries: tuple[Named, ...] = ()
    unreadable: tuple[str, ...] = ()
    latest: str | None = None
    latest_unreadable: str = ""
    read_at: float = 0.0


def of(versions: Sequence[Version], read_at: float) -> History:
    """Read every version; one that somebody wrote by hand and that says nothing is put aside, and never believed."""
    entries, unreadable, latest_unreadable = [], [], ""
    for version in sorted(versions, key=lambda version: version.number):
        entry = _entry(version)
        if isinstance(entry, Named):
            entries.append(entry)
            latest_unreadable = ""
        else:
            latest_unreadable = entry
            unreadable.append(entry)
    latest = max(versions, key=lambda version: version.number).value if versions else None
    return History(tuple(entries), tuple(unreadable), latest, latest_unreadable, read_at)


def warning(history: History, parameter: str) -> str:
    """A line that counts and shows the versions that were put aside; empty when there are none."""
    if not history.unreadable:
        return ""
    newest = "; ".join(history.unreadable[-3:])
    return f"versions of {parameter} that cannot be read, and are skipped: {len(history.unreadable)} ({newest})"


def shown(value: str) -> str:
    """A text from outside, escaped and shortened."""
    text = ascii(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


def _entry(version: Version) -> Named | str:
    try:
        value: Any = json.loads(version.value)
        return Named.of(version.at, value)
    except (ValueError, RecursionError) as error:
        # What JSON says of a text is about columns, not about what it should have been.
        problem = "no JSON" if isinstance(error, (json.JSONDecodeError, RecursionError)) else str(error)
        return f"version {version.number} is {shown(version.value)} ({problem})"
