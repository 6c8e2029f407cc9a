"""What the naive ways cost clients: the rows of .lab/naive.json, and a table of them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lab.load import tally
from lab.load.hit import Hit


@dataclass(frozen=True)
class PoolOutcome:
    """Of one pool: requests, failed ones, and these by kind."""

    requests: int
    failed: int
    failures: Mapping[str, int]


@dataclass(frozen=True)
class Outcome:
    """Of one way: requests in all and those that failed, in how many seconds there was a failure, and each pool.

    rate: requests a second that were asked for. alias_ttl: seconds.
    """

    way: str
    title: str
    rate: int
    alias_ttl: int
    requests: int
    failed: int
    failing_seconds: int
    pools: Mapping[str, PoolOutcome]

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Outcome":
        """From what `as_dict` gives; raises KeyError and TypeError for anything else."""
        return Outcome(**{**data, "pools": {name: PoolOutcome(**pool) for name, pool in data["pools"].items()}})

    def as_dict(self) -> dict[str, Any]:
        """For .lab/naive.json, which promises `way`, `requests` and `failed`."""
        return asdict(self)


@dataclass(frozen=True)
class Played:
    """How a way was played: its name and title, requests a second, and the TTL in seconds."""

    way: str
    title: str
    rate: int
    alias_ttl: int


def outcome(played: Played, hits: Sequence[Hit]) -> Outcome:
    """What came of a way for the clients whose requests are `hits`."""
    began = min((hit.at for hit in hits), default=0.0)
    failing = {one.second for one in tally.by_second(hits, began) if one.failures}
    return Outcome(
        **asdict(played),
        requests=len(hits),
        failed=sum(hit.failed for hit in hits),
        failing_seconds=len(failing),
        pools={
            name: PoolOutcome(of.requests, of.failed, dict(of.failures)) for name, of in tally.by_pool(hits).items()
        },
    )


def harmless(outcomes: Iterable[Outcome]) -> list[str]:
    """The ways in which nobody saw an error: the measurement that finds none is blind, or the way is not naive."""
    return [one.way for one in outcomes if not one.failed]


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """Lines of Markdown, a row for each way: failed requests in all, and of each pool by kind."""
    return [
        "| the naive way | requests | failed | seconds with errors | failed by pool, and how |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| {one.title} ({one.rate} requests/s) | {one.requests} | **{one.failed}** | {one.failing_seconds} | "
            f"{_by_pool(one.pools)} |"
            for one in outcomes
        ),
    ]


def _by_pool(pools: Mapping[str, PoolOutcome]) -> str:
    return "; ".join(f"{name}: {of.failed} of {of.requests}{_kinds(of.failures)}" for name, of in pools.items())


def _kinds(failures: Mapping[str, int]) -> str:
    return f" ({', '.join(f'{kind} {count}' for kind, count in failures.items())})" if failures else ""
