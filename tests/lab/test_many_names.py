"""Fifty live names are tagged in by the same changes as one, in the same time: all of them follow one switch."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
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
MOST_TIMES_AS_LONG = 1.05
STEPS = {("replace", "ready"), ("update", f"{NAME}-{FIRST}"), ("update", f"{NAME}-{SECOND}"), ("update", "in-charge")}


@dataclass(frozen=True)
class Cutover:
    """What one tag-in took: the command, the changes of record sets that Route 53 took, the questions DNS was asked."""

    result: Result
    batches: int
    queries: int

    @property
    def steps(self) -> set[tuple[str, str]]:
        """What it did to which resource; of a replacement the one step that a preview shows."""
        return {
            (step.op, step.name)
            for step in self.result.steps
            if step.op not in ("create-replacement", "delete-replaced")
        }


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, World]]:
    """A world of one name and one of fifty, without HTTPS, whose certificate would hold ten names; nine minutes."""
    with ExitStack() as stack:
        one, fifty = (
            stack.enter_context(
                building(
                    tmp_path_factory.mktemp("plain"),
                    alias_ttl=TTL_SECONDS,
                    project={"https": False, "names": names},
                    live={"propagationTimeout": 200, "override": without_probes(FIRST)},
                )
            )
            for names in (NAMES[:1], NAMES)
        )
        yield one, fifty


def _cut_over(world: World, colour: str) -> Cutover:
    """Tag `colour` in while one server lags, and count."""
    world.workspace.edit_stack(LIVE, override=without_probes(colour))
    lagging = world.addresses.server_addresses()[1]
    world.faults.set_server_fault(lagging, ServerFault(lag_seconds=LAG_SECONDS))
    asked, changed = sum(world.faults.queries().values()), len(world.faults.history())
    result = world.tag_in(colour)
    assert result.exit_code == 0, result.output
    queries = sum(world.faults.queries().values()) - asked
    cutover = Cutover(result, len(world.faults.history()) - changed, queries)
    world.faults.clear_faults()
    return cutover


def test_fifty_names_are_tagged_in_by_the_changes_of_one_and_in_its_time(worlds: tuple[World, World]) -> None:
    seconds = {"one": 0.0, "fifty": 0.0}
    for colour in (SECOND, FIRST):
        # At the same moment, so that whatever else the machine does slows both.
        with ThreadPoolExecutor(2) as pool:
            one, fifty = pool.map(_cut_over, worlds, (colour, colour))
        for label, cutover in (("one", one), ("fifty", fifty)):
            seconds[label] += cutover.result.seconds
            wait = cutover.result.seconds_of("in-charge")
            report(f"{label}: update {cutover.result.seconds:.1f} s, wait {wait:.1f} s, {cutover.queries} queries")
            assert cutover.steps == STEPS
            assert cutover.batches == 2, "the raise and the lowering"
        # How many questions a further name may cost is for the wait itself to say (propagation).
        assert fifty.queries <= len(NAMES) * one.queries
        report(f"{(fifty.queries - one.queries) / (len(NAMES) - 1):.1f} queries for each further name\n")
    for world in worlds:
        world.assert_always_carried()
        world.assert_nothing_half_done()
    assert seconds["fifty"] <= MOST_TIMES_AS_LONG * seconds["one"], seconds
