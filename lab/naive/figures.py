"""What the naive ways cost clients: the rows of .lab/naive.json, and a table of them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lab.load import tally
from lab.load.hit import Hit


@dataclass(frozen=True)
class Outcome:
    """Of one way: requests in all and those that failed, in seconds of which there was a failure, and by pool."""

    way: str
    title: str
    requests: int
    failed: int
    failing_seconds: int
    pools: Mapping[str, tally.PoolFigures]

    def as_dict(self) -> dict[str, object]:
        """The names that .lab/naive.json promises: `way`, `requests`, `failed`, and more of each pool."""
        return {
            "way": self.way,
            "title": self.title,
            "requests": self.requests,
            "failed": self.failed,
            "failing_seconds": self.failing_seconds,
            "pools": {
                name: {"requests": of.requests, "failed": of.failed, "failures": dict(of.failures)}
                for name, of in self.pools.items()
            },
        }


def outcome(way: str, title: str, hits: Sequence[Hit]) -> Outcome:
    """What came of `way` for the clients whose requests are `hits`."""
    began = min((hit.at for hit in hits), default=0.0)
    failing = {one.second for one in tally.by_second(hits, began) if one.failures}
    failed = sum(hit.failed for hit in hits)
    return Outcome(way, title, len(hits), failed, len(failing), tally.by_pool(hits))


def harmless(outcomes: Iterable[Outcome]) -> list[str]:
    """The ways in which nobody saw an error: the measurement that finds none is blind, or the way is not naive."""
    return [one.way for one in outcomes if not one.failed]


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """Lines of Markdown, a row for each way: failed requests in all, and of each pool by kind."""
    return [
        "| the naive way | requests | failed | seconds with errors | failed by pool, and how |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| {one.title} | {one.requests} | **{one.failed}** | {one.failing_seconds} | {_by_pool(one.pools)} |"
            for one in outcomes
        ),
    ]


def _by_pool(pools: Mapping[str, tally.PoolFigures]) -> str:
    return "; ".join(f"{name}: {of.failed} of {of.requests}{_kinds(of.failures)}" for name, of in pools.items())


def _kinds(failures: Mapping[str, int]) -> str:
    return f" ({', '.join(f'{kind} {count}' for kind, count in failures.items())})" if failures else ""
