"""The criterion, over plain data."""

import pytest

from cutover.propagation.answer import Answer, Kind
from cutover.propagation.colour_addresses import Verdict
from cutover.propagation.criterion import (
    BURST_ANSWERS,
    DEFAULT_TTL_SECONDS,
    Look,
    Picture,
    ResolverView,
    ServerView,
    judge,
    longest_ttl_seconds,
    observe_resolver,
    observe_server,
    status,
)

COLOURS = {"red": frozenset({"198.51.100.1"}), "blue": frozenset({"203.0.113.1", "203.0.113.2"})}


def look(verdict: Verdict, at: float, ttl_seconds: float | None = None) -> Look:
    addresses = ("192.0.2.1",) if verdict in (Verdict.NEW, Verdict.OLD, Verdict.UNKNOWN) else ()
    return Look(verdict, verdict.value, at - 0.01, at, addresses, ttl_seconds)


def server_after(*looks: Look) -> ServerView:
    view = ServerView("www.example.com", "ns-1.example.net (192.0.2.53)")
    for seen in looks:
        view = observe_server(view, seen)
    return view


def burst(begins: float, answers: int = BURST_ANSWERS) -> list[Look]:
    return [look(Verdict.NEW, begins + n / 10, 60) for n in range(answers)]


def resolver_after(*looks: Look) -> ResolverView:
    view = ResolverView("www.example.com", "192.0.2.1")
    for seen in looks:
        view = observe_resolver(view, seen)
    return view


@pytest.mark.parametrize(
    ("answer", "verdict", "summary"),
    [
        (Answer(Kind.ADDRESSES, COLOURS["blue"], 60), Verdict.NEW, "answers blue"),
        (Answer(Kind.ADDRESSES, COLOURS["red"], 60), Verdict.OLD, "answers red"),
        (Answer(Kind.ADDRESSES, frozenset({"192.0.2.9"}), 60), Verdict.UNKNOWN, "answers unknown addresses"),
        (Answer(Kind.NXDOMAIN, detail="NXDOMAIN"), Verdict.NEGATIVE, "NXDOMAIN"),
        (Answer(Kind.NODATA, detail="NODATA"), Verdict.NEGATIVE, "NODATA"),
        (Answer(Kind.FAILURE, detail="REFUSED"), Verdict.FAILURE, "REFUSED"),
        (Answer(Kind.NO_ANSWER, detail="no answer over UDP in 2 s"), Verdict.NO_ANSWER, "no answer over UDP in 2 s"),
    ],
)
def test_every_kind_of_answer_has_its_verdict(answer: Answer, verdict: Verdict, summary: str) -> None:
    judged = judge(answer, COLOURS, "blue", asked_at=1, at=2)
    assert (judged.verdict, judged.summary) == (verdict, summary)


def test_a_server_has_switched_at_the_end_of_its_burst() -> None:
    assert server_after(*burst(10, BURST_ANSWERS - 1)).switched_at is None
    assert server_after(*burst(10)).switched_at == pytest.approx(11.9)
    assert server_after(*burst(10, 60)).switched_at == pytest.approx(11.9)


@pytest.mark.parametrize("verdict", [Verdict.OLD, Verdict.UNKNOWN, Verdict.NEGATIVE])
def test_an_answer_against_it_starts_a_server_from_nothing(verdict: Verdict) -> None:
    view = server_after(*burst(10), look(verdict, 20))
    assert (view.switched_at, view.streak, view.is_settled) == (None, 0, False)
    assert server_after(*burst(10, 19), look(verdict, 20), *burst(30, 19)).switched_at is None


def test_an_error_interrupts_a_burst_and_holds_up_a_server_that_has_switched() -> None:
    assert server_after(*burst(10, 19), look(Verdict.FAILURE, 20), look(Verdict.NEW, 21)).switched_at is None
    view = server_after(*burst(10), look(Verdict.FAILURE, 20))
    assert view.switched_at == pytest.approx(11.9)
    assert not view.is_settled
    assert observe_server(view, look(Verdict.NEW, 21)).is_settled


def test_a_lost_packet_does_not_interrupt_a_burst() -> None:
    view = server_after(*burst(10, 10), look(Verdict.NO_ANSWER, 15), *burst(20, 10))
    assert view.switched_at == pytest.approx(20.9)


def test_a_timeout_of_a_question_asked_before_the_last_answer_tells_nothing() -> None:
    settled = server_after(*burst(10))
    late = Look(Verdict.NO_ANSWER, "no answer", asked_at=11, at=13)
    assert observe_server(settled, late) == settled


def test_an_answer_that_came_before_the_streak_tells_nothing_and_one_within_it_does() -> None:
    settled = server_after(*burst(10))
    assert observe_server(settled, look(Verdict.UNKNOWN, 9.9)) == settled
    assert observe_server(settled, look(Verdict.UNKNOWN, 10.5)).switched_at is None


def test_a_server_that_answers_both_colours_in_turn_is_stale_since_the_first_time() -> None:
    view = server_after(look(Verdict.OLD, 10), look(Verdict.NEW, 11), look(Verdict.OLD, 12), look(Verdict.NEW, 13))
    assert view.since == 10
    assert view.said is not None
    assert view.said.verdict is Verdict.OLD
    switched = server_after(look(Verdict.OLD, 10), *burst(20))
    assert switched.since == pytest.approx(21.9)
    assert switched.said is not None
    assert switched.said.verdict is Verdict.NEW


def test_a_status_is_dated_from_its_first_sight() -> None:
    view = server_after(look(Verdict.FAILURE, 10), look(Verdict.FAILURE, 15), look(Verdict.NEGATIVE, 20))
    assert view.since == 20
    assert server_after(look(Verdict.FAILURE, 10), look(Verdict.FAILURE, 15)).since == 10


def test_the_longest_ttl_any_server_gave_counts() -> None:
    servers = [
        server_after(look(Verdict.OLD, 1, 300), look(Verdict.NEW, 2, 60)),
        server_after(look(Verdict.NEW, 1, 60)),
    ]
    assert longest_ttl_seconds(servers) == 300
    assert longest_ttl_seconds(servers, minimum_ttl_seconds=400) == 400
    assert longest_ttl_seconds([server_after(look(Verdict.NEW, 1, 5))]) == 5
    assert longest_ttl_seconds([ServerView("www.example.com", "ns-1")]) == DEFAULT_TTL_SECONDS


def test_the_end_is_one_ttl_after_the_last_server_switched_and_not_a_moment_earlier() -> None:
    picture = Picture([server_after(*burst(10)), server_after(*burst(50))], [resolver_after(look(Verdict.NEW, 60, 60))])
    early = status(picture, 51.9 + 59.99)
    assert not early.done
    assert early.since == pytest.approx(51.9)
    assert early.released_at == pytest.approx(111.9)
    assert status(picture, 51.9 + 60).done


def test_a_resolver_has_to_be_seen_after_the_last_server_switched() -> None:
    server = server_after(*burst(10))
    before, after = resolver_after(look(Verdict.NEW, 11.8)), resolver_after(look(Verdict.NEW, 12))
    assert status(Picture([server], [before]), 100).waiting_resolvers == (before,)
    assert not status(Picture([server], [before]), 100).done
    assert status(Picture([server], [after]), 100).done


@pytest.mark.parametrize("verdict", [Verdict.OLD, Verdict.UNKNOWN, Verdict.NEGATIVE])
def test_a_resolver_that_goes_back_is_not_done(verdict: Verdict) -> None:
    view = resolver_after(look(Verdict.NEW, 20), look(verdict, 30))
    assert not status(Picture([server_after(*burst(10))], [view]), 100).done


def test_only_a_resolver_that_never_answered_is_unreachable() -> None:
    server = server_after(*burst(10))
    silent = resolver_after(*(look(Verdict.NO_ANSWER, n) for n in (20, 30, 40)))
    failing = resolver_after(*(look(Verdict.FAILURE, n) for n in (20, 30, 40)))
    fallen_silent = resolver_after(look(Verdict.OLD, 10), *(look(Verdict.NO_ANSWER, n) for n in (20, 30, 40)))
    tried_twice = resolver_after(*(look(Verdict.NO_ANSWER, n) for n in (20, 30)))
    assert status(Picture([server], [silent]), 100).unreachable == (silent,)
    assert status(Picture([server], [silent]), 100).done
    for view in (failing, fallen_silent, tried_twice):
        assert not status(Picture([server], [view]), 100).done


def test_nothing_asked_is_not_the_end() -> None:
    assert not status(Picture([], []), 1000).done
    assert not status(
        Picture([server_after(*burst(10))], [], {"ns-2.example.net": "its A records: SERVFAIL"}), 100
    ).done
