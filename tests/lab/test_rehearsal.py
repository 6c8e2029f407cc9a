"""`make rehearsal`, with a short TTL and few requests: what it says, what it writes down, and who has followed."""

import json
from pathlib import Path

import pytest

from lab import picture, rehearsal
from lab.figures import TAG_BACK, TAG_IN
from lab.load import pool
from lab.picture.recording import Recording
from lab.workspace import CHECKOUT
from tests.lab.building import report
from tests.lab.world import ALIAS_TTL_SECONDS, FIRST, SECOND

PER_SECOND = 20
MOMENTS = ["gate", "raise", "lower", "INSYNC", "DNS has let go"]
MOVING = (pool.HONEST, pool.HOLDS_TWICE, pool.KEEP_ALIVE)


def test_no_pool_of_clients_notices_and_each_follows_in_its_own_way(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = list((CHECKOUT / ".lab").glob("rehearsal*"))
    code = rehearsal.run(report, PER_SECOND, tmp_path, ALIAS_TTL_SECONDS)
    out = capfd.readouterr().out.splitlines()
    assert (code, out[-1]) == (0, "failed 0"), out
    found = json.loads((tmp_path / rehearsal.FIGURES).read_text())
    pools = found["pools"]
    assert list(pools) == [pool.HONEST, pool.HOLDS_TWICE, pool.KEEP_ALIVE, pool.NEVER_AGAIN]
    assert (found["failed"], [one["failed"] for one in pools.values()]) == (0, [0, 0, 0, 0])
    assert found["requests"] == sum(one["requests"] for one in pools.values()) > 0
    assert all(set(pools[name]["by_colour"]) == {FIRST, SECOND} for name in MOVING)
    assert None not in [pools[name][key] for name in MOVING for key in ("moved_seconds", "moved_back_seconds")]
    for name in MOVING:
        assert 0 <= pools[name]["moved_seconds"] <= pools[name]["moved_within_seconds"]
        assert 0 <= pools[name]["moved_back_seconds"] <= pools[name]["moved_back_within_seconds"]
    assert [pools[name]["moved_within_seconds"] for name in MOVING] == sorted(
        pools[name]["moved_within_seconds"] for name in MOVING
    )
    assert pools[pool.NEVER_AGAIN]["moved_within_seconds"] is None
    assert set(pools[pool.NEVER_AGAIN]["by_colour"]) == {FIRST}
    assert pools[pool.NEVER_AGAIN]["moved_seconds"] is None
    assert found["in_charge"] == FIRST
    assert set(found["calls_by_role"]) == {f"tag-team-{name}" for name in ("preview", "colour", "live")}
    assert found["calls_denied"] == 0
    recording = Recording.from_json((tmp_path / picture.DATA).read_text())
    for phase in (TAG_IN, TAG_BACK):
        moments = [mark for mark in recording.marks if mark.phase == phase]
        assert [mark.label for mark in moments] == MOMENTS
        assert [mark.at for mark in moments] == sorted(mark.at for mark in moments)
    assert (
        sum(map(sum, (recording.answers(colour, name) for colour in (FIRST, SECOND) for name in pools)))
        == (found["requests"])
    )
    assert {picture.SVG, picture.PNG, picture.PAGE} <= {file.name for file in tmp_path.iterdir()}
    assert list((CHECKOUT / ".lab").glob("rehearsal*")) == before
