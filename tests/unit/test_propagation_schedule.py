"""When each server is asked next."""

from dataclasses import replace
from itertools import pairwise

import pytest

from propagation.criterion import Status
from propagation.observation import Observation, Worth
from propagation.resolver_view import FINAL_LOOKS, ResolverView, observe_resolver
from propagation.schedule import (
    ServerSchedule,
    backoff_seconds,
    next_resolver_look,
    next_server_look,
    questions_at_once,
    resolver_patience_seconds,
    resolver_questions_at_once,
    server_patience_seconds,
)
from propagation.server_view import (
    BURST_ANSWERS,
    SUSPICIOUS_ROW,
    Sentinel,
    ServerView,
    is_news,
    observe_server,
    sentinel_of,
)

STALE = Status(False, 60, None, None, (), (), ())
SWITCHED = Status(False, 60, 100, 160, (), (), (), final_look_at=159.6)


def server(verdict: Worth, asked_at: float, *, streak: int = 0, switched_at: float | None = None) -> ServerView:
    seen = Observation(verdict, verdict.value, asked_at, asked_at + 0.1)
    return ServerView("www.example.com", "ns-1", last=seen, streak=streak, switched_at=switched_at)


def guarded_by(view: ServerView | None, ask_again_before: float = float("-inf")) -> Status:
    return replace(STALE, sentinel=Sentinel(view, ask_again_before))


def resolver(verdict: Worth, at: float, ttl_left: float | None = None, *, failures: int = 0) -> ResolverView:
    seen = Observation(verdict, verdict.value, at, at, ttl_seconds=ttl_left)
    view = observe_resolver(ResolverView("www.example.com", "192.0.2.1"), seen)
    return replace(view, failures=failures or view.failures)


def test_everybody_is_asked_at_once_to_begin_with() -> None:
    assert next_server_look(ServerView("www.example.com", "ns-1"), STALE) < 0
    assert next_resolver_look(ResolverView("www.example.com", "192.0.2.1"), STALE) < 0


@pytest.mark.parametrize("verdict", [Worth.OTHER, Worth.NEGATIVE, Worth.FAILURE, Worth.NO_ANSWER])
def test_the_sentinel_is_asked_three_times_a_second_and_everybody_else_seldom(verdict: Worth) -> None:
    view = server(verdict, 50)
    assert next_server_look(view, guarded_by(server(Worth.OTHER, 40))) == 50.3
    assert next_server_look(view, guarded_by(replace(view, name="api.example.com"))) == 55
    assert next_server_look(view, replace(guarded_by(replace(view, server="ns-2")), ttl_seconds=12)) == 51


def test_when_the_sentinel_seems_to_have_switched_the_others_are_asked_at_once() -> None:
    view = server(Worth.OTHER, 50)
    assert next_server_look(view, guarded_by(None, ask_again_before=50.1)) == 50.1
    assert next_server_look(view, guarded_by(None, ask_again_before=49)) == 55


def test_the_sentinel_is_the_last_that_has_not_switched_also_after_a_flip_back_and_with_a_late_address() -> None:
    waiting = [replace(server(Worth.OTHER, 50), server=f"ns-{number}") for number in (1, 2, 3)]
    done = replace(server(Worth.EXPECTED, 50, streak=20, switched_at=50), streak_since=49)
    assert sentinel_of([]) == Sentinel()
    assert sentinel_of(waiting).is_of(waiting[2])
    assert sentinel_of([*waiting[:2], done]) == Sentinel(waiting[1], ask_again_before=49)
    assert sentinel_of([waiting[0], done, waiting[2]]) == Sentinel(waiting[2])
    assert sentinel_of([*waiting, ServerView("www.example.com", "late")]).is_of(ServerView("www.example.com", "late"))
    assert sentinel_of([done, done]) == Sentinel(None, ask_again_before=49)


def test_a_row_of_seven_at_the_sentinel_makes_the_others_be_asked_and_shorter_ones_do_not() -> None:
    other = replace(server(Worth.OTHER, 50), server="ns-1")
    row = [replace(server(Worth.EXPECTED, 60, streak=streak), streak_since=59) for streak in (6, 7)]
    assert [sentinel_of([other, view]).ask_again_before for view in row] == [float("-inf"), 59]
    assert sentinel_of([row[1], other]).ask_again_before == float("-inf"), "that is not the sentinel"


def test_a_switch_a_row_of_seven_and_a_fall_back_are_news_and_nothing_else_is() -> None:
    views = [ServerView("www.example.com", "ns-1")]
    for verdict in [
        *[Worth.EXPECTED] * BURST_ANSWERS,
        Worth.EXPECTED,
        Worth.FAILURE,
        *[Worth.EXPECTED] * 8,
        Worth.OTHER,
    ]:
        views.append(observe_server(views[-1], Observation(verdict, verdict.value, len(views), len(views))))
    news = [number for number, (before, after) in enumerate(pairwise(views), start=1) if is_news(before, after)]
    assert news == [SUSPICIOUS_ROW, BURST_ANSWERS, len(views) - 1]


def test_a_new_answer_sets_off_a_burst_of_twenty_in_all() -> None:
    view = ServerView("www.example.com", "ns-1")
    parts = []
    while view.switched_at is None:
        parts.append(questions_at_once(view))
        for _ in range(parts[-1]):
            view = observe_server(view, Observation(Worth.EXPECTED, "answers blue", 1, 1.1))
        if view.switched_at is None:
            assert next_server_look(view, STALE) == pytest.approx(1.12)
    assert parts == [1, 2, 4, 8, 5]
    assert sum(parts) == BURST_ANSWERS


def test_a_server_that_falls_silent_amid_its_burst_is_asked_one_question_at_a_time_until_it_answers_again() -> None:
    view = server(Worth.EXPECTED, 50, streak=7)  # which came at 50.1
    schedule = ServerSchedule(lambda: view, lambda: STALE)
    assert (schedule.how_many(0, None), schedule.patience_seconds(None)) == (8, 0.05)
    assert (schedule.how_many(0, 50.05), schedule.patience_seconds(50.05)) == (8, 0.05)
    assert (schedule.how_many(0, 50.2), schedule.patience_seconds(50.2)) == (1, 0.3)
    view = server(Worth.NO_ANSWER, 50.2, streak=7)
    assert (schedule.how_many(0, None), schedule.patience_seconds(None)) == (1, 0.3)
    view = server(Worth.EXPECTED, 52, streak=8)
    assert (schedule.how_many(0, 51.8), schedule.patience_seconds(51.8)) == (8, 0.05)


def test_a_server_that_has_switched_is_asked_twelve_times_a_ttl_and_right_before_the_end() -> None:
    view = server(Worth.EXPECTED, 110, streak=30, switched_at=90)
    assert questions_at_once(view) == 1
    assert next_server_look(view, SWITCHED) == 115
    assert next_server_look(view, replace(SWITCHED, ttl_seconds=12)) == 111
    assert next_server_look(view, replace(SWITCHED, ttl_seconds=3600)) == 115
    assert next_server_look(server(Worth.EXPECTED, 157, switched_at=90), SWITCHED) == pytest.approx(159.6)
    assert next_server_look(server(Worth.EXPECTED, 159.7, switched_at=90), SWITCHED) == pytest.approx(164.7)
    assert next_server_look(server(Worth.NO_ANSWER, 110, switched_at=90), SWITCHED) == 110.3


def test_a_resolver_is_asked_again_when_its_answer_expires() -> None:
    assert next_resolver_look(resolver(Worth.OTHER, 50, 23), STALE) == pytest.approx(73.1)
    assert next_resolver_look(resolver(Worth.EXPECTED, 50, 23), STALE) == pytest.approx(73.1)
    assert next_resolver_look(resolver(Worth.OTHER, 110, 13), SWITCHED) == pytest.approx(123.1)


@pytest.mark.parametrize("verdict", [Worth.EXPECTED, Worth.OTHER])
def test_from_the_last_switch_on_a_resolver_is_asked_four_times_in_a_ttl(verdict: Worth) -> None:
    assert next_resolver_look(resolver(verdict, 110, 48), SWITCHED) == 125


def test_a_resolver_asked_before_the_last_switch_is_asked_again_right_after_it() -> None:
    assert next_resolver_look(resolver(Worth.EXPECTED, 95, 48), SWITCHED) == 100
    assert next_resolver_look(resolver(Worth.EXPECTED, 100, 48), SWITCHED) == 115


def test_an_answer_without_ttl_left_is_not_asked_for_in_a_tight_loop() -> None:
    assert next_resolver_look(resolver(Worth.EXPECTED, 50, 0), STALE) == 50.25
    assert next_resolver_look(resolver(Worth.OTHER, 50, 0), STALE) == 50.5


@pytest.mark.parametrize("verdict", [Worth.EXPECTED, Worth.OTHER, Worth.FAILURE, Worth.NO_ANSWER])
def test_a_resolver_is_asked_when_the_ttl_ends_whatever_it_said(verdict: Worth) -> None:
    assert next_resolver_look(resolver(verdict, 159.5, 1.5), SWITCHED) == pytest.approx(160.1)


def test_at_the_end_twelve_questions_go_out_at_once() -> None:
    view, now = resolver(Worth.EXPECTED, 159, 30), 160.1
    parts: list[int] = []
    while len(parts) < 9 and next_resolver_look(view, SWITCHED) <= now:
        parts.append(resolver_questions_at_once(view, SWITCHED, now))
        for _ in range(parts[-1]):
            view = observe_resolver(view, Observation(Worth.EXPECTED, "answers blue", now, now + 0.01, ttl_seconds=30))
        now += 0.05
    assert parts == [12]
    assert sum(parts) == FINAL_LOOKS


def test_before_the_end_a_resolver_is_asked_one_question_at_a_time() -> None:
    assert resolver_questions_at_once(resolver(Worth.EXPECTED, 110, 30), SWITCHED, 125) == 1
    assert resolver_questions_at_once(resolver(Worth.OTHER, 160.1, 30), SWITCHED, 161) == 1


def test_a_resolver_that_keeps_the_old_answer_too_long_is_asked_four_times_in_the_ttl_that_begins_with_it() -> None:
    assert next_resolver_look(resolver(Worth.OTHER, 170, 900), SWITCHED) == 185
    assert next_resolver_look(resolver(Worth.OTHER, 170, 1), SWITCHED) == pytest.approx(171.1)


@pytest.mark.parametrize("verdict", [Worth.FAILURE, Worth.NO_ANSWER])
def test_what_holds_up_the_end_is_asked_twice_a_second(verdict: Worth) -> None:
    assert next_resolver_look(resolver(verdict, 170), SWITCHED) == 170.5


def test_an_unreachable_resolver_is_asked_seldom() -> None:
    view = replace(resolver(Worth.NO_ANSWER, 170, failures=3), tries=3)
    assert next_resolver_look(view, SWITCHED) == 172


@pytest.mark.parametrize("verdict", [Worth.FAILURE, Worth.NO_ANSWER, Worth.UNKNOWN, Worth.NEGATIVE])
def test_errors_are_retried_with_growing_pauses(verdict: Worth) -> None:
    assert [next_resolver_look(resolver(verdict, 50, failures=n), STALE) for n in (1, 2, 3, 9)] == [51, 52, 52, 52]
    assert backoff_seconds(60) == 2


def test_a_negative_answer_is_asked_for_again_when_it_expires_if_that_is_sooner() -> None:
    assert next_resolver_look(resolver(Worth.NEGATIVE, 50, 0.5, failures=3), STALE) == pytest.approx(50.6)
    assert next_resolver_look(resolver(Worth.NEGATIVE, 50, 900, failures=3), STALE) == 52


def test_a_lost_question_is_waited_for_until_the_end_is_near() -> None:
    view = resolver(Worth.EXPECTED, 50)
    assert resolver_patience_seconds(view, STALE, 1000) is None
    assert resolver_patience_seconds(view, SWITCHED, 157) is None
    assert resolver_patience_seconds(view, SWITCHED, 158) == 0.3


def test_whether_a_resolver_answers_at_all_is_found_out_quickly() -> None:
    view = resolver(Worth.NO_ANSWER, 50)
    assert resolver_patience_seconds(view, STALE, 60) == 0.3
    assert resolver_patience_seconds(replace(view, tries=3), STALE, 60) is None


def test_a_burst_leaves_a_slow_server_behind_and_counts_on_what_is_under_way() -> None:
    view = server(Worth.EXPECTED, 50, streak=1)
    assert server_patience_seconds(view) == 0.05
    assert server_patience_seconds(server(Worth.OTHER, 50)) == 0.3
    assert [questions_at_once(view, under_way) for under_way in (0, 2, 6, 14, 19, 25)] == [2, 4, 8, 5, 0, 0]


def test_at_the_end_what_is_under_way_counts_too() -> None:
    view = resolver(Worth.EXPECTED, 159, 30)
    assert [resolver_questions_at_once(view, SWITCHED, 160.1, under_way) for under_way in (0, 5, 12)] == [12, 7, 0]


def test_a_server_whose_last_look_was_too_early_is_asked_again_at_the_end() -> None:
    slow = Observation(Worth.EXPECTED, "answers blue", 159.5, 159.9)
    view = ServerView("www.example.com", "ns-1", last=slow, switched_at=90)
    assert next_server_look(view, SWITCHED) <= 159.9
