"""Fifty live names cut over in one update: the wait for DNS hardly grows, the questions grow less than the names."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from lab import workspace
from lab.client import ServerFault, start
from lab.pulumi_command import Result
from tests.lab.world import CAPACITY, FIRST, LIVE, NAME, RELEASES, SECOND, World

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
    """A world of one name without HTTPS, whose certificate would hold ten names; four minutes.

    The probes of a service without HTTPS go to port 80, which the lab does not serve: they are overridden.
    """
    root = tmp_path_factory.mktemp("plain")
    with start(root / "server", alias_ttl=TTL_SECONDS, health_seconds=1) as server:
        made = workspace.lay_out(root, server.addresses, _report)
        made.edit_project(capacity=CAPACITY, fullCapacityTimeout=20, https=False, names=NAMES[:1])
        made.edit_stack(SECOND, release=RELEASES[SECOND])
        made.edit_stack(LIVE, active=FIRST, propagationTimeout=200, override=_probes_of(FIRST))
        before = made.pulumi("preview", "-s", LIVE)
        with ThreadPoolExecutor(2) as pool:
            for result in pool.map(made.up, (FIRST, SECOND)):
                assert result.exit_code == 0, result.output
        result = made.up(LIVE)
        assert result.exit_code == 0, result.output
        yield World(made, server.addresses, server.client, before)


def _probes_of(colour: str) -> dict[str, object]:
    return {"attempt": f"{colour}@{RELEASES[colour]}", "checks": ["probes"]}


def _report(line: str) -> None:
    print(f"\nlab: {line}", end="", file=sys.__stderr__, flush=True)


def _cut_over(world: World, colour: str) -> Cutover:
    """Tag `colour` in while one server lags, and count."""
    world.workspace.edit_stack(LIVE, override=_probes_of(colour))
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
    _report(f"one name: update {one.result.seconds:.0f} s, wait {one.wait_seconds:.1f} s, {one.queries} queries")
    _report(f"adding 49: {added.seconds:.0f} s")
    _report(f"fifty: update {fifty.result.seconds:.0f} s, wait {fifty.wait_seconds:.1f} s, {fifty.queries} queries\n")
    assert {name: plain_world.weights(name) for name in NAMES} == {name: {FIRST: 100, SECOND: 0} for name in NAMES}
    assert fifty.wait_seconds <= 1.2 * one.wait_seconds
    assert fifty.queries <= len(NAMES) * one.queries
    plain_world.assert_always_carried()
