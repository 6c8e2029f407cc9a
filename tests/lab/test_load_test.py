"""A colour whose instances run, half of them weak in a way that no health check sees: only a load test shows it."""

from collections.abc import Iterator
from functools import partial

import pytest

from tests.lab.load_testing import load_test, requests_to, tagging_in, written
from tests.lab.one_world import Copy
from tests.lab.running_world import running, wait_until
from tests.lab.world import FIRST, LIVE, NAME, SECOND, World

INSTANCES, PEAK_RPS, SECONDS = 4, 40, 8
# Each of the whole ones has a little more than its share of the peak; a weak one has a fifth of that.
PER_SECOND, WEAK_PER_SECOND = 12.0, 2.0
NEW_RELEASE = "2.0.0"
# The two whole ones alone answer so much of the peak, on a machine that has time for them.
LEAST_SHARE, TRIES = 0.5, 4


@pytest.fixture
def four_each(copy_of_the_world: Copy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A copy whose second colour has four instances, all of them healthy, at a release that was never in charge."""
    with running(copy_of_the_world, tmp_path_factory.mktemp("world")) as world:
        world.workspace.edit_project(
            capacity=INSTANCES, loadTest="required", peakRps=PEAK_RPS, loadTestSeconds=SECONDS, bootTimeout=60
        )
        world.faults.set_machines(capacity={"per_second": PER_SECOND, "patience_seconds": 1.0})
        world.workspace.edit_stack(SECOND, release=NEW_RELEASE)
        world.must_up(SECOND)
        wait_until(partial(_is_whole, world))
        yield world


def _is_whole(world: World) -> bool:
    return len(world.instances(SECOND)) == INSTANCES


def test_a_colour_that_reaches_60_per_cent_passes_every_other_check_and_is_refused_and_a_whole_one_is_tagged_in(
    four_each: World,
) -> None:
    world = four_each
    weak = world.instances(SECOND)[: INSTANCES // 2]
    own = {"per_second": WEAK_PER_SECOND, "patience_seconds": 1.0}
    world.faults.set_machines(capacity_of=dict.fromkeys(weak, own))
    targets = requests_to(world, "GET /\n")
    for _ in range(TRIES):
        short = load_test(world, SECOND, "--targets", targets, "--json")
        assert short.exit_code == 1, short.stderr
        if short.said["answered_rate"] / PEAK_RPS > LEAST_SHARE:
            break  # else the whole instances had no processor either
    assert LEAST_SHARE < short.said["answered_rate"] / PEAK_RPS < 0.7, short.said
    assert "503" in short.said["errors"]
    assert f"{SECOND} was short" in short.said["reasons"][0]
    refused, message = tagging_in(lambda: world.tag_in(SECOND))
    assert refused.failed == ("ready",), refused.output
    assert f"{SECOND} is not ready to carry the traffic: load-test\n" in message, "every other check holds"
    assert "% were answered well, not 99.9 (most often: 503)" in message
    world.assert_nothing_half_done()
    assert world.weights(NAME) == {FIRST: 100, SECOND: 0}
    world.faults.set_machines(capacity_of={})
    whole = load_test(world, SECOND, "--targets", targets, "--json")
    assert whole.exit_code == 0, whole.stderr
    assert whole.said["evidence"] == written(world, SECOND)
    tagged_in, _ = tagging_in(lambda: world.tag_in(SECOND))
    assert tagged_in.exit_code == 0, tagged_in.output
    assert world.weights(NAME) == {FIRST: 0, SECOND: 100}
    world.workspace.edit_stack(LIVE, active=SECOND)
