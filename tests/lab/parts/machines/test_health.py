"""The verdict over a target, check by check, and the checks in virtual time."""

import asyncio

import pytest

from lab.machines.health import HEALTHY, INITIAL, UNHEALTHY, Checking, HealthCheck, Outcome, Verdict, after
from tests.unit.virtual_time import START, run_in_virtual_time

CHECK = HealthCheck("/healthz", "200", 10, 5, healthy_threshold=2, unhealthy_threshold=3)
GOOD, BAD, LATE, NOBODY = Outcome(200), Outcome(503), Outcome(timed_out=True), Outcome()


def verdict(*outcomes: Outcome, before: Verdict | None = None) -> Verdict:
    found = before or Verdict()
    for outcome in outcomes:
        found = after(found, outcome, CHECK)
    return found


def states(*outcomes: Outcome) -> list[str]:
    return [verdict(*outcomes[: number + 1]).state for number in range(len(outcomes))]


def test_a_new_target_is_healthy_after_one_check_that_it_passes() -> None:
    assert verdict() == Verdict(INITIAL, "Elb.InitialHealthChecking", "Initial health checks in progress")
    assert verdict(GOOD) == Verdict(HEALTHY, None, None)
    assert verdict(BAD, BAD, GOOD).state == HEALTHY


def test_a_new_target_is_unhealthy_after_as_many_failures_as_the_threshold_says() -> None:
    assert states(BAD, BAD, BAD) == [INITIAL, INITIAL, UNHEALTHY]


def test_a_healthy_target_has_to_fail_in_a_row() -> None:
    assert states(GOOD, BAD, BAD, GOOD, BAD, BAD, BAD)[2:] == [HEALTHY] * 4 + [UNHEALTHY]


def test_an_unhealthy_target_has_to_pass_in_a_row() -> None:
    assert states(BAD, BAD, BAD, GOOD, BAD, GOOD, GOOD)[2:] == [UNHEALTHY] * 4 + [HEALTHY]


@pytest.mark.parametrize(
    ("outcome", "reason", "description"),
    [
        (BAD, "Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]"),
        (LATE, "Target.Timeout", "Request timed out"),
        (NOBODY, "Target.FailedHealthChecks", "Health checks failed"),
    ],
)
def test_the_reason_is_that_of_the_latest_check(outcome: Outcome, reason: str, description: str) -> None:
    found = verdict(Outcome(418), Outcome(418), Outcome(418), outcome)
    assert (found.state, found.reason, found.description) == (UNHEALTHY, reason, description)


@pytest.mark.parametrize(
    ("matcher", "accepted", "refused"),
    [("200", (200,), (201, 404)), ("200,204", (200, 204), (202,)), ("200-299,301", (200, 250, 299, 301), (300, 302))],
)
def test_a_matcher_names_statuses_and_ranges(matcher: str, accepted: tuple[int, ...], refused: tuple[int, ...]) -> None:
    check = HealthCheck(matcher=matcher)
    assert [check.accepts(status) for status in (*accepted, *refused)] == [True] * len(accepted) + [False] * len(
        refused
    )


def test_checks_are_made_at_the_interval_that_the_group_has_at_that_time() -> None:
    current, asked_at = [CHECK], []

    async def ask(check: HealthCheck) -> Outcome:
        asked_at.append(asyncio.get_running_loop().time() - START)
        await asyncio.sleep(2)
        current[0] = HealthCheck(interval_seconds=check.interval_seconds + 5)
        return GOOD

    async def main() -> Verdict:
        checking = Checking(lambda: current[0], ask)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(40):
                await checking.run()
        return checking.verdict

    assert run_in_virtual_time(main()).state == HEALTHY
    assert asked_at == [0, 10, 25]
