"""Further names over plain data: when each is asked about, what confirms it, and what the end takes besides."""

from dataclasses import replace

import pytest

from propagation.criterion import Picture, status
from propagation.further import (
    NEVER,
    next_first_question,
    next_resolver_question,
    next_server_question,
    resolver_contradicts,
    server_contradicts,
)
from propagation.observation import Observation, Worth
from propagation.poll import Sent
from propagation.resolver_view import FINAL_LOOKS, ResolverView, observe_resolver
from propagation.server_view import BURST_ANSWERS, ServerView, observe_server

SERVER, RESOLVER, FIRST, NAME = "ns-1.example.net (192.0.2.53)", "192.0.2.1", "www.example.com", "shop.example.com"


def seen(worth: Worth, at: float, ttl_seconds: float | None = 60) -> Observation:
    records = {Worth.EXPECTED: ("192.0.2.1",), Worth.OTHER: ("192.0.2.2",)}.get(worth, ())
    return Observation(worth, worth.value, at - 0.01, at, records, ttl_seconds)


def server(*answers: Observation, name: str = NAME) -> ServerView:
    view = ServerView(name, SERVER)
    for answer in answers:
        view = observe_server(view, answer)
    return view


def resolver(*answers: Observation, name: str = NAME) -> ResolverView:
    view = ResolverView(name, RESOLVER)
    for answer in answers:
        view = observe_resolver(view, answer)
    return view


# It switched at 20, and was asked once more right before the end, at 80.
SWITCHED = server(*(seen(Worth.EXPECTED, 20) for _ in range(BURST_ANSWERS)), seen(Worth.EXPECTED, 79.9), name=FIRST)
AGREED = resolver(*(seen(Worth.EXPECTED, 80.2) for _ in range(FINAL_LOOKS)), name=FIRST)
GOOD = Picture(
    [SWITCHED],
    [AGREED],
    further_servers=[server(seen(Worth.EXPECTED, 21))],
    further_resolvers=[resolver(seen(Worth.EXPECTED, 80.3))],
)


def test_one_good_answer_of_each_server_and_resolver_is_enough() -> None:
    found = status(GOOD, 80.4)
    assert found.done
    assert found.waiting_further == ()
    assert (found.since, found.released_at) == (20, 80)


@pytest.mark.parametrize(
    "answers", [(), (seen(Worth.EXPECTED, 19),), (seen(Worth.OTHER, 21),), (seen(Worth.FAILURE, 21),)]
)
def test_without_one_since_the_server_switched_it_is_not_over(answers: tuple[Observation, ...]) -> None:
    view = server(*answers)
    found = status(replace(GOOD, further_servers=[view]), 90)
    assert not found.done
    assert found.waiting_further == (view,)
    assert found.since == 20, "what the first name says stands"


@pytest.mark.parametrize("answers", [(), (seen(Worth.EXPECTED, 79.9),), (seen(Worth.OTHER, 81),)])
def test_without_one_since_the_ttl_was_over_it_is_not_over(answers: tuple[Observation, ...]) -> None:
    assert not status(replace(GOOD, further_resolvers=[resolver(*answers)]), 90).done


def test_of_a_resolver_that_never_answers_nothing_is_awaited() -> None:
    silent = resolver(*(seen(Worth.NO_ANSWER, at, None) for at in (20, 30, 40)), name=FIRST)
    assert status(replace(GOOD, resolvers=[silent], further_resolvers=[resolver()]), 90).done


def test_the_ttl_of_a_further_name_counts_as_well() -> None:
    longer = replace(GOOD, further_servers=[server(seen(Worth.EXPECTED, 21, 300))])
    assert status(longer, 90).released_at == 320


def test_a_server_is_asked_when_it_has_switched_and_until_it_is_confirmed() -> None:
    before = server(seen(Worth.EXPECTED, 20), name=FIRST)
    assert next_server_question(server(), before, Sent()) == NEVER
    assert next_server_question(server(), SWITCHED, Sent()) < 0
    assert next_server_question(server(), SWITCHED, Sent(1, 21)) == pytest.approx(21.3)
    assert next_server_question(server(seen(Worth.EXPECTED, 21)), SWITCHED, Sent(1, 21)) == NEVER
    failing = observe_server(SWITCHED, seen(Worth.NO_ANSWER, 90, None))
    assert next_server_question(server(), failing, Sent()) == NEVER


def test_a_resolver_is_asked_when_its_answers_to_the_first_name_have_agreed() -> None:
    now = status(GOOD, 50)
    unasked = resolver()
    assert next_resolver_question(unasked, AGREED, now, Sent()) == pytest.approx(80.1)
    assert next_resolver_question(unasked, AGREED, now, Sent(2, 81)) == pytest.approx(81.6)
    assert next_resolver_question(unasked, resolver(seen(Worth.FAILURE, 30), name=FIRST), now, Sent()) == NEVER
    stale = resolver(seen(Worth.OTHER, 90, 30), seen(Worth.EXPECTED, 100), name=FIRST)
    assert next_resolver_question(unasked, stale, now, Sent()) == pytest.approx(150.1)
    assert next_resolver_question(resolver(seen(Worth.EXPECTED, 80.3)), AGREED, now, Sent(1, 80.2)) == NEVER
    nothing_switched = status(replace(GOOD, servers=[server(name=FIRST)]), 50)
    assert next_resolver_question(unasked, AGREED, nothing_switched, Sent()) == NEVER


def test_who_is_only_looked_at_is_asked_until_the_answer_is_good() -> None:
    assert next_first_question(server(), Sent()) < 0
    assert next_first_question(server(seen(Worth.OTHER, 5)), Sent(1, 5)) == pytest.approx(5.3)
    assert next_first_question(resolver(seen(Worth.EXPECTED, 5)), Sent(1, 5)) == NEVER


def test_a_question_is_sent_again_ever_more_seldom() -> None:
    assert [Sent(times, 10).again_at() - 10 for times in (1, 2, 3, 4, 9)] == pytest.approx([0.3, 0.6, 1.2, 2, 2])


def test_only_what_cannot_be_while_the_first_name_has_switched_is_a_contradiction() -> None:
    before = server(seen(Worth.EXPECTED, 20), name=FIRST)
    for worth in (Worth.OTHER, Worth.UNKNOWN, Worth.NEGATIVE):
        assert server_contradicts(server(seen(worth, 21)), SWITCHED)
        assert not server_contradicts(server(seen(worth, 21)), before)
    for worth in (Worth.FAILURE, Worth.NO_ANSWER, Worth.EXPECTED):
        assert not server_contradicts(server(seen(worth, 21)), SWITCHED)
    now = status(GOOD, 81)
    assert not resolver_contradicts(resolver(seen(Worth.OTHER, 80.3, 0)), now), "it rounds its whole seconds"
    assert resolver_contradicts(resolver(seen(Worth.OTHER, 80.3, 5)), now)
    assert resolver_contradicts(resolver(seen(Worth.OTHER, 82, 0)), now)
