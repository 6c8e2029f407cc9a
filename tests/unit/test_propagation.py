"""The criterion, over plain data."""

from dataclasses import replace

import pytest

from propagation.answer import Answer, AnswerKind
from propagation.criterion import DEFAULT_TTL_SECONDS, Picture, longest_ttl_seconds, status
from propagation.delegation import Delegation
from propagation.observation import Observation, Worth, judge
from propagation.resolver_view import FINAL_LOOKS, LONGEST_ROW, ResolverView, observe_resolver
from propagation.server_view import BURST_ANSWERS, ServerView, observe_server

ANSWERS = {"red": frozenset({"198.51.100.1"}), "blue": frozenset({"203.0.113.1", "203.0.113.2"})}


def look(verdict: Worth, at: float, ttl_seconds: float | None = None) -> Observation:
    addresses = {
        Worth.EXPECTED: ("192.0.2.1",),
        Worth.OTHER: ("192.0.2.2",),
        Worth.UNKNOWN: ("192.0.2.3",),
    }.get(verdict, ())
    return Observation(verdict, verdict.value, at - 0.01, at, addresses, ttl_seconds)


def server_after(*looks: Observation) -> ServerView:
    view = ServerView("www.example.com", "ns-1.example.net (192.0.2.53)")
    for seen in looks:
        view = observe_server(view, seen)
    return view


def burst(begins: float, answers: int = BURST_ANSWERS, confirmed: float | None = None) -> list[Observation]:
    later = [] if confirmed is None else [look(Worth.EXPECTED, confirmed, 60)]
    return [look(Worth.EXPECTED, begins + n / 10, 60) for n in range(answers)] + later


def switched(begins: float = 10) -> ServerView:
    """A server that has switched and answered again shortly before the end."""
    return server_after(*burst(begins, confirmed=begins + 1.9 + 60 - 0.1))


def final_looks(begins: float, verdict: Worth = Worth.EXPECTED, count: int = FINAL_LOOKS) -> list[Observation]:
    return [look(verdict, begins + n / 100, 60) for n in range(count)]


def resolver_after(*looks: Observation) -> ResolverView:
    view = ResolverView("www.example.com", "192.0.2.1")
    for seen in looks:
        view = observe_resolver(view, seen)
    return view


@pytest.mark.parametrize(
    ("answer", "verdict", "summary"),
    [
        (Answer(AnswerKind.RECORDS, ANSWERS["blue"], 60), Worth.EXPECTED, "answers blue"),
        (Answer(AnswerKind.RECORDS, ANSWERS["red"], 60), Worth.OTHER, "answers red"),
        (Answer(AnswerKind.RECORDS, frozenset({"192.0.2.9"}), 60), Worth.UNKNOWN, "answers unknown addresses"),
        (Answer(AnswerKind.NXDOMAIN, detail="NXDOMAIN"), Worth.NEGATIVE, "NXDOMAIN"),
        (Answer(AnswerKind.NODATA, detail="NODATA"), Worth.NEGATIVE, "NODATA"),
        (Answer(AnswerKind.FAILURE, detail="REFUSED"), Worth.FAILURE, "REFUSED"),
        (
            Answer(AnswerKind.NO_ANSWER, detail="no answer over UDP in 2 s"),
            Worth.NO_ANSWER,
            "no answer over UDP in 2 s",
        ),
    ],
)
def test_every_kind_of_answer_has_its_verdict(answer: Answer, verdict: Worth, summary: str) -> None:
    judged = judge(answer, ANSWERS, "blue", asked_at=1, at=2)
    assert (judged.verdict, judged.summary) == (verdict, summary)


def test_a_server_has_switched_at_the_end_of_its_burst() -> None:
    assert server_after(*burst(10, BURST_ANSWERS - 1)).switched_at is None
    assert server_after(*burst(10)).switched_at == pytest.approx(11.9)
    assert server_after(*burst(10, 60)).switched_at == pytest.approx(11.9)


@pytest.mark.parametrize("verdict", [Worth.OTHER, Worth.UNKNOWN, Worth.NEGATIVE])
def test_an_answer_against_it_starts_a_server_from_nothing(verdict: Worth) -> None:
    view = server_after(*burst(10), look(verdict, 20))
    assert (view.switched_at, view.streak, view.is_settled) == (None, 0, False)
    assert server_after(*burst(10, 19), look(verdict, 20), *burst(30, 19)).switched_at is None


def test_an_error_interrupts_a_burst_and_holds_up_a_server_that_has_switched() -> None:
    assert server_after(*burst(10, 19), look(Worth.FAILURE, 20), look(Worth.EXPECTED, 21)).switched_at is None
    view = server_after(*burst(10), look(Worth.FAILURE, 20))
    assert view.switched_at == pytest.approx(11.9)
    assert not view.is_settled
    assert observe_server(view, look(Worth.EXPECTED, 21)).is_settled


def test_a_lost_packet_does_not_interrupt_a_burst() -> None:
    view = server_after(*burst(10, 10), look(Worth.NO_ANSWER, 15), *burst(20, 10))
    assert view.switched_at == pytest.approx(20.9)


def test_a_timeout_of_a_question_asked_before_the_last_answer_tells_nothing() -> None:
    settled = server_after(*burst(10))
    late = Observation(Worth.NO_ANSWER, "no answer", asked_at=11, at=13)
    assert observe_server(settled, late) == settled


def test_an_answer_that_came_before_the_streak_tells_nothing_and_one_within_it_does() -> None:
    settled = server_after(*burst(10))
    assert observe_server(settled, look(Worth.UNKNOWN, 9.9)) == settled
    assert observe_server(settled, look(Worth.UNKNOWN, 10.5)).switched_at is None


def test_a_server_that_answers_two_answers_in_turn_is_stale_since_the_first_time() -> None:
    view = server_after(
        look(Worth.OTHER, 10),
        look(Worth.EXPECTED, 11),
        look(Worth.OTHER, 12),
        look(Worth.EXPECTED, 13),
    )
    assert view.since == 10
    assert view.said is not None
    assert view.said.verdict is Worth.OTHER
    switched = server_after(look(Worth.OTHER, 10), *burst(20))
    assert switched.since == pytest.approx(21.9)
    assert switched.said is not None
    assert switched.said.verdict is Worth.EXPECTED


def test_a_status_is_dated_from_its_first_sight() -> None:
    view = server_after(look(Worth.FAILURE, 10), look(Worth.FAILURE, 15), look(Worth.NEGATIVE, 20))
    assert view.since == 20
    assert server_after(look(Worth.FAILURE, 10), look(Worth.FAILURE, 15)).since == 10


def test_the_longest_ttl_any_server_gave_counts() -> None:
    servers = [
        server_after(look(Worth.OTHER, 1, 300), look(Worth.EXPECTED, 2, 60)),
        server_after(look(Worth.EXPECTED, 1, 60)),
    ]
    assert longest_ttl_seconds(servers) == 300
    assert longest_ttl_seconds(servers, minimum_ttl_seconds=400) == 400
    assert longest_ttl_seconds([server_after(look(Worth.EXPECTED, 1, 5))]) == 5
    assert longest_ttl_seconds([ServerView("www.example.com", "ns-1")]) == DEFAULT_TTL_SECONDS


def test_the_end_is_one_ttl_after_the_last_server_switched_and_not_a_moment_earlier() -> None:
    servers = [server_after(*burst(begins, confirmed=111.8)) for begins in (10, 50)]
    picture = Picture(servers, [resolver_after(*final_looks(112))])
    early = status(picture, 51.9 + 59.99)
    assert not early.done
    assert early.since == pytest.approx(51.9)
    assert early.released_at == pytest.approx(111.9)
    assert status(picture, 51.9 + 60).done


def test_a_server_has_to_answer_again_shortly_before_the_end() -> None:
    resolver = resolver_after(*final_looks(72))
    for confirmed, done in ((71, False), (71.6, True), (75, True)):
        assert status(Picture([server_after(*burst(10, confirmed=confirmed))], [resolver]), 100).done is done


def test_of_a_chain_of_names_the_longest_ttl_counts() -> None:
    view = server_after(replace(look(Worth.OTHER, 1, 60), longest_ttl_seconds=300))
    assert longest_ttl_seconds([view]) == 300


def test_a_resolver_has_to_be_seen_after_the_last_server_switched() -> None:
    server = switched()
    errors = final_looks(72, Worth.FAILURE)
    before = resolver_after(look(Worth.EXPECTED, 11.8), *errors)
    after = resolver_after(look(Worth.EXPECTED, 12), *errors)
    assert status(Picture([server], [before]), 100).waiting_resolvers == (before,)
    assert not status(Picture([server], [before]), 100).done
    assert status(Picture([server], [after]), 100).done


@pytest.mark.parametrize("verdict", [Worth.OTHER, Worth.UNKNOWN, Worth.NEGATIVE])
def test_a_resolver_that_goes_back_is_not_done(verdict: Worth) -> None:
    server = switched()
    view = resolver_after(look(Worth.EXPECTED, 20), look(verdict, 30, 15))
    assert not status(Picture([server], [view]), 100).done
    assert not status(Picture([server], [resolver_after(*final_looks(72), look(verdict, 73))]), 100).done


def test_of_a_resolver_some_questions_after_the_ttl_have_to_bring_nothing_against_it() -> None:
    server = switched()
    enough = resolver_after(*final_looks(72))
    too_few = resolver_after(*final_looks(72, count=FINAL_LOOKS - 1))
    too_early = resolver_after(*final_looks(71))
    assert [status(Picture([server], [view]), 100).done for view in (enough, too_few, too_early)] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(("at", "ttl_left"), [(40, 31.9), (71.5, 0), (72.8, 0)])
def test_an_old_answer_that_ends_in_time_is_no_contradiction(at: float, ttl_left: float) -> None:
    view = resolver_after(look(Worth.OTHER, at, ttl_left), *final_looks(73))
    assert view.clear_at(11.9, 60) == pytest.approx(71.9)
    assert status(Picture([switched()], [view]), 74).done


@pytest.mark.parametrize(("at", "ttl_left"), [(70, 300), (72, 30), (80, 0)])
def test_one_that_outlives_its_ttl_makes_the_resolver_agree_for_one_ttl_more(at: float, ttl_left: float) -> None:
    server = switched()
    too_early = resolver_after(look(Worth.OTHER, at, ttl_left), *final_looks(at + 59, count=LONGEST_ROW))
    too_few = resolver_after(look(Worth.OTHER, at, ttl_left), *final_looks(at + 60.1))
    view = resolver_after(look(Worth.OTHER, at, ttl_left), *final_looks(at + 60.1, count=LONGEST_ROW))
    assert view.clear_at(11.9, 60) == max(at + 60, 71.9)
    assert not status(Picture([server], [too_early]), at + 100).done
    assert not status(Picture([server], [too_few]), at + 100).done
    assert status(Picture([server], [view]), at + 100).done


def test_what_was_asked_before_an_answer_against_it_came_may_be_from_another_cache() -> None:
    old = look(Worth.OTHER, 72.5, 0)
    parallel = [Observation(Worth.EXPECTED, "answers blue", 72.49, 72.6) for _ in range(FINAL_LOOKS)]
    view = resolver_after(old, *parallel)
    assert not view.has_seen_expected(None)
    assert view.row == ()
    late = resolver_after(*final_looks(73), replace(old, asked_at=72.4, at=72.6))
    assert len(late.row) == FINAL_LOOKS
    assert late.seen_at is not None


def test_addresses_that_turn_out_to_be_those_expected_are_no_contradiction() -> None:
    old = look(Worth.OTHER, 80, 60)
    assert resolver_after(old, look(Worth.EXPECTED, 81, 59)).against == old
    assert resolver_after(old, replace(look(Worth.EXPECTED, 81, 59), records=old.records)).against is None


def test_a_lost_question_that_a_later_answer_overtook_tells_nothing() -> None:
    view = resolver_after(look(Worth.EXPECTED, 20))
    assert observe_resolver(view, Observation(Worth.NO_ANSWER, "no answer", asked_at=19, at=21)) == view


def test_in_a_private_zone_the_resolvers_have_to_agree_for_their_longest_ttl() -> None:
    first = resolver_after(look(Worth.OTHER, 5, 3), look(Worth.EXPECTED, 10, 30), *final_looks(50.1))
    second = replace(resolver_after(look(Worth.EXPECTED, 20, 25), *final_looks(50.1)), server="192.0.2.2")
    quick = Picture([], [replace(view, longest_ttl_seconds=30) for view in (first, second)], private=True)
    found = status(quick, 51)
    assert found.since == pytest.approx(19.99)
    assert found.ttl_seconds == 30
    assert found.done
    assert not status(Picture([], [first, second], private=True), 51).done
    assert not status(Picture([], [], private=True), 1000).done


def test_the_end_waits_for_the_first_word_of_the_parent_zone() -> None:
    picture = Picture([switched()], [resolver_after(*final_looks(72))])
    awaited = replace(picture, delegation=Delegation(("ns-1",), is_awaited=True))
    unseen = replace(picture, delegation=Delegation(("ns-1",), problem="SERVFAIL"))
    assert not status(awaited, 100).done
    assert status(unseen, 100).done


def test_only_a_resolver_that_never_answered_is_unreachable() -> None:
    server = switched()
    silent = resolver_after(*(look(Worth.NO_ANSWER, n) for n in (20, 30, 40)))
    failing = resolver_after(*(look(Worth.FAILURE, n) for n in (20, 30, 40)))
    fallen_silent = resolver_after(look(Worth.OTHER, 10), *(look(Worth.NO_ANSWER, n) for n in (20, 30, 40)))
    tried_twice = resolver_after(*(look(Worth.NO_ANSWER, n) for n in (20, 30)))
    assert status(Picture([server], [silent]), 100).unreachable == (silent,)
    assert status(Picture([server], [silent]), 100).done
    for view in (failing, fallen_silent, tried_twice):
        assert not status(Picture([server], [view]), 100).done


def test_nothing_asked_is_not_the_end() -> None:
    assert not status(Picture([], []), 1000).done
    assert not status(Picture([switched()], [], {"ns-2.example.net": "its A records: SERVFAIL"}), 100).done
