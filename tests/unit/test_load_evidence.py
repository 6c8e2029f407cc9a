"""What a parameter says of a load test: read strictly, whoever wrote it, and never an exception."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutover import load_evidence
from cutover.load_evidence import Evidence, Figures, Unreadable, parse

FIGURES = Figures(
    requests=6001,
    seconds=60.0,
    rate=100.0,
    success=99.95,
    p50=12.0,
    p95=40.0,
    p99=80.0,
    max=310.0,
    errors={"503": 2, "no answer in time": 1},
)
EVIDENCE = Evidence(
    colour="violet",
    release="1.0.0",
    group="violet-group",
    instances=4,
    load_balancer="arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/violet/50dc6c495c0c9188",
    figures=FIGURES,
    writes=False,
    at=datetime(2026, 1, 1, 12, tzinfo=UTC),
    by="arn:aws:sts::123456789012:assumed-role/deploy/me",
)
SAID: dict[str, Any] = json.loads(EVIDENCE.to_json())


def unreadable(text: str) -> str:
    found = parse(text)
    assert isinstance(found, Unreadable), found
    return found.because


def test_what_is_written_is_what_is_read() -> None:
    assert parse(EVIDENCE.to_json()) == EVIDENCE


def test_a_colour_that_was_just_built_has_none() -> None:
    assert parse(load_evidence.NONE_YET) is None


def test_nothing_is_rounded_to_something_better() -> None:
    close = replace(FIGURES, success=99.9999, rate=99.99996, p99=80.0001, requests=1_000_000, seconds=10_000.0)
    found = parse(replace(EVIDENCE, figures=replace(close, errors={"503": 1})).to_json())
    assert isinstance(found, Evidence)
    assert (found.figures.success, found.figures.rate, found.figures.p99) == (99.999, 99.999, 80.001)


@given(st.floats(0, 10**6))
def test_what_was_read_is_written_as_it_was(figure: float) -> None:
    figures = replace(FIGURES, p50=figure, p95=figure, p99=figure, max=figure)
    found = parse(replace(EVIDENCE, figures=figures).to_json())
    assert isinstance(found, Evidence)
    assert parse(found.to_json()) == found
    assert figure <= found.figures.p99 * (1 + 1e-9) + 1e-9
    assert found.figures.p99 <= figure + 0.001 + 1e-6


def test_of_many_kinds_of_errors_the_most_frequent_are_kept_and_none_is_lost() -> None:
    many = {f"kind {number} {'x' * 100}": number for number in range(1, 21)}
    figures = replace(FIGURES, requests=2100, rate=2099 / 60, success=90.0, errors=many)
    text = replace(EVIDENCE, figures=figures).to_json()
    assert len(text) < 4096, "what a parameter holds"
    found = parse(text)
    assert isinstance(found, Evidence)
    assert sum(found.figures.errors.values()) == 210
    assert len(found.figures.errors) == 9


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("", "no JSON: ''"),
        ("yes", "no JSON: 'yes'"),
        ("passed\n\x1b[2J", r"no JSON: 'passed\n\x1b[2J'"),
        ("[" * 100_000, "no JSON: '[[["),
        ("[]", "no JSON object"),
        ("{}", "no schema"),
        ('{"tested": true}', "no schema"),
        ('{"schema": 1}', "without at, by, colour"),
        (EVIDENCE.to_json().replace("60.0", "NaN"), "NaN is no number"),
        (EVIDENCE.to_json().replace("60.0", "1e999"), "seconds is no number"),
        (EVIDENCE.to_json().replace("60.0", "9" * 5000), "no JSON|seconds|integer"),
        (EVIDENCE.to_json()[:-1] + ', "rate": 900}', "a key stands twice"),
        (EVIDENCE.to_json()[:200], "no JSON"),
    ],
)
def test_what_is_no_evidence_is_unreadable(text: str, because: str) -> None:
    assert any(part in unreadable(text) for part in because.split("|"))


@pytest.mark.parametrize(
    ("key", "value", "because"),
    [
        ("schema", 2, "another schema than 1"),
        ("schema", True, "another schema than 1"),
        ("schema", "1", "another schema than 1"),
        ("colour", 7, "colour is no text"),
        ("release", "", "release is no text"),
        ("by", None, "by is no text"),
        ("load_balancer", ["arn"], "load_balancer is no text"),
        ("instances", 0, "instances is no whole number from 1 on"),
        ("instances", -4, "instances is no whole number from 1 on"),
        ("instances", 4.5, "instances is no whole number"),
        ("instances", True, "instances is no whole number"),
        ("instances", "4", "instances is no whole number"),
        ("rate", "100", "rate is no number"),
        ("rate", True, "rate is no number"),
        ("rate", -1, "rate is no number"),
        ("p99", -0.5, "p99 is no number"),
        ("seconds", 10**400, "seconds is no number"),
        ("requests", 6001.5, "requests is no whole number"),
        ("requests", -6001, "requests is no whole number"),
        ("requests", 10**400, "requests is no whole number"),
        ("writes", "no", "writes is neither true nor false"),
        ("errors", [], "errors is no map"),
        ("errors", {"503": -3}, "the number of an error"),
        ("errors", {"503": "3"}, "the number of an error"),
        ("at", 1767268800, "at is no time"),
        ("at", "yesterday", "at is no time"),
        ("at", "2026-01-01T12:00:00", "at is no time"),
        ("at", "0001-01-01T00:00:00+23:59", "at is no time"),
        ("spare", 1, "unknown keys 'spare'"),
    ],
)
def test_what_is_wrong_with_one_value_is_said(key: str, value: Any, because: str) -> None:
    assert because in unreadable(json.dumps({**SAID, key: value}))


@pytest.mark.parametrize("key", sorted(set(SAID) - {"schema"}))
def test_what_is_missing_is_said(key: str) -> None:
    partial = {name: value for name, value in SAID.items() if name != key}
    assert f"without {key}" in unreadable(json.dumps(partial))


def test_what_was_written_before_it_said_how_many_instances_and_which_load_balancer_is_no_evidence() -> None:
    older = {name: value for name, value in SAID.items() if name not in ("instances", "load_balancer")}
    assert "without instances, load_balancer" in unreadable(json.dumps(older))


def test_a_kind_of_error_is_cut_and_made_printable_and_none_is_lost() -> None:
    found = parse(json.dumps({**SAID, "errors": {"\x1b[2J" + "x" * 3000 + "1": 2, "\x1b[2J" + "x" * 3000 + "2": 1}}))
    assert isinstance(found, Evidence)
    ((kind, count),) = found.figures.errors.items()
    assert (kind[:10], len(kind), count) == (r"\x1b[2Jxxx", 60, 3)
    assert parse(found.to_json()) == found


@pytest.mark.parametrize(
    ("edit", "because"),
    [
        (lambda said: said | {"success": 101}, "success is more than 100 %"),
        (lambda said: said | {"success": 100}, "the errors are not those"),
        (lambda said: said | {"errors": {"503": 4000}}, "the errors are not those"),
        (lambda said: said | {"rate": 1000.0}, "rate and seconds do not make the requests"),
        (lambda said: said | {"seconds": 3600}, "rate and seconds do not make the requests"),
        (lambda said: said | {"p50": 90}, "p50, p95, p99 and max do not ascend"),
        (lambda said: said | {"requests": 0}, "no request"),
    ],
)
def test_figures_that_cannot_be_of_one_test_are_unreadable(
    edit: Callable[[dict[str, Any]], dict[str, Any]], because: str
) -> None:
    large = replace(FIGURES, requests=60_001, rate=1000.02, success=99.95, errors={"503": 30})
    said = json.loads(replace(EVIDENCE, figures=replace(large, rate=1000.0)).to_json())
    assert isinstance(parse(json.dumps(said)), Evidence)
    wrong = edit(said) if because != "rate and seconds do not make the requests" else edit(said) | {"requests": 6001}
    assert because in unreadable(json.dumps(wrong))


@given(st.text(max_size=300))
def test_no_text_raises(text: str) -> None:
    assert isinstance(parse(text), Unreadable | None)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(sorted(SAID)), _JSON)
def test_no_value_of_a_key_raises(key: str, value: Any) -> None:
    found = parse(json.dumps({**SAID, key: value}))
    assert isinstance(found, Unreadable | Evidence)
