"""What was measured, and the tables of it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from bench.propagation.contestants import POLLING, Finish
from bench.propagation.scenario import Scenario
from bench.propagation.stage import Truth

# The truth is to the millisecond, the servers' clock is the contestants' clock.
EARLY_SECONDS = -0.001


@dataclass(frozen=True)
class Run:
    """One contestant in one scenario.

    late_seconds: after the truth; negative: too early; None: not done by the deadline.
    """

    contestant: str
    kind: str
    late_seconds: float | None
    queries: int

    @property
    def is_early(self) -> bool:
        return self.late_seconds is not None and self.late_seconds < EARLY_SECONDS


@dataclass(frozen=True)
class Result:
    """One scenario: the truth in seconds after the change, and every contestant's run."""

    scenario: Scenario
    released_after_seconds: float
    runs: tuple[Run, ...]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def result(scenario: Scenario, switched_at: float, truth: Truth, finishes: dict[str, Finish]) -> Result:
    """Compare what the contestants said with the truth."""
    runs = tuple(
        Run(
            contestant,
            scenario.kind,
            None if finish.at is None else round(finish.at - truth.released_at, 3),
            finish.queries,
        )
        for contestant, finish in finishes.items()
    )
    return Result(scenario, round(truth.released_at - switched_at, 3), runs)


def table(results: Sequence[Result]) -> list[str]:
    """One line for every contestant, over all scenarios."""
    lines = [
        "| who | runs | too early | earliest | late, median | late, worst | never done | queries, median | most |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for contestant, runs in _by_contestant(results).items():
        ended = [run.late_seconds for run in runs if run.late_seconds is not None]
        late = [seconds for seconds in ended if seconds >= EARLY_SECONDS]
        cells = [
            contestant,
            str(len(runs)),
            str(sum(run.is_early for run in runs)),
            _seconds(min(ended, default=None) if len(late) < len(ended) else None),
            _seconds(median(late) if late else None),
            _seconds(max(late, default=None)),
            str(len(runs) - len(ended)),
            f"{median(run.queries for run in runs):.0f}",
            str(max(run.queries for run in runs)),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def table_by_kind(results: Sequence[Result]) -> list[str]:
    """One line for every kind of scenario: how late each contestant is, from the earliest to the latest run."""
    by_contestant = _by_contestant(results)
    lines = [f"| seconds late | {' | '.join(by_contestant)} |", f"| --- |{' --- |' * len(by_contestant)}"]
    for kind in dict.fromkeys(result.scenario.kind for result in results):
        cells = []
        for runs in by_contestant.values():
            ended = [run.late_seconds for run in runs if run.kind == kind and run.late_seconds is not None]
            cells.append(f"{min(ended):.1f} … {max(ended):.1f}" if ended else "never done")
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    return lines


def verdict(results: Sequence[Result]) -> list[str]:
    """The three goals, and whether they were met."""
    by_contestant = _by_contestant(results)
    ours = by_contestant["ours"]
    late = [run.late_seconds for run in ours if run.late_seconds is not None]
    queries = median(run.queries for run in ours)
    rivals = {
        name: median(run.queries for run in by_contestant[name])
        for name in POLLING
        if not any(run.is_early for run in by_contestant[name])
    }
    return [
        f"never early: {_yes(not any(run.is_early for run in ours))}",
        f"late by 1 s at most in the median: {_yes(bool(late) and median(late) <= 1.0)}",
        _queries_verdict(queries, rivals),
    ]


def _queries_verdict(queries: float, rivals: dict[str, float]) -> str:
    """Whether ours asks less than those pollings that are as right."""
    goal = f"fewer queries ({queries:.0f}) than any polling that was never early"
    if not rivals:
        return f"{goal}: every polling was early"
    cheaper = [f"{name} with {count:.0f}" for name, count in rivals.items() if count <= queries]
    return f"{goal} ({', '.join(rivals)}): {', '.join([_yes(not cheaper), *cheaper])}"


def _by_contestant(results: Sequence[Result]) -> dict[str, list[Run]]:
    found: dict[str, list[Run]] = {}
    for run in (run for result in results for run in result.runs):
        found.setdefault(run.contestant, []).append(run)
    return found


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} s"


def _yes(met: bool) -> str:
    return "yes" if met else "NO"
