"""What the naive ways cost clients is counted, and a way that cost nobody anything is no proof."""

import base64
import json
from dataclasses import replace

import pytest

from lab.load.hit import Hit
from lab.naive import figures, ways
from lab.naive.figures import Outcome, Played

PLAYED = Played("in-place", "all at once", 200, 60)
HITS = [
    Hit("honest", 100.0, 0.01, 200, colour="amber"),
    Hit("honest", 100.5, 0.01, 502, "status 502"),
    Hit("keep-alive", 100.7, 0.01, 0, "refused"),
    Hit("honest", 103.0, 0.01, 502, "status 502"),
]


def test_failures_are_counted_in_all_by_pool_and_by_kind() -> None:
    found = figures.outcome(PLAYED, HITS).as_dict()
    assert (found["way"], found["requests"], found["failed"], found["failing_seconds"]) == ("in-place", 4, 3, 2)
    assert found["pools"] == {
        "honest": {"requests": 3, "failed": 2, "failures": {"status 502": 2}},
        "keep-alive": {"requests": 1, "failed": 1, "failures": {"refused": 1}},
    }


def test_a_way_without_an_error_is_named_as_harmless_and_so_is_one_without_a_request() -> None:
    outcomes = [
        figures.outcome(PLAYED, HITS),
        figures.outcome(replace(PLAYED, way="good"), HITS[:1]),
        figures.outcome(replace(PLAYED, way="none"), []),
    ]
    assert figures.harmless(outcomes) == ["good", "none"]


def test_the_table_has_a_row_for_each_way_with_its_pools() -> None:
    *_, row = figures.table([figures.outcome(PLAYED, HITS)])
    assert "| all at once (200 requests/s) | 4 | **3** | 2 |" in row
    assert "honest: 2 of 3 (status 502 2); keep-alive: 1 of 1 (refused 1)" in row


def test_figures_are_the_same_after_their_way_through_json() -> None:
    found = figures.outcome(PLAYED, HITS)
    assert Outcome.from_json(json.loads(json.dumps(found.as_dict()))) == found


def test_the_ways_are_those_that_the_issue_names() -> None:
    assert [way.name for way in ways.WAYS] == ["in-place", "unready", "destroyed"]


def _encoded(script: str) -> str:
    return base64.b64encode(script.encode()).decode()


def test_another_release_is_another_tag_in_the_user_data_and_nothing_else() -> None:
    data = {"ImageId": "ami-1", "UserData": _encoded("image=registry/web:1.0.0\nport=80\n")}
    changed = ways.of_release(data, "1.0.0", "2.0.0")
    assert changed == {"ImageId": "ami-1", "UserData": _encoded("image=registry/web:2.0.0\nport=80\n")}


def test_user_data_that_does_not_name_the_release_is_not_taken_for_changed() -> None:
    with pytest.raises(ValueError, match=r"does not name release 1\.0\.0"):
        ways.of_release({"UserData": _encoded("image=web:latest")}, "1.0.0", "2.0.0")
