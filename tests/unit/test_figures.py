"""What a rehearsal says of itself, and when it has failed."""

from collections import Counter

import pytest

from lab.figures import Figures, of_pools, show, wrong
from lab.load.clients import LoadFigures
from lab.load.tally import PoolFigures
from lab.traffic import Served

WITHIN = (72.0, 71.96)


def pool(
    failed: int = 0,
    moved: tuple[float | None, ...] = (40.04, 41.0),
    within: tuple[float | None, ...] = WITHIN,
) -> PoolFigures:
    return PoolFigures(100, failed, {"refused": failed} if failed else {}, {"amber": 100 - failed}, moved, within)


def figures(failed: int = 0, pools: dict[str, PoolFigures] | None = None) -> Figures:
    made = Figures("3.259.0", "5.100.0", {"tag_in_seconds": 84.123}, "amber", 309)
    made.served = Served(Counter({"amber": 100 - failed}), failed)
    both = {"honest": pool(), "never": pool(moved=(None, 0.0), within=(None, None))}
    made.load = LoadFigures(200, 199.96, pools or both, ("never",), 0.44)
    return made


def test_the_file_keeps_its_keys_and_gains_the_rate_and_the_pools() -> None:
    found = figures().as_dict()
    before = Figures("3.259.0", "5.100.0", {"tag_in_seconds": 84.123}, "amber", 309).as_dict()
    assert set(before) < set(found)
    assert found["tag_in_seconds"] == 84.1
    assert (found["requests_per_second"], found["requests_per_second_asked"]) == (200.0, 200)
    pools = found["pools"]
    assert isinstance(pools, dict)
    assert pools["honest"] == {
        "requests": 100,
        "failed": 0,
        "moved_seconds": 40.0,
        "moved_within_seconds": 72.0,
        "moved_back_seconds": 41.0,
        "moved_back_within_seconds": 72.0,
        "by_colour": {"amber": 100},
        "failures": {},
    }
    assert (pools["never"]["moved_seconds"], pools["never"]["moved_back_seconds"]) == (None, 0.0)
    assert (pools["never"]["moved_within_seconds"], pools["never"]["moved_back_within_seconds"]) == (None, None)
    assert found["slowest_answer_seconds"] == 0.4


def test_one_without_pools_has_the_keys_that_it_had() -> None:
    made = Figures("3.259.0", "5.100.0")
    assert "pools" not in made.as_dict()
    assert "requests_per_second" not in made.as_dict()


def test_each_pool_is_in_the_table_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    show(figures())
    lines = capsys.readouterr().out.splitlines()
    (honest,) = [line for line in lines if line.strip().startswith("honest")]
    (never,) = [line for line in lines if line.strip().startswith("never ")]
    assert honest.split() == ["honest", "100", "0", "40.0", "s", "72.0", "s", "41.0", "s", "72.0", "s"]
    assert never.split() == ["never", "100", "0", "never", "-", "0.0", "s", "-"]
    assert any("200.0 requests/s sent, 200 asked" in line for line in lines)
    assert lines[-1] == "failed 0"


def test_the_calls_of_the_roles_are_told_and_one_that_was_denied_is_a_failure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = figures()
    assert "calls_by_role" not in made.as_dict()
    made.calls = {"tag-team-live": 120, "tag-team-colour": 400}
    assert (made.as_dict()["calls_by_role"], made.as_dict()["calls_denied"]) == (made.calls, 0)
    assert wrong(made, "amber") == []
    show(made)
    assert "400 tag-team-colour, 120 tag-team-live; 0 denied" in capsys.readouterr().out
    made.denied = ["tag-team-live: ec2:DeleteVpc on *"]
    assert wrong(made, "amber") == ["1 calls were denied, the first: tag-team-live: ec2:DeleteVpc on *"]


def test_a_pool_that_no_switch_was_seen_for_says_never() -> None:
    assert of_pools(LoadFigures(4, 4.0, {"honest": pool(moved=(), within=())}))[-1].split() == [
        "honest", "100", "0", "never", "-", "never", "-",
    ]  # fmt: skip


def test_nothing_is_wrong_when_all_were_served_and_all_who_follow_have_followed() -> None:
    assert wrong(figures(), "amber") == []


def test_a_failed_request_a_pool_that_stays_and_another_colour_in_charge_are_wrong() -> None:
    assert wrong(figures(failed=2), "amber") == ["2 of 100 requests failed"]
    stayed = figures(pools={"honest": pool(moved=(None, 41.0)), "keep-alive": pool(moved=(50.0, None))})
    assert wrong(stayed, "amber") == [
        "the pool honest was not seen to follow each switch",
        "the pool keep-alive was not seen to follow each switch",
    ]
    assert wrong(figures(), "violet") == ["amber is in charge at the end, not violet"]


def test_no_request_at_all_is_wrong() -> None:
    made = figures()
    made.served = Served()
    assert wrong(made, "amber") == ["no request was sent"]


@pytest.mark.parametrize("moved", [(), (40.0,), (None,)])
def test_a_pool_of_which_a_switch_is_missing_has_not_followed(moved: tuple[float | None, ...]) -> None:
    assert wrong(figures(pools={"honest": pool(moved=moved)}), "amber") == [
        "the pool honest was not seen to follow each switch"
    ]


def test_a_pool_that_followed_later_than_it_has_to_is_wrong_for_each_switch() -> None:
    late = {"honest": pool(moved=(72.1, 72.0)), "keep-alive": pool(moved=(130.0, 140.0), within=(130.0, 130.0))}
    assert wrong(figures(pools=late), "amber") == [
        "the pool honest followed the tag-in 72.1 s after it, not within 72.0 s",
        "the pool honest followed the tag-back 72.0 s after it, not within 72.0 s",
        "the pool keep-alive followed the tag-back 140.0 s after it, not within 130.0 s",
    ]


@pytest.mark.parametrize(("within", "phases"), [((), ("tag-in", "tag-back")), ((72.0, None), ("tag-back",))])
def test_a_pool_of_which_nothing_says_by_when_is_wrong(
    within: tuple[float | None, ...], phases: tuple[str, ...]
) -> None:
    assert wrong(figures(pools={"honest": pool(within=within)}), "amber") == [
        f"nothing says by when the pool honest has to follow the {phase}" for phase in phases
    ]
