"""The bench of the wait for DNS: what it draws, and how it counts early, late and queries."""

import pytest

from bench.propagation.contestants import CONTESTANTS, Finish
from bench.propagation.result import Result, result, table, table_by_kind, verdict
from bench.propagation.scenario import KINDS, NAME_SERVERS, draw
from bench.propagation.stage import Truth

KIND = "servers lag"


def measured(**finishes: Finish) -> Result:
    """One scenario that began at 1000 and whose truth is 1070; `poll` stands for polling every 2 s."""
    named = {name.replace("poll", "poll 2 s"): finish for name, finish in finishes.items()}
    others = {name: Finish(None, 0) for name in CONTESTANTS if name not in named}
    return result(draw(KIND, 0), 1000.0, Truth(1070.0, 1050.0), named | others)


def test_late_and_early_are_counted_from_the_later_of_both_truths() -> None:
    found = measured(ours=Finish(1070.5, 300), poll=Finish(1010.0, 12))
    by_name = {run.contestant: run for run in found.runs}
    assert (by_name["ours"].late_seconds, by_name["ours"].is_early) == (0.5, False)
    assert (by_name["poll 2 s"].late_seconds, by_name["poll 2 s"].is_early) == (-60.0, True)
    assert by_name["INSYNC only"].late_seconds is None
    assert found.released_after_seconds == 70.0


def test_a_contestant_that_was_early_once_counts_as_early_and_not_as_late() -> None:
    results = [measured(ours=Finish(1070.5, 300), poll=Finish(at, 12)) for at in (1010.0, 1072.0)]
    row = next(line for line in table(results) if line.startswith("| poll 2 s |"))
    assert row == "| poll 2 s | 2 | 1 | -60.0 s | 2.0 s | 2.0 s | 0 | 12 | 12 |"
    assert table_by_kind(results)[2].startswith(f"| {KIND} | 0.5 … 0.5 | -60.0 … 2.0 | never done |")


def test_the_goals_are_judged_against_those_that_were_never_early() -> None:
    early, late = Finish(1010.0, 1), Finish(1072.0, 12)
    assert verdict([measured(ours=Finish(1070.5, 300), poll=early)])[2].startswith("fewer queries (300)")
    assert "NO, poll 2 s with 12" in verdict([measured(ours=Finish(1070.5, 300), poll=late)])[2]
    assert verdict([measured(ours=early, poll=late)])[0] == "never early: NO"
    assert verdict([measured(ours=late, poll=late)])[1].endswith("NO")


@pytest.mark.parametrize("kind", KINDS)
def test_a_scenario_is_the_same_for_the_same_seed_and_scales_with_the_ttl(kind: str) -> None:
    scenario, scaled = draw(kind, 3), draw(kind, 3, ttl_seconds=6)
    assert scenario == draw(kind, 3)
    assert scenario != draw(kind, 4)
    assert len(scenario.lag_seconds) == NAME_SERVERS
    assert all(0 <= lag <= 20 for lag in scenario.lag_seconds)
    assert scaled.lag_seconds == pytest.approx([lag / 10 for lag in scenario.lag_seconds])
