"""Whose addresses are these? Telling answers apart by where their addresses were seen lately."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from propagation.answer import Answer, AnswerKind, Endpoint
from propagation.observation import Observation, Worth, observe, observe_empty


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
