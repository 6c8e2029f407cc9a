"""One answer of a server, with what it is worth: also by where its addresses were seen lately."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from propagation.answer import Answer, AnswerKind, Endpoint

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


@dataclass(frozen=True)
class Sighting:
    """`record` was one of the answer `label` at `seen_at` (monotonic seconds), as asked of server `view`.

    `view` is None for the name elsewhere that the answer comes from, which is in no zone of the server's.
    """

    view: Endpoint | None
    label: str
    record: str
    seen_at: float


def remember(sightings: Iterable[Sighting], new: Collection[Sighting], forget_before: float) -> tuple[Sighting, ...]:
    """Add `new` sightings to `sightings`; each replaces its elder, and those from before `forget_before` go.

    Load balancers change addresses, and show only some of them at a time: so what was seen lately is kept.
    """
    kept: dict[tuple[Endpoint | None, str, str], Sighting] = {}
    for sighting in sorted([*sightings, *new], key=lambda sighting: sighting.seen_at):
        if sighting.seen_at >= forget_before:
            kept[sighting.view, sighting.label, sighting.record] = sighting
    return tuple(kept.values())


def records_by_answer(sightings: Iterable[Sighting], view: Endpoint, expected: str) -> dict[str, frozenset[str]]:
    """Which answer each address belongs to, for judging what the server `view` gives.

    No address is in two answers. The server's own view comes first (servers learn of a change at different moments),
    then the freshest sighting; of two equally fresh, to be on the safe side, the one not of the `expected` answer.
    """
    owner: dict[str, str] = {}
    for sighting in sorted(sightings, key=lambda seen: (seen.view == view, seen.seen_at, seen.label != expected)):
        owner[sighting.record] = sighting.label
    return {
        label: frozenset(record for record, its_label in owner.items() if its_label == label)
        for label in owner.values()
    }


def classify(records: Collection[str], by_answer: Mapping[str, Collection[str]], expected: str) -> Worth:
    """OTHER if any record belongs to another answer, EXPECTED if all belong to the `expected` one, else UNKNOWN."""
    if others_among(records, by_answer, expected):
        return Worth.OTHER
    if records and all(record in by_answer.get(expected, ()) for record in records):
        return Worth.EXPECTED
    return Worth.UNKNOWN


def others_among(records: Collection[str], by_answer: Mapping[str, Collection[str]], expected: str) -> tuple[str, ...]:
    """The answers other than `expected` that any of `records` belongs to, sorted."""
    return tuple(
        sorted(
            label
            for label, known in by_answer.items()
            if label != expected and any(record in known for record in records)
        )
    )


def judge(
    answer: Answer, by_answer: Mapping[str, frozenset[str]], expected: str, *, asked_at: float, at: float
) -> Observation:
    """What `answer` is worth, given which addresses belong to which answer."""
    if answer.kind is not AnswerKind.RECORDS:
        return observe_empty(answer, asked_at=asked_at, at=at)
    verdict = classify(answer.records, by_answer, expected)
    if verdict is Worth.UNKNOWN:
        summary = "answers unknown addresses"
    else:
        labels = others_among(answer.records, by_answer, expected) or (expected,)
        summary = f"answers {' and '.join(labels)}"
    return observe(answer, verdict, summary, asked_at=asked_at, at=at)
