"""One look at a server: what its answer is worth."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from propagation.answer import Answer, Endpoint, Kind
from propagation.colour_addresses import Verdict, classify, outgoing_colours
from propagation.polite_ask import Heard

SHOWN_AT_MOST = 4
# What speaks against the end, and not only not for it.
AGAINST = frozenset({Verdict.OLD, Verdict.UNKNOWN, Verdict.NEGATIVE})


@dataclass(frozen=True)
class Look:
    """One look at one server: its worth, in words, with the answer's addresses and TTL left when it came, at `at`.

    `longest_ttl_seconds`: the largest TTL of the records that led to the addresses, where it is another.
    """

    verdict: Verdict
    summary: str
    asked_at: float
    at: float
    addresses: tuple[str, ...] = ()
    ttl_seconds: float | None = None
    longest_ttl_seconds: float | None = None

    @property
    def kept_seconds(self) -> float | None:
        """The longest that a cache may keep a part of the answer; None where there are no addresses."""
        if not self.addresses:
            return None
        return self.ttl_seconds if self.longest_ttl_seconds is None else self.longest_ttl_seconds


class Judge(Protocol):
    """Says what answers are worth; `in_doubt` counts those that it is still finding out about."""

    in_doubt: int

    async def judge(self, server: Endpoint, heard: Heard, *, recursive: bool) -> Look: ...


def judge(
    answer: Answer, by_colour: Mapping[str, frozenset[str]], incoming: str, *, asked_at: float, at: float
) -> Look:
    """What `answer` says about the `incoming` colour, given which addresses belong to which colour."""
    if answer.kind is not Kind.ADDRESSES:
        return judge_empty(answer, asked_at=asked_at, at=at)
    verdict = classify(answer.addresses, by_colour, incoming)
    if verdict is Verdict.UNKNOWN:
        summary = "answers unknown addresses"
    else:
        colours = outgoing_colours(answer.addresses, by_colour, incoming) or (incoming,)
        summary = f"answers {' and '.join(colours)}"
    return look_of(answer, verdict, summary, asked_at=asked_at, at=at)


def judge_empty(answer: Answer, *, asked_at: float, at: float) -> Look:
    """What an answer without addresses is worth, whatever was hoped for."""
    verdict = {Kind.NO_ANSWER: Verdict.NO_ANSWER, Kind.FAILURE: Verdict.FAILURE}.get(answer.kind, Verdict.NEGATIVE)
    return look_of(answer, verdict, answer.detail or answer.kind.value, asked_at=asked_at, at=at)


def look_of(answer: Answer, verdict: Verdict, summary: str, *, asked_at: float, at: float) -> Look:
    """The look that brought `answer`, with what the server added of its own accord."""
    said = f"{summary}, {answer.extended_error}" if answer.extended_error else summary
    addresses = tuple(sorted(answer.addresses))
    return Look(verdict, said, asked_at, at, addresses, answer.ttl_seconds, answer.longest_ttl_seconds)


def in_words(summary: str, addresses: Collection[str]) -> str:
    """What was said, with the addresses where they are not part of it."""
    unsaid = [address for address in addresses if address not in summary]
    return f"{summary} ({few(unsaid)})" if unsaid and len(unsaid) == len(addresses) else summary


def few(values: Collection[str]) -> str:
    """The `values` in words, some of them where there are many."""
    shown = sorted(values)[:SHOWN_AT_MOST]
    more = len(values) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def said_since(before: Look | None, since: float | None, after: Look) -> float:
    """Since when a server says what it says, after one more look."""
    return after.at if before is None or since is None or before.summary != after.summary else since
