"""The freeze: when a colour refuses change, and what a hotfix lets through."""

from dataclasses import replace
from typing import Any

import pytest

from cutover.drain import Drain
from cutover.freeze import (
    DRAIN_SECONDS,
    RESTORE,
    Change,
    Operation,
    TrafficState,
    decide,
    frozen_because,
    refuse_another_service,
    tag,
)
from cutover.in_charge import Entry
from cutover.refusal import Refusal

NOW = 1_000_000.0
NAME = "www.shop.example"
LOAD_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
NOBODY = TrafficState({NAME: {}}, ())
CARRYING = TrafficState({NAME: {"red": 100, "blue": 0}}, (Entry(NOW - 9000, "red"),))
A_LITTLE = TrafficState({NAME: {"red": 1, "blue": 100}}, (Entry(NOW - 9000, "blue"),))
WAIT_FAILED = TrafficState({NAME: {"red": 0, "blue": 100}}, (Entry(NOW - 9000, "red"),))
SHORT = Drain(60)
IDLE = TrafficState({NAME: {"red": 0, "blue": 100}}, (Entry(NOW - 9000, "red"), Entry(NOW - 500, "blue")), drain=SHORT)


def just_tagged_out(seconds_ago: float, drain: Drain = SHORT) -> TrafficState:
    history = (Entry(NOW - 9000, "red"), Entry(NOW - seconds_ago, "blue"))
    return TrafficState({NAME: {"red": 0, "blue": 100}}, history, drain=drain)


def change(operation: Operation = Operation.UPDATE, type_: str = LOAD_BALANCER, **inputs: Any) -> Change:
    return Change(operation, "red", type_, inputs.get("old", {}), inputs.get("new", {}))


@pytest.mark.parametrize("traffic", [CARRYING, A_LITTLE, WAIT_FAILED])
def test_a_colour_with_any_weight_or_named_in_charge_is_frozen(traffic: TrafficState) -> None:
    assert frozen_because("red", traffic, NOW)


@pytest.mark.parametrize("operation", Operation)
@pytest.mark.parametrize("traffic", [CARRYING, A_LITTLE, WAIT_FAILED, just_tagged_out(1)])
def test_every_operation_on_a_frozen_colour_is_refused(operation: Operation, traffic: TrafficState) -> None:
    with pytest.raises(Refusal):
        decide("red", change(operation), traffic, NOW, hotfix=False)


@pytest.mark.parametrize("traffic", [NOBODY, IDLE])
def test_a_colour_that_nobody_is_sent_to_is_not_frozen(traffic: TrafficState) -> None:
    assert frozen_because("red", traffic, NOW) is None


def test_a_colour_just_tagged_out_is_frozen_and_says_how_many_seconds_remain() -> None:
    reason = frozen_because("red", just_tagged_out(30), NOW)
    assert reason is not None
    assert f"{DRAIN_SECONDS - 30} s" in reason
    assert frozen_because("red", just_tagged_out(DRAIN_SECONDS), NOW) is None


def test_the_last_time_a_colour_was_in_charge_counts_not_the_first() -> None:
    history = (Entry(NOW - 9000, "red"), Entry(NOW - 8000, "blue"), Entry(NOW - 100, "red"), Entry(NOW - 10, "blue"))
    reason = frozen_because("red", TrafficState({NAME: {"blue": 100}}, history, drain=SHORT), NOW)
    assert reason is not None
    assert "170 s" in reason


def test_weight_on_one_name_of_many_is_enough() -> None:
    traffic = TrafficState({NAME: {"blue": 100}, "api.shop.example": {"blue": 100, "red": 1}}, ())
    assert frozen_because("red", traffic, NOW)


def test_a_hotfix_lets_updates_and_creates_through_and_says_so_loudly() -> None:
    for operation in (Operation.CREATE, Operation.UPDATE):
        loud = decide("red", change(operation), CARRYING, NOW, hotfix=True)
        assert loud is not None
        assert "HOTFIX: LoadBalancer red of red" in loud


def test_a_hotfix_never_covers_a_delete() -> None:
    with pytest.raises(Refusal, match="cannot be deleted"):
        decide("red", change(Operation.DELETE), CARRYING, NOW, hotfix=True)


def test_a_hotfix_never_covers_a_new_generation_of_instances() -> None:
    for type_ in ("aws:ec2/launchTemplate:LaunchTemplate", "aws:autoscaling/group:Group", "pulumi:index:Stash"):
        with pytest.raises(Refusal):
            decide("red", change(type_=type_), CARRYING, NOW, hotfix=True)


def test_a_hotfix_never_covers_a_new_release() -> None:
    old, new = {"tags": {"release": "1.0.0"}}, {"tags": {"release": "1.1.0"}}
    with pytest.raises(Refusal, match="frozen"):
        decide("red", change(old=old, new=new), CARRYING, NOW, hotfix=True)
    assert decide("red", change(old=old, new=old), CARRYING, NOW, hotfix=True)


def test_without_hotfix_the_refusal_says_what_carries_the_traffic() -> None:
    with pytest.raises(Refusal) as refused:
        decide("red", change(), CARRYING, NOW, hotfix=False)
    assert "LoadBalancer red cannot be updated" in str(refused.value)
    assert "red 100" in refused.value.seen


def test_an_idle_colour_changes_without_a_word() -> None:
    assert decide("red", change(Operation.DELETE), IDLE, NOW, hotfix=False) is None


def test_a_colour_that_had_a_share_a_moment_ago_is_frozen_as_if_it_had_been_in_charge() -> None:
    history = (Entry(NOW - 900, "blue", sharing=frozenset({"red"})), Entry(NOW - 20, "blue"))
    assert frozen_because("red", TrafficState({NAME: {"red": 0, "blue": 100}}, history), NOW)
    still = (Entry(NOW - 900, "blue", sharing=frozenset({"red"})),)
    assert frozen_because("red", TrafficState({NAME: {"red": 0, "blue": 100}}, still), NOW), "the wait has not ended"


def test_the_tags_of_an_auto_scaling_group_are_a_list() -> None:
    listed = {"tags": [{"key": "release", "value": "1.0.0"}, {"key": "service", "value": NAME}]}
    assert tag(listed, "release") == "1.0.0"
    assert tag({}, "release") is None
    with pytest.raises(Refusal, match="frozen"):
        decide("red", change(type_="aws:autoscaling/group:Group", old=listed, new=listed), CARRYING, NOW, hotfix=True)


def test_a_cluster_that_serves_another_name_than_the_first_is_frozen() -> None:
    serving = change(Operation.DELETE, old={"tags": {"service": NAME}})
    refuse_another_service("red", serving, NAME, hotfix=False)
    refuse_another_service("red", change(), NAME, hotfix=False)
    with pytest.raises(Refusal, match="frozen") as refused:
        refuse_another_service("red", serving, "new.shop.example", hotfix=False)
    assert "it serves www.shop.example" in refused.value.seen


@pytest.mark.parametrize("weights", [{"red": 0, "blue": 0}, {"red": 0}, {"red": 0, "before": 0}])
def test_where_nobody_has_weight_every_set_carries(weights: dict[str, int]) -> None:
    traffic = TrafficState({NAME: weights, "api.shop.example": {"blue": 100, "red": 0}}, IDLE.history)
    reason = frozen_because("red", traffic, NOW)
    assert reason is not None
    assert "where nobody has weight, all sets are used" in reason


def test_beside_a_strangers_set_alone_a_colour_without_one_may_be_built() -> None:
    assert frozen_because("red", TrafficState({NAME: {"before": 0}}, ()), NOW) is None
    assert frozen_because("red", TrafficState({NAME: {"before": 100}}, ()), NOW) is None


def test_without_a_history_a_colour_with_a_record_set_is_frozen_and_the_next_step_restores_it() -> None:
    lost = TrafficState({NAME: {"red": 0, "blue": 100}}, ())
    with pytest.raises(Refusal) as refused:
        decide("red", change(Operation.DELETE), lost, NOW, hotfix=False)
    assert "in-charge has no history" in refused.value.seen
    assert refused.value.next_step == RESTORE
    with pytest.raises(Refusal) as refused:
        decide("blue", change(Operation.DELETE), lost, NOW, hotfix=False)
    assert "it carries traffic" in refused.value.seen
    assert "tag blue out first" in refused.value.next_step


def test_when_the_newest_version_cannot_be_read_nobody_is_known_to_be_in_charge() -> None:
    unreadable = replace(IDLE, latest_unreadable="version 3 is 'red' (no JSON)")
    with pytest.raises(Refusal) as refused:
        decide("red", change(), unreadable, NOW, hotfix=False)
    assert "version 3 is 'red' (no JSON)" in refused.value.seen
    assert refused.value.next_step == RESTORE
    assert unreadable.named is None
    assert frozen_because("red", replace(unreadable, weights={NAME: {"blue": 100}}), NOW), "it was named once"
    assert frozen_because("red", TrafficState({NAME: {}}, (), 0.0, "version 1 is 'x' (no JSON)"), NOW) is None


def test_before_a_restored_entry_anybody_may_have_been_live() -> None:
    history = (Entry(NOW - 9000, "blue"), Entry(NOW - 20, "blue", restored=True))
    traffic = TrafficState({NAME: {"red": 0, "blue": 100}}, history, drain=SHORT)
    reason = frozen_because("red", traffic, NOW)
    assert reason is not None
    assert "160 s" in reason
    assert frozen_because("red", traffic, NOW + 160) is None


def test_no_more_seconds_are_left_than_there_are() -> None:
    """AWS's Date has whole seconds, and a history has thousandths."""
    reason = frozen_because("red", just_tagged_out(-0.9), NOW)
    assert reason is not None
    assert f"come for {DRAIN_SECONDS} s" in reason


@pytest.mark.parametrize("keep_alive", [60, 600, 3600])
def test_after_a_tag_out_a_colour_is_frozen_for_ttl_propagation_and_keep_alive_and_says_so(keep_alive: int) -> None:
    reason = frozen_because("red", just_tagged_out(119 + keep_alive, Drain(keep_alive)), NOW)
    assert reason is not None
    assert f"for 1 s (TTL 60 s + propagation 60 s + clientKeepAlive {keep_alive} s)" in reason
    assert "WebSockets and requests that are under way may last longer" in reason
    assert frozen_because("red", just_tagged_out(120 + keep_alive, Drain(keep_alive)), NOW) is None


def test_a_colour_whose_keep_alive_nobody_asked_for_is_frozen_for_the_longest() -> None:
    traffic = replace(just_tagged_out(3719), drain=TrafficState({}, ()).drain)
    assert frozen_because("red", traffic, NOW)
    assert frozen_because("red", traffic, NOW + 1) is None


def test_a_hotfix_does_not_make_the_keep_alive_of_open_connections_shorter() -> None:
    shorter = change(old={"clientKeepAlive": 600}, new={"clientKeepAlive": 60})
    with pytest.raises(Refusal) as refused:
        decide("red", shorter, CARRYING, NOW, hotfix=True)
    assert "clientKeepAlive: 600 s => 60 s" in refused.value.seen
    assert "a shorter clientKeepAlive" in refused.value.allowed
    assert "as `clientKeepAlive` in Pulumi.yaml until red is idle" in refused.value.next_step


def test_a_hotfix_of_a_load_balancer_that_never_had_a_keep_alive_of_its_own_does_not_give_it_a_shorter_one() -> None:
    with pytest.raises(Refusal, match="3600 s => 60 s"):
        decide("red", change(new={"clientKeepAlive": 60}), CARRYING, NOW, hotfix=True)


@pytest.mark.parametrize("inputs", [{"old": {"clientKeepAlive": 60}, "new": {"clientKeepAlive": 600}}, {}])
def test_a_hotfix_may_make_it_longer_or_change_something_else(inputs: dict[str, Any]) -> None:
    assert decide("red", change(**inputs), CARRYING, NOW, hotfix=True)


def test_an_idle_colour_may_have_a_shorter_keep_alive() -> None:
    assert (
        decide("red", change(old={"clientKeepAlive": 600}, new={"clientKeepAlive": 60}), IDLE, NOW, hotfix=False)
        is None
    )
