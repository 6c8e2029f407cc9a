"""One answer of a server, with what it is worth."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from propagation.answer import Answer, AnswerKind

SHOWN_AT_MOST = 4


class Worth(Enum):
    """What one answer was worth; only EXPECTED ever counts towards the end of the wait."""

    EXPECTED = "answers as expected"
    OTHER = "answers something else"
    UNKNOWN = "answers addresses that nobody knows"
    NEGATIVE = "says that there is no such record"
    FAILURE = "answers with an error"
    NO_ANSWER = "does not answer"


# What speaks against the end, and not only not for it.
AGAINST = frozenset({Worth.OTHER, Worth.UNKNOWN, Worth.NEGATIVE})


@dataclass(frozen=True)
class Observation:
    """What one answer was worth, in words, with its records and the TTL that they had left when it came, at `at`.

    `longest_ttl_seconds`: the largest TTL of the records that led to these, where it is another.
    """

    verdict: Worth
    summary: str
    asked_at: float
    at: float
    records: tuple[str, ...] = ()
    ttl_seconds: float | None = None
    longest_ttl_seconds: float | None = None

    @property
    def kept_seconds(self) -> float | None:
        """The longest that a cache may keep a part of the answer; None where there are no records."""
        if not self.records:
            return None
        return self.ttl_seconds if self.longest_ttl_seconds is None else self.longest_ttl_seconds


def observe_empty(answer: Answer, *, asked_at: float, at: float) -> Observation:
    """What an answer without records is worth, whatever was hoped for."""
    verdicts = {AnswerKind.NO_ANSWER: Worth.NO_ANSWER, AnswerKind.FAILURE: Worth.FAILURE}
    verdict = verdicts.get(answer.kind, Worth.NEGATIVE)
    return observe(answer, verdict, answer.detail or answer.kind.value, asked_at=asked_at, at=at)


def observe(answer: Answer, verdict: Worth, summary: str, *, asked_at: float, at: float) -> Observation:
    """`answer` as an observation, with what the server added of its own accord."""
    said = f"{summary}, {answer.extended_error}" if answer.extended_error else summary
    records = tuple(sorted(answer.records))
    return Observation(verdict, said, asked_at, at, records, answer.ttl_seconds, answer.longest_ttl_seconds)


def said_since(before: Observation | None, since: float | None, after: Observation) -> float:
    """Since when a server says what it says, after one more answer."""
    return after.at if before is None or since is None or before.summary != after.summary else since


def in_words(summary: str, records: Collection[str]) -> str:
    """What was said, with the records where they are not part of it."""
    unsaid = [record for record in records if record not in summary]
    return f"{summary} ({few(unsaid)})" if unsaid and len(unsaid) == len(records) else summary


def few(values: Collection[str]) -> str:
    """The `values` in words, some of them where there are many."""
    shown = sorted(values)[:SHOWN_AT_MOST]
    more = len(values) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
