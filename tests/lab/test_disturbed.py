"""What `make rehearsal-naive` and `make rehearsal-faults` are made of, at a small rate: it sees downtime."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from lab.cutover_faults import acts, rows
from lab.cutover_faults.faults import FAULTS
from lab.load import vegeta
from lab.load.pool import HONEST, honest_resolvers
from lab.naive import figures, ways
from lab.naive.figures import Played
from lab.stage import LIVE, Stage
from lab.under_load import Load, under_load
from tests.lab.building import report
from tests.lab.one_world import Copy, with_own_providers
from tests.lab.running_world import running
from tests.lab.world import ALIAS_TTL_SECONDS

pytestmark = pytest.mark.own_providers
RATE = 40


@pytest.fixture(scope="module")
def load() -> Load:
    return Load(vegeta.ensure(report), RATE)


@pytest.fixture
def stage(copy_of_the_world: Copy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A copy of the world whose instances run."""
    with running(copy_of_the_world, tmp_path_factory.mktemp("world")) as world:
        made = with_own_providers(world).workspace
        made.edit_stack(LIVE, resolvers=honest_resolvers(world.addresses))
        yield Stage(made, world.addresses, world.faults, ALIAS_TTL_SECONDS)


def test_a_replacement_in_place_shows_errors(stage: Stage, load: Load) -> None:
    with under_load(stage, load, report) as attack:
        ways.replace_in_place(stage, report)
    found = figures.outcome(Played("in-place", "", RATE, ALIAS_TTL_SECONDS), attack.hits)
    assert figures.harmless([found]) == []
    assert found.pools[HONEST].failed > 0
    assert found.requests > found.failed, "it worked before"


@pytest.mark.parametrize("name", ["endpoint", "incoming-half"])
def test_a_fault_costs_only_what_it_may_and_the_next_up_converges(stage: Stage, load: Load, name: str) -> None:
    (fault,) = [replace(one, alias_ttl=ALIAS_TTL_SECONDS) for one in FAULTS if one.name == name]
    row = rows.of_fault(fault, acts.play(fault, stage, load, report), RATE)
    assert row.problems == ()
    assert row.requests > 0


def test_a_tag_in_whose_machine_is_killed_is_ended_by_the_next_up(stage: Stage, load: Load) -> None:
    (act,) = acts.kills(stage, load, 3, 1, report)
    row = rows.of_kill(act, RATE, ALIAS_TTL_SECONDS)
    assert act.exit_code != 0
    assert row.problems == ()
