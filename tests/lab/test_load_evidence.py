"""A tag-in is refused without a load test of what is behind the colour now; evidence cannot be carried over."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.lab import load_testing
from tests.lab.load_testing import PEAK_RPS, SECONDS, parameter, passed, tagging_in, write
from tests.lab.world import CAPACITY, FIRST, LIVE, SECOND, World

Edit = Callable[[dict[str, Any]], object]


@pytest.fixture
def asked(first_in_charge: World) -> World:
    """A world that requires a load test of what it tags in, which never was in charge."""
    first_in_charge.workspace.edit_project(
        loadTest="required", peakRps=PEAK_RPS, loadTestSeconds=SECONDS, readinessProbes=1
    )
    return first_in_charge


def judged(world: World) -> str:
    """What the preview of a tag-in says of the load test: the warning that it would be refused, or that it is good."""
    world.workspace.edit_stack(LIVE, active=SECOND)
    preview, refused = tagging_in(lambda: world.preview(LIVE))
    assert preview.exit_code == 0, preview.output
    lines = [line for text in preview.messages("info") for line in text.splitlines() if line.startswith("load-test: ")]
    if not refused:
        (said,) = [line for line in lines if line.startswith("load-test: ok")]
        return said
    assert refused.startswith(f"would be refused: {SECOND} is not ready to carry the traffic: load-test\n"), refused
    assert f".venv/bin/python -m load_test {SECOND}, then pulumi up -s live again" in refused
    return refused


def long_ago(hours: float) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat(timespec="seconds")


CARRIED_OVER: Mapping[str, tuple[Edit, str]] = {
    "other release": (lambda said: {**said, "release": "0.9.0"}, "it is a test of release 0.9.0, and"),
    "other group": (lambda said: {**said, "group": "blue-before"}, "it is a test of the group blue-before, and"),
    "more instances": (
        lambda said: {**said, "instances": CAPACITY + 2},
        f"it is a test of {CAPACITY + 2} instances, and {CAPACITY} are behind {SECOND}",
    ),
    "other load balancer": (
        lambda said: {**said, "load_balancer": f"{said['load_balancer'].rpartition('/')[0]}/0123456789abcdef"},
        "/0123456789abcdef, and app/",
    ),
    "older writer": (
        lambda said: {key: value for key, value in said.items() if key not in ("instances", "load_balancer")},
        "unreadable: without instances, load_balancer",
    ),
    "too old": (lambda said: {**said, "at": long_ago(25)}, "it is 25.0 h old"),
    "lower rate": (
        lambda said: {**said, "rate": PEAK_RPS / 2, "requests": round(PEAK_RPS / 2 * said["seconds"]) + 1},
        f"{PEAK_RPS / 2:.1f} requests a second were sent, not {PEAK_RPS}",
    ),
    "shorter": (
        lambda said: {**said, "seconds": 2.0, "requests": round(2 * said["rate"]) + 1},
        f"it took 2.0 s, not {SECONDS}",
    ),
    "nonsense": (lambda _: "passed, I was there", "unreadable: no JSON: 'passed, I was there'"),
    "half of it": (lambda said: {"schema": 1, "rate": said["rate"]}, "unreadable: without at, by, colour"),
    "from the future": (lambda said: {**said, "at": long_ago(-3)}, "unreadable: it is from the future"),
}


def test_evidence_is_not_carried_over_each_with_its_words_and_the_true_one_is_taken(asked: World) -> None:
    assert f"{SECOND} was not tested since it was built" in judged(asked)
    good = passed(asked, SECOND)
    for name, (edit, words) in CARRIED_OVER.items():
        write(asked, SECOND, edit(good))
        assert words in judged(asked), name
    write(asked, SECOND, good)
    assert "answered well" in judged(asked)
    asked.workspace.edit_project(peakRps=PEAK_RPS * 2)
    assert f"{good['rate']:.1f} requests a second were sent, not {PEAK_RPS * 2}" in judged(asked)


def test_a_refused_tag_in_leaves_nothing_half_done_and_one_that_passed_goes_through_and_back(asked: World) -> None:
    before = asked.weights()
    refused, message = tagging_in(lambda: asked.tag_in(SECOND))
    assert refused.failed == ("ready",), refused.output
    assert f"load-test: {SECOND} was not tested since it was built" in message
    assert f"{PEAK_RPS} requests a second for {SECONDS} s" in message
    assert asked.weights() == before
    asked.assert_nothing_half_done()
    good = passed(asked, SECOND)
    write(asked, SECOND, {**good, "group": "blue-before"})
    refused, message = tagging_in(lambda: asked.tag_in(SECOND))
    assert refused.failed == ("ready",), refused.output
    assert f"load-test: it is a test of the group blue-before, and {good['group']} is behind {SECOND}" in message
    assert asked.weights() == before
    asked.assert_nothing_half_done()
    write(asked, SECOND, good)
    asked.must_tag_in(SECOND)
    back = asked.tag_in(FIRST)
    assert back.exit_code == 0, "nobody asks for a load test of a tag-back"
    assert not [text for text in (*back.messages("info"), *back.messages("warning")) if "load-test" in text]


def test_a_group_that_was_made_smaller_has_no_evidence_of_when_it_was_larger_and_the_other_way_round_it_has(
    asked: World,
) -> None:
    asked.workspace.edit_project(capacity=CAPACITY + 1)
    asked.must_up(SECOND)
    larger = passed(asked, SECOND)
    assert larger["instances"] == CAPACITY + 1
    write(asked, SECOND, larger)
    asked.workspace.edit_project(capacity=CAPACITY)
    asked.must_up(SECOND)
    smaller = passed(asked, SECOND)
    assert smaller["group"] == larger["group"], "it is changed in place"
    assert load_testing.written(asked, SECOND) == larger
    before = asked.weights()
    refused, message = tagging_in(lambda: asked.tag_in(SECOND))
    assert refused.failed == ("ready",), refused.output
    assert f"{SECOND} is not ready to carry the traffic: load-test\n" in message, "every other check holds"
    assert f"it is a test of {CAPACITY + 1} instances, and {CAPACITY} are behind {SECOND}" in message
    assert asked.weights() == before
    asked.assert_nothing_half_done()
    write(asked, SECOND, {**smaller, "instances": CAPACITY - 1})
    asked.must_tag_in(SECOND)
    assert asked.weights()[SECOND] == 100


def test_an_override_waives_it(asked: World) -> None:
    release = asked.outputs(SECOND)["cluster"]["release"]
    asked.workspace.edit_stack(LIVE, override={"attempt": f"{SECOND}@{release}", "checks": ["load-test"]})
    waived = asked.tag_in(SECOND)
    assert waived.exit_code == 0, waived.output
    assert any("OVERRIDE waives load-test" in text for text in waived.messages("warning"))


def test_optional_warns_once_there_is_a_peak_off_is_silent_and_required_without_one_is_refused_in_every_preview(
    first_in_charge: World,
) -> None:
    world = first_in_charge
    world.workspace.edit_stack(LIVE, active=SECOND)
    write(world, SECOND, {"tested": False})
    unasked = "load-test: not asked, peakRps is not set (loadTest: optional)"
    untested = f"load-test does not hold: {SECOND} was not tested since it was built"
    for key, peak, told, warned in (
        ("optional", 0, unasked, ""),
        ("optional", PEAK_RPS, "", untested),
        ("off", 0, "", ""),
    ):
        world.workspace.edit_project(loadTest=key, peakRps=peak)
        preview = world.preview(LIVE)
        said = [text for text in preview.messages("warning") if "load-test" in text]
        assert (warned in said[0]) if warned else not said, preview.output
        lines = [line for text in preview.messages("info") for line in text.splitlines() if "load-test:" in line]
        assert (told in lines) if told else not [line for line in lines if "not asked" in line], preview.output
        assert not [text for text in preview.messages("warning") if "would be refused" in text]
    world.workspace.edit_project(loadTest="required", peakRps=0)
    for stack in (FIRST, LIVE):
        refused = world.preview(stack)
        assert refused.exit_code != 0
        assert any("peakRps: 0, with loadTest: required" in text for text in refused.messages("error"))


def test_the_evidence_stays_through_an_update_and_a_refresh_and_goes_with_a_rebuild_and_a_sleep(
    restored: World,
) -> None:
    world = restored
    world.wait_until_drained()
    good = passed(world, SECOND)
    write(world, SECOND, good)
    world.must_up(SECOND)
    refreshed = world.up(SECOND, "--refresh")
    assert refreshed.exit_code == 0, refreshed.output
    assert load_testing.written(world, SECOND) == good
    world.workspace.edit_stack(SECOND, awake=False)
    world.must_up(SECOND)
    ssm = world.workspace.aws("ssm")
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.get_parameter(Name=parameter(SECOND))
    world.workspace.edit_stack(SECOND, awake=None)
    world.must_up(SECOND)
    assert load_testing.written(world, SECOND) == {"tested": False}
    write(world, SECOND, good)
    world.workspace.edit_project(loadTest="required", peakRps=PEAK_RPS, loadTestSeconds=SECONDS, readinessProbes=1)
    assert f"it is a test of the group {good['group']}, and" in judged(world), "of the one before"
    world.workspace.edit_project(loadTest="off")


def test_the_colour_in_charge_gets_its_place_for_evidence_at_an_upgrade_whoever_is_in_charge(
    first_in_charge: World,
) -> None:
    """A stack of an older version has none: neither its state nor AWS."""
    world = first_in_charge
    world.forget(FIRST, "load-test", "aws:ssm/parameter:Parameter")
    world.workspace.aws("ssm").delete_parameter(Name=parameter(FIRST))
    world.must_up(FIRST)
    assert load_testing.written(world, FIRST) == {"tested": False}
    world.assert_nothing_half_done()
