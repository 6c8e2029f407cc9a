"""Who was short: the colour, or the machine that sent the requests; and how that is said."""

import json
from dataclasses import replace

from cutover.checks.load_test import Measure
from cutover.load_evidence import Evidence, Figures
from load_test import messages, verdict
from load_test.results import TOO_MANY_FILES
from load_test.verdict import Result
from tests.unit.test_load_evidence import EVIDENCE, FIGURES

MEASURE = Measure(100, 60, 99.9, 1000)
SHORT = replace(FIGURES, success=60.0, errors={"503": 2400})
SLOW_MACHINE = replace(FIGURES, rate=70.0, requests=4201)


def judge(figures: Figures, at_limit: str = "") -> verdict.Verdict:
    return verdict.judge(of(figures), MEASURE, ended_at_limit=at_limit)


def of(figures: Figures) -> Evidence:
    return replace(EVIDENCE, figures=figures)


def test_a_colour_that_answers_all_of_it_well_has_passed() -> None:
    found = judge(FIGURES)
    assert found.result is Result.PASSED
    assert found.reasons == [f"violet has passed: {MEASURE}"]


def test_a_colour_that_answers_less_than_was_sent_was_short() -> None:
    found = judge(SHORT)
    assert found.result is Result.COLOUR_SHORT
    assert found.reasons[0] == (
        "violet was short: of 100.0 requests a second, which this machine did send, it answered 60.0 well"
    )
    assert found.reasons[1] == "60 % were answered well, not 99.9 (most often: 503)"


def test_a_machine_that_sends_less_was_short_whatever_the_colour_did() -> None:
    found = judge(SLOW_MACHINE)
    assert found.result is Result.GENERATOR_SHORT
    assert found.reasons[0].startswith("the generator was short: this machine sent 70.0 of 100 requests a second")
    assert judge(replace(SHORT, rate=70.0)).result is Result.GENERATOR_SHORT


def test_so_was_one_whose_requests_never_left_it() -> None:
    found = judge(replace(FIGURES, success=90.0, errors={TOO_MANY_FILES: 600}))
    assert found.result is Result.GENERATOR_SHORT
    assert "600 requests never left this machine (too many open files here)" in found.reasons[0]


def test_a_test_that_ended_at_its_error_limit_has_not_passed_however_good_the_rest() -> None:
    found = judge(FIGURES, "ended after 8 s: 70.0 % of the latest answers were bad")
    assert found.result is Result.COLOUR_SHORT
    assert found.reasons[1].startswith("ended after 8 s")


def test_a_little_more_is_sent_than_has_to_be_shown() -> None:
    assert [verdict.rate_for(replace(MEASURE, rps=rps)) for rps in (1, 40, 100, 101, 1000)] == [2, 41, 101, 103, 1010]


def test_progress_says_rate_success_p99_and_the_seconds_left() -> None:
    assert messages.progress(SHORT, 12.4) == (
        "6001 requests, 100.0 a second, 60 % answered well, p99 80 ms so far, 12 s left; 503: 2400"
    )
    assert "0 s left" in messages.progress(FIGURES, -3)


def test_the_table_has_every_figure_and_the_verdict() -> None:
    lines = messages.table(of(SHORT), 101, judge(SHORT)).splitlines()
    rows = dict(line.split("  ", 1) for line in lines[:10])
    assert {name: value.strip() for name, value in rows.items()} == {
        "colour": "violet, release 1.0.0, violet-group",
        "asked for": "101 requests a second",
        "sent": "100.0 requests a second for 60.0 s, 6001 in all",
        "answered well": "60.0 requests a second",
        "success": "60 %",
        "p50": "12 ms",
        "p95": "40 ms",
        "p99": "80 ms",
        "max": "310 ms",
        "errors": "503: 2400",
    }
    assert lines[10].startswith("violet was short")


def test_success_is_never_rounded_to_all() -> None:
    assert "99.999 % answered well" in messages.progress(replace(FIGURES, success=99.9999), 1)


def test_the_same_is_to_be_had_as_json() -> None:
    found = json.loads(messages.as_json(of(SHORT), 101, judge(SHORT), written=True))
    assert (found["result"], found["requests"], found["errors"]) == ("colour_short", 6001, {"503": 2400})
    assert found["evidence"] == json.loads(of(SHORT).to_json())
    assert json.loads(messages.as_json(of(SHORT), 101, judge(SHORT), written=False))["evidence"] is None
