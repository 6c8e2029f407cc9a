"""The wait for full capacity: on a clock of its own, so that minutes take no time."""

import asyncio
from collections.abc import Sequence

import pytest

from cutover.group_capacity import POLL_SECONDS, CapacitySeen, TargetHealth, is_full, wait_until_full
from cutover.refusal import Refusal

HEALTHY = TargetHealth("healthy")
STARTING = TargetHealth("initial", "Elb.RegistrationInProgress", "Target registration is in progress")
SICK = TargetHealth("unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]")


def seen(*targets: TargetHealth, in_service: int | None = None) -> CapacitySeen:
    """Instances i-0, i-1 … with one target each, of which the first `in_service` are InService (all, if not said)."""
    ids = [f"i-{number}" for number in range(len(targets))]
    return CapacitySeen("group-1", frozenset(ids[:in_service]), dict(zip(ids, targets, strict=True)))


class Wait:
    """One wait, with what it slept and reported; each look takes `look_seconds`, the last one is repeated."""

    def __init__(self, looks: Sequence[CapacitySeen], look_seconds: float = 0.0) -> None:
        self._looks, self._look_seconds = list(looks), look_seconds
        self.now, self.looked = 1000.0, 0
        self.slept: list[float] = []
        self.reports: list[str] = []

    async def look(self) -> CapacitySeen:
        self.now += self._look_seconds
        self.looked += 1
        return self._looks[min(self.looked, len(self._looks)) - 1]

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0, "a wait that stands still would never end"
        self.slept.append(seconds)
        self.now += seconds

    def run(self, wanted: int, timeout_seconds: float) -> None:
        coroutine = wait_until_full(
            self.look, wanted, timeout_seconds, "amber", lambda: self.now, self.sleep, self.reports.append
        )
        asyncio.run(coroutine)


def test_only_an_instance_that_is_in_service_and_a_healthy_target_counts() -> None:
    assert seen(HEALTHY, HEALTHY, in_service=1).healthy == {"i-0"}
    assert seen(HEALTHY, SICK, STARTING).healthy == {"i-0"}
    assert CapacitySeen("group-1", frozenset({"i-0"}), {}).healthy == frozenset()


def test_full_is_at_least_what_is_wanted() -> None:
    assert is_full(seen(HEALTHY, HEALTHY, SICK), 2)
    assert not is_full(seen(HEALTHY, HEALTHY, SICK), 3)


def test_a_look_is_told_with_the_group_the_counts_and_the_reason_of_each_target_that_is_not_healthy() -> None:
    assert str(seen(HEALTHY, SICK, STARTING, in_service=2)) == (
        "2 instances InService, 1 healthy targets in group-1 "
        "(i-1: unhealthy Target.ResponseCodeMismatch Health checks failed with these codes: [503]; "
        "i-2: initial Elb.RegistrationInProgress Target registration is in progress)"
    )
    assert str(seen(HEALTHY)) == "1 instances InService, 1 healthy targets in group-1"


def test_a_group_that_is_full_is_not_waited_for() -> None:
    wait = Wait([seen(HEALTHY, HEALTHY)])
    wait.run(2, 900)
    assert (wait.looked, wait.slept, wait.reports) == (1, [], [])


def test_the_wait_ends_at_the_first_look_that_is_full() -> None:
    wait = Wait([seen(), seen(HEALTHY, STARTING), seen(HEALTHY, HEALTHY), seen(SICK, SICK)])
    wait.run(2, 900)
    assert (wait.looked, wait.slept) == (3, [POLL_SECONDS, POLL_SECONDS])


def test_every_look_that_is_not_full_is_reported_with_the_time_and_what_is_wanted() -> None:
    wait = Wait([seen(), seen(HEALTHY, STARTING), seen(HEALTHY, HEALTHY)])
    wait.run(2, 900)
    first, second = wait.reports
    assert first.startswith("waiting for full capacity, 0 of 900 s: 0 instances InService")
    assert second.startswith("waiting for full capacity, 3 of 900 s: 2 instances InService, 1 healthy")
    assert "i-1: initial" in second
    assert first.endswith("2 wanted")


def test_at_the_deadline_every_unhealthy_target_is_named_with_its_reason() -> None:
    with pytest.raises(Refusal) as refused:
        Wait([seen(HEALTHY, SICK, STARTING)]).run(3, 60)
    refusal = refused.value
    assert refusal.problem == "amber did not reach full capacity within 60 s; DNS was not touched"
    assert f"i-1: {SICK}" in refusal.seen
    assert f"i-2: {STARTING}" in refusal.seen
    assert refusal.allowed == "3 instances InService and healthy"
    assert "pulumi up -s amber to wait again" in refusal.next_step


DRAINING = TargetHealth("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")


@pytest.mark.parametrize("now", [seen(STARTING), seen(DRAINING, STARTING), seen()])
def test_at_the_deadline_an_unhealthy_target_that_was_replaced_is_named_with_its_reason(now: CapacitySeen) -> None:
    with pytest.raises(Refusal) as refusal:
        Wait([CapacitySeen("group-1", frozenset({"i-9"}), {"i-9": SICK}), seen(SICK), now]).run(1, 2 * POLL_SECONDS)
    assert refusal.value.seen == f"{now}; replaced meanwhile: i-0: {SICK}"


@pytest.mark.parametrize("now", [seen(SICK), seen(HEALTHY)])
def test_a_target_that_is_still_judged_was_not_replaced(now: CapacitySeen) -> None:
    with pytest.raises(Refusal) as refusal:
        Wait([seen(SICK), now]).run(2, POLL_SECONDS)
    assert refusal.value.seen == str(now)


def test_a_group_without_instances_is_told_as_such() -> None:
    with pytest.raises(Refusal, match="0 instances InService, 0 healthy targets in group-1"):
        Wait([seen()]).run(1, 1)


@pytest.mark.parametrize("timeout_seconds", [1.0, 3.0, 10.0, 61.5])
@pytest.mark.parametrize("look_seconds", [0.0, 0.5])
def test_no_sleep_goes_past_the_deadline_and_there_is_a_look_at_it(timeout_seconds: float, look_seconds: float) -> None:
    wait = Wait([seen(SICK)], look_seconds)
    with pytest.raises(Refusal):
        wait.run(1, timeout_seconds)
    assert all(0 < slept <= POLL_SECONDS for slept in wait.slept)
    assert timeout_seconds <= wait.now - 1000.0 <= timeout_seconds + look_seconds


def test_a_group_that_is_full_at_the_last_look_is_full() -> None:
    wait = Wait([seen(SICK), seen(SICK), seen(HEALTHY)])
    wait.run(1, 2 * POLL_SECONDS)
    assert wait.now - 1000.0 == 2 * POLL_SECONDS
