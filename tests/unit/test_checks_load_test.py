"""The check `load-test`: the newest test is of the instances behind the colour now, young enough, and good enough."""

import json
from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from cutover.checks import load_test
from cutover.checks.check import Check
from cutover.checks.load_test import Asked, GroupNow, LoadTestSeen, Measure
from cutover.load_evidence import NONE_YET, Evidence
from tests.unit.stack_values import facts
from tests.unit.test_load_evidence import EVIDENCE, FIGURES

CLUSTER = facts("violet")
READ_AT = EVIDENCE.at + timedelta(hours=2)
NOW = GroupNow((EVIDENCE.at - timedelta(hours=1)).timestamp(), EVIDENCE.instances, [EVIDENCE.load_balancer])
OTHER_BALANCER = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/violet/0123456789abcdef"
ASKED = Asked(Measure(100, 60, 99.9, 1000), 24, True, "/tag-team/www.shop.example/violet/load-test")


def seen(text: str | None = None, **changes: object) -> LoadTestSeen:
    return replace(LoadTestSeen(text or EVIDENCE.to_json(), READ_AT, NOW), **changes)  # type: ignore[arg-type]


def of(evidence: Evidence, asked: Asked = ASKED) -> Check:
    return load_test.check(seen(evidence.to_json()), asked, CLUSTER)


def test_a_colour_that_passed_holds_and_says_how_well_when_and_by_whom() -> None:
    found = load_test.check(seen(), ASKED, CLUSTER)
    assert found.holds
    assert found.seen == (
        "6001 requests at 100.0 a second, 99.95 % answered well, 99 % within 80 ms, 2.0 h ago, by "
        "arn:aws:sts::123456789012:assumed-role/deploy/me"
    )


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"colour": "amber"}, "it is a test of amber"),
        ({"release": "0.9.0"}, "it is a test of release 0.9.0, and 1.0.0 is behind violet"),
        ({"group": "violet-before"}, "it is a test of the group violet-before, and violet-group is behind violet"),
        ({"at": READ_AT - timedelta(hours=25)}, "it is 25.0 h old"),
        ({"at": READ_AT + timedelta(minutes=1)}, "unreadable: it is from the future, 2026-01-01 14:01:00 UTC"),
    ],
)
def test_evidence_of_something_else_or_of_another_time_is_refused(changes: dict[str, object], problem: str) -> None:
    found = of(replace(EVIDENCE, **changes))  # type: ignore[arg-type]
    assert not found.holds
    assert problem in found.seen
    assert found.next_step == ".venv/bin/python -m load_test violet"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"rate": 99.9}, "99.9 requests a second were sent, not 100"),
        ({"seconds": 59.99, "rate": 100.02}, "it took 60.0 s, not 60"),
        ({"success": 99.89}, "99.89 % were answered well, not 99.9 (most often: 503)"),
        ({"success": 99.899}, "99.89 % were answered well, not 99.9"),
        ({"p99": 1001.0, "max": 2000.0}, "99 % were answered within 1001 ms, not 1000"),
    ],
)
def test_figures_that_fall_short_are_refused_each_with_what_was_seen(changes: dict[str, object], problem: str) -> None:
    failed = 6 if "success" in changes else 3
    figures = replace(FIGURES, errors={"503": failed}, **changes)  # type: ignore[arg-type]
    found = of(replace(EVIDENCE, figures=figures))
    assert not found.holds
    assert problem in found.seen


def test_a_higher_peak_a_longer_test_and_a_stricter_service_take_a_new_test() -> None:
    for stricter in (Measure(101, 60, 99.9, 1000), Measure(100, 61, 99.9, 1000), Measure(100, 60, 99.96, 1000)):
        assert not of(EVIDENCE, replace(ASKED, measure=stricter)).holds
    assert not of(EVIDENCE, replace(ASKED, measure=replace(ASKED.measure, p99=79))).holds
    assert of(EVIDENCE, replace(ASKED, measure=Measure(1, 1, 1.0, 60_000))).holds


def test_several_reasons_are_all_said() -> None:
    found = of(replace(EVIDENCE, release="0.9.0", group="violet-before", at=READ_AT - timedelta(hours=30)))
    assert [part in found.seen for part in ("release 0.9.0", "violet-before", "30.0 h old")] == [True] * 3


def test_a_colour_that_was_not_tested_since_it_was_built_is_refused() -> None:
    found = load_test.check(seen(NONE_YET), ASKED, CLUSTER)
    assert (found.holds, found.seen) == (False, "violet was not tested since it was built")


def test_without_the_parameter_the_stack_comes_first() -> None:
    found = load_test.check(replace(seen(), text=None), ASKED, CLUSTER)
    assert not found.holds
    assert "/tag-team/www.shop.example/violet/load-test is not there" in found.seen
    assert found.next_step == "pulumi up -s violet && .venv/bin/python -m load_test violet"


def test_nonsense_by_hand_is_quoted_and_refused() -> None:
    found = load_test.check(seen("it went well \x1b[2J, trust me"), ASKED, CLUSTER)
    assert not found.holds
    assert found.said.startswith(r"unreadable: no JSON: 'it went well \x1b[2J, trust me' (in /tag-team/")


def test_a_namesake_of_the_group_that_was_made_since_is_another_one() -> None:
    after = (EVIDENCE.at + timedelta(minutes=1)).timestamp()
    found = load_test.check(seen(group=replace(NOW, created_at=after)), ASKED, CLUSTER)
    assert found.seen == "it is older than the group violet-group, which was made at 2026-01-01 12:01:00 UTC"
    gone = load_test.check(seen(group=None), ASKED, CLUSTER)
    assert gone.seen == "the group violet-group is not there any more"
    assert not found.holds
    assert not gone.holds


@pytest.mark.parametrize(("left", "said"), [(3, "3 are"), (1, "1 is"), (0, "0 are")])
def test_a_group_that_was_made_smaller_since_is_refused_with_both_numbers(left: int, said: str) -> None:
    found = load_test.check(seen(group=replace(NOW, instances=left)), ASKED, CLUSTER)
    assert (found.holds, found.seen) == (False, f"it is a test of 4 instances, and {said} behind violet")
    assert found.next_step == ".venv/bin/python -m load_test violet"


def test_more_instances_than_were_tested_carry_as_much() -> None:
    assert load_test.check(seen(group=replace(NOW, instances=5)), ASKED, CLUSTER).holds


@pytest.mark.parametrize(
    ("balancers", "others"),
    [
        ([], "none"),
        ([OTHER_BALANCER], "app/violet/0123456789abcdef"),
        ([EVIDENCE.load_balancer, OTHER_BALANCER], "app/violet/50dc6c495c0c9188, app/violet/0123456789abcdef"),
    ],
)
def test_another_load_balancer_than_was_tested_is_refused_also_a_namesake(balancers: list[str], others: str) -> None:
    found = load_test.check(seen(group=replace(NOW, load_balancers=balancers)), ASKED, CLUSTER)
    assert not found.holds
    assert found.seen == f"it is a test of the load balancer app/violet/50dc6c495c0c9188, and {others} is before it now"


@pytest.mark.parametrize("key", ["colour", "release", "group", "load_balancer", "by"])
def test_a_long_text_that_a_hand_wrote_is_compared_as_a_whole_and_shown_in_part(key: str) -> None:
    long = f"{getattr(EVIDENCE, key)}{'x' * 3000}\x1b[2J"
    found = of(replace(EVIDENCE, **{key: long}))  # type: ignore[arg-type]
    assert found.holds == (key == "by")
    assert "xx…" in found.said
    assert len(found.said) < 400


def test_a_long_kind_of_error_is_shown_in_part() -> None:
    figures = replace(FIGURES, success=99.0, errors={"y" * 3000: 60})
    found = load_test.check(seen(json.dumps({**json.loads(EVIDENCE.to_json()), **asdict(figures)})), ASKED, CLUSTER)
    assert found.said.endswith(f"(most often: {'y' * 59}…)")


def test_clocks_of_awss_servers_may_differ_by_seconds() -> None:
    assert of(replace(EVIDENCE, at=READ_AT + timedelta(seconds=2))).holds


def test_what_is_allowed_is_said_in_full() -> None:
    assert load_test.check(seen(NONE_YET), ASKED, CLUSTER).allowed == (
        "a test of these instances within 24 h, with 100 requests a second for 60 s, at least 99.9 % of them answered "
        "well, 99 % within 1000 ms"
    )
