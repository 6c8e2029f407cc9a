"""Figures as people read them; whatever comes from outside is escaped here, once, for every form but JSON."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from board.facts import Fact, Unknown
from cutover.printable import printable

T = TypeVar("T")
UNKNOWN = "unknown"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
SHOWN_CHARACTERS = 300


def moment(at: float) -> str:
    """A Unix time as a date with the time, in UTC."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"


def duration(seconds: float) -> str:
    """The two largest units of a number of seconds, like `3 h 12 min`."""
    whole = max(0, round(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h"


def ago(at: float, now: float) -> str:
    """How long ago something was, as `2 d 3 h ago`."""
    return f"{duration(now - at)} ago"


def who(arn: str) -> str:
    """The part of an ARN that people call somebody by: `user/ada`, `deploy/ada`; other texts as they are."""
    if not arn.startswith("arn:"):
        return printable(arn)
    return printable(arn.rpartition(":")[2].removeprefix("assumed-role/"))


def said(fact: Fact[T], in_words: Callable[[T], str]) -> str:
    """A fact in words, or that it is unknown; why, the list of what is unknown says."""
    return UNKNOWN if isinstance(fact, Unknown) else printable(in_words(fact.value))


def one_line(text: str) -> str:
    """A text from outside on one line."""
    return printable(" ".join(text.split()))
