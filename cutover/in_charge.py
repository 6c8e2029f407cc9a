"""The parameter `in-charge`: what it says, as it is written and as it is read, and its history."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cutover.printable import quoted

# Enough to recognise a value by; a parameter may hold 4 KB.
SHOWN_CHARACTERS = 60


@dataclass(frozen=True)
class Value:
    """What `in-charge` says: which colour is in charge, with which release and Auto Scaling group.

    `attempt` is the id of the tag-in that wrote it, `share` maps the other colour to its weight when it has some of the
    traffic, `override` is the one in force, as text. `restored`: how often it was written anew after somebody had
    changed `in-charge` or the weights by hand, so that what was before it is not known.
    """

    colour: str
    release: str = ""
    group: str = ""
    attempt: str = ""
    share: Mapping[str, int] = field(default_factory=dict)
    override: str = ""
    restored: int = 0

    def to_json(self) -> str:
        """The text of the parameter."""
        said = {key: getattr(self, key) for key in ("colour", "release", "group", "attempt", "share", "override")}
        return json.dumps(said | ({"restored": self.restored} if self.restored else {}))

    @staticmethod
    def parse(text: str) -> "Value":
        """Read it, whoever wrote it; raises ValueError, with what is wrong, when it names no colour."""
        try:
            said: Any = json.loads(text)
        except (ValueError, RecursionError):
            # What JSON says of a text is about columns, not about what it should have been.
            raise ValueError("no JSON") from None
        if not isinstance(said, Mapping):
            raise ValueError("no JSON object")  # for the caller it is one of many wrong values
        texts = {key: said.get(key) or "" for key in ("colour", "release", "group", "override")}
        share = said.get("share") or {}
        wrong = [key for key, one in texts.items() if not isinstance(one, str)]
        wrong += [] if isinstance(share, Mapping) else ["share"]
        if wrong or not texts["colour"]:
            raise ValueError(f"{wrong[0]} of another type" if wrong else "no colour")
        attempt, restored = str(said.get("attempt") or ""), said.get("restored") or 0
        return Value(**texts, attempt=attempt, share=share, restored=restored if isinstance(restored, int) else 1)

    @property
    def live(self) -> frozenset[str]:
        """The colours that clients are sent to: the one in charge, and one that has a share."""
        return frozenset(self.share) | {self.colour}


@dataclass(frozen=True)
class Entry:
    """One entry of the history: what `in-charge` said from when on (Unix time in seconds, by AWS's clock).

    `sharing` are the colours that had a share of the traffic beside `colour`; the others are as in Value.
    """

    at: float
    colour: str
    release: str = ""
    group: str = ""
    sharing: frozenset[str] = frozenset()
    override: str = ""
    restored: bool = False

    @staticmethod
    def of(at: float, value: Value) -> "Entry":
        """What `value` says, from `at` on."""
        sharing = frozenset(value.share)
        return Entry(at, value.colour, value.release, value.group, sharing, value.override, bool(value.restored))

    @property
    def live(self) -> frozenset[str]:
        """The colours that clients were sent to."""
        return self.sharing | {self.colour}


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

    entries: tuple[Entry, ...] = ()
    unreadable: tuple[str, ...] = ()
    latest: str | None = None
    latest_unreadable: str = ""
    read_at: float = 0.0


def history_of(versions: Sequence[Version], read_at: float) -> History:
    """Read every version; one that somebody wrote by hand and that says nothing is put aside, and never believed."""
    entries, unreadable, latest_unreadable = [], [], ""
    for version in sorted(versions, key=lambda version: version.number):
        try:
            entries.append(Entry.of(version.at, Value.parse(version.value)))
            latest_unreadable = ""
        except ValueError as error:
            latest_unreadable = f"version {version.number} is {quoted(version.value, SHOWN_CHARACTERS)} ({error})"
            unreadable.append(latest_unreadable)
    latest = max(versions, key=lambda version: version.number).value if versions else None
    return History(tuple(entries), tuple(unreadable), latest, latest_unreadable, read_at)


def warning(history: History, parameter: str) -> str:
    """A line that counts and shows the versions that were put aside; empty when there are none."""
    if not history.unreadable:
        return ""
    newest = "; ".join(history.unreadable[-3:])
    return f"versions of {parameter} that cannot be read, and are skipped: {len(history.unreadable)} ({newest})"
