"""Fifty live names cut over in one update: the wait for DNS hardly grows, the questions grow less than the names."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from lab.client import ServerFault
from lab.pulumi_command import Result
from tests.lab.building import building, report, without_probes
from tests.lab.world import FIRST, LIVE, NAME, SECOND, World

NAMES = [NAME, *(f"name-{number:02d}.shop.example" for number in range(1, 50))]
# As on AWS. With a shorter one the questions for fifty names would be a larger part of the wait.
TTL_SECONDS = 60
# Longer than the provider's own wait for a change, so that there is a wait for DNS after it.
LAG_SECONDS = 18.0


@dataclass(frozen=True)
class Cutover:
    """What one tag-in took."""

    result: Result
    wait_seconds: float
    queries: int


@pytest.fixture(scope="module")
def plain_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world of one name without HTTPS, whose certificate would hold ten names; four minutes."""
    with building(
        tmp_path_factory.mktemp("plain"),
        alias_ttl=TTL_SECONDS,
        project={"https": False, "names": NAMES[:1]},
        live={"propagationTimeout": 200, "override": without_probes(FIRST)},
    ) as world:
        yield world


def _cut_over(world: World, colour: str) -> Cutover:
    """Tag `colour` in while one server lags, and count."""
    world.workspace.edit_stack(LIVE, override=without_probes(colour))
    lagging = world.addresses.server_addresses()[1]
    world.faults.set_server_fault(lagging, ServerFault(lag_seconds=LAG_SECONDS))
    asked_before = sum(world.faults.queries().values())
    result = world.tag_in(colour)
    assert result.exit_code == 0, result.output
    cutover = Cutover(result, result.seconds_of("in-charge"), sum(world.faults.queries().values()) - asked_before)
    world.faults.clear_faults()
    return cutover


def test_the_wait_of_fifty_names_is_that_of_one_and_asks_no_more_for_each(plain_world: World) -> None:
    one = _cut_over(plain_world, SECOND)
    plain_world.workspace.edit_project(names=NAMES)
    for stack in (FIRST, SECOND):
        plain_world.must_up(stack)
    added = plain_world.must_up(LIVE)
    fifty = _cut_over(plain_world, FIRST)
    report(f"one name: update {one.result.seconds:.0f} s, wait {one.wait_seconds:.1f} s, {one.queries} queries")
    report(f"adding 49: {added.seconds:.0f} s")
    report(f"fifty: update {fifty.result.seconds:.0f} s, wait {fifty.wait_seconds:.1f} s, {fifty.queries} queries\n")
    assert {name: plain_world.weights(name) for name in NAMES} == {name: {FIRST: 100, SECOND: 0} for name in NAMES}
    assert fifty.wait_seconds <= 1.2 * one.wait_seconds
    assert fifty.queries <= len(NAMES) * one.queries
    plain_world.assert_always_carried()
