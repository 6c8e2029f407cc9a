"""What the requests of a load add up to, and when a pool has moved."""

import itertools
import math
import random

import pytest

from lab.load import tally
from lab.load.hit import Hit
from lab.load.tally import Switch

OLD, NEW = "amber", "violet"


def hit(at: float, colour: str | None = OLD, pool: str = "a", seconds: float = 0.01, error: str = "") -> Hit:
    return Hit(
        pool, at, seconds, 0 if error and not error.startswith("status") else 503 if error else 200, error, colour
    )


def test_every_pool_is_reported_by_itself() -> None:
    hits = [hit(0), hit(1, NEW), hit(2, None, error="refused"), hit(0, pool="b"), hit(3, OLD, error="status 503")]
    found = tally.by_pool(hits)
    assert list(found) == ["a", "b"]
    assert (found["a"].requests, found["a"].failed) == (4, 2)
    assert found["a"].failures == {"refused": 1, "status 503": 1}
    assert found["a"].by_colour == {OLD: 1, NEW: 1}
    assert (found["b"].requests, found["b"].failed) == (1, 0)


def test_nothing_adds_up_to_nothing() -> None:
    assert tally.by_pool([]) == {}
    assert tally.by_second([], 0) == []
    assert tally.p99_milliseconds([]) is None
    assert tally.p99_by_second([], 0) == {}
    assert tally.requests_per_second([]) == tally.requests_per_second([hit(1)]) == 0


def test_a_pool_has_moved_with_the_last_answer_of_the_outgoing_colour() -> None:
    hits = [hit(99), hit(101), hit(105, NEW), hit(110, seconds=0.5), hit(111, NEW)]
    assert tally.moved_seconds(hits, Switch(100, OLD, NEW)) == pytest.approx(10.5)


def test_an_answer_that_was_asked_for_before_the_switch_counts_when_it_comes_after_it() -> None:
    hits = [hit(99, seconds=3.0), hit(103, NEW)]
    assert tally.moved_seconds(hits, Switch(100, OLD, NEW)) == pytest.approx(2.0)


def test_a_pool_that_moved_before_the_switch_took_no_time() -> None:
    assert tally.moved_seconds([hit(90), hit(99, NEW), hit(101, NEW)], Switch(100, OLD, NEW)) == 0


def test_a_pool_that_stays_has_never_moved() -> None:
    assert tally.moved_seconds([hit(at) for at in range(90, 200)], Switch(100, OLD, NEW)) is None


def test_one_that_was_served_by_both_until_the_end_has_not_been_seen_to_move() -> None:
    assert tally.moved_seconds([hit(101, NEW), hit(102)], Switch(100, OLD, NEW)) is None


def test_nothing_that_was_asked_for_says_that_nobody_moved() -> None:
    switch = Switch(100, OLD, NEW)
    assert tally.moved_seconds([], switch) is None
    assert tally.moved_seconds([hit(90, NEW)], switch) is None
    assert tally.moved_seconds([hit(101, None, error="refused"), hit(102, None)], switch) is None


def test_a_failed_answer_says_whose_it_is() -> None:
    hits = [hit(110, OLD, error="status 503"), hit(111, NEW)]
    assert tally.moved_seconds(hits, Switch(100, OLD, NEW)) == pytest.approx(10.01)


def test_what_comes_after_the_next_change_is_of_that_one() -> None:
    hits = [hit(101), hit(120, NEW), hit(160, OLD), hit(170, OLD)]
    there, back = Switch(100, OLD, NEW, until=150), Switch(165, NEW, OLD)
    assert tally.moved_seconds(hits, there) == pytest.approx(1.01)
    assert tally.moved_seconds(hits, back) == 0
    assert list(tally.by_pool(hits, [there, back])["a"].moved_seconds) == pytest.approx([1.01, 0])


def test_every_request_is_in_one_second_of_its_pool() -> None:
    random_ = random.Random(1)
    hits = [
        hit(1000 + random_.random() * 60, random_.choice([OLD, NEW, None]), random_.choice("ab"),
            error=random_.choice(["", "", "refused"]))
        for _ in range(2000)
    ]  # fmt: skip
    seconds = tally.by_second(hits, 1000)
    assert sum(sum(one.by_colour.values()) + sum(one.failures.values()) for one in seconds) == len(hits)
    assert [(one.second, one.pool) for one in seconds] == sorted(itertools.product(range(60), "ab"))
    for one in seconds:
        there = [h for h in hits if h.pool == one.pool and one.second <= h.at - 1000 < one.second + 1]
        assert sum(one.failures.values()) == sum(h.failed for h in there)


def test_p99_is_the_latency_that_only_one_in_a_hundred_exceeds() -> None:
    hits = [hit(0, seconds=n / 1000) for n in range(1, 101)]
    assert tally.p99_milliseconds(hits) == pytest.approx(99)
    assert tally.p99_milliseconds(hits[:1]) == pytest.approx(1)
    for count in (1, 2, 99, 101, 250):
        those = [hit(0, seconds=n) for n in range(count)]
        worse = sum(h.latency_seconds * 1000 > (tally.p99_milliseconds(those) or 0) for h in those)
        assert worse <= math.floor(count / 100)


def test_requests_without_an_answer_have_no_latency() -> None:
    assert tally.p99_by_second([hit(5.5, seconds=20, error="timeout"), hit(6.5)], 5) == {1: pytest.approx(10)}


def test_the_slowest_answer_is_one_that_came() -> None:
    assert tally.slowest_seconds([hit(1, seconds=0.2), hit(2, seconds=3.5), hit(3, seconds=20, error="timeout")]) == 3.5
    assert tally.slowest_seconds([]) == 0


def test_what_was_sent_is_counted_from_the_first_to_the_last() -> None:
    assert tally.requests_per_second([hit(10 + n / 50) for n in range(501)]) == pytest.approx(50)
