"""By when each pool of a rehearsal has to have followed a switch, and that a rehearsal in which one has not fails."""

from pathlib import Path

import pytest

from lab.figures import TAG_BACK, TAG_IN, Figures, switches, wrong
from lab.load.attack import Aim
from lab.load.clients import SEEN_SECONDS, Clients
from lab.load.following import LEAST_TOLERANCE_SECONDS
from lab.load.hit import Hit
from lab.load.pool import HOLDS_TWICE, HONEST, KEEP_ALIVE, NEVER_AGAIN, pools
from lab.marks import LET_GO, LOWER, RAISE, Mark
from lab.messages import Addresses

BEGAN = 1_795_700_000.0
HERE = Addresses("", 1, 1, {}, [f"127.53.1.{number}" for number in range(1, 5)], "")
# How long after each switch the pools had moved in a rehearsal that was good (docs/zero-downtime.md).
SEEN = {HONEST: (30.9, 1.8), HOLDS_TWICE: (92.1, 63.0), KEEP_ALIVE: (72.1, 41.2)}
SWITCHED = {TAG_IN: 100.0, TAG_BACK: 400.0}
LET_GO_AFTER = {TAG_IN: 60.6, TAG_BACK: 60.7}
ANSWER_SECONDS = 0.05


def clients(ttl_seconds: int = 60) -> Clients:
    return Clients(Path("vegeta"), Aim("www.shop.example", 1), pools(HERE, 4), 60, ttl_seconds)


def marks(*, let_go: bool = True) -> list[Mark]:
    return [
        Mark(BEGAN + at + offset, label, phase)
        for phase, at in SWITCHED.items()
        for label, offset in ((RAISE, -16.0), (LOWER, 0.0), (LET_GO, LET_GO_AFTER[phase]))
        if let_go or label != LET_GO
    ]


def requests(moved: dict[str, tuple[float, float]], slowest: float) -> list[Hit]:
    """As few as say when who had moved; the slowest one is of clients that never do."""
    hits = []
    for name, (there, back) in moved.items():
        old, older = SWITCHED[TAG_IN] + there, SWITCHED[TAG_BACK] + back
        asked = [(90.0, "amber"), (old, "amber"), (old + 1, "violet"), (older, "violet"), (older + 1, "amber")]
        hits += [Hit(name, BEGAN + at - ANSWER_SECONDS, ANSWER_SECONDS, 200, colour=colour) for at, colour in asked]
    return [*hits, *(Hit(NEVER_AGAIN, BEGAN + at, slowest, 200, colour="amber") for at in (90, 500))]


def rehearsed(
    moved: dict[str, tuple[float, float]], *, slowest: float = ANSWER_SECONDS, let_go: bool = True
) -> Figures:
    """What a rehearsal at AWS's TTL makes of them, switched at 100 s and at 400 s."""
    sent, found = clients(), marks(let_go=let_go)
    sent._attack.hits += requests(moved, slowest)
    made = Figures("3.259.0", "5.100.0", in_charge="amber", served=sent.served, marks=found)
    made.load = sent.figures(switches(found, "amber", "violet"))
    return made


def test_a_real_run_is_within_what_its_ttl_its_kept_connections_and_its_machine_allow() -> None:
    made = rehearsed(SEEN)
    assert wrong(made, "amber") == []
    found = made.as_dict()["pools"]
    assert isinstance(found, dict)
    moved = {name: (one["moved_seconds"], one["moved_back_seconds"]) for name, one in found.items()}
    assert moved == {**SEEN, NEVER_AGAIN: (None, 0.0)}
    within = {name: (one["moved_within_seconds"], one["moved_back_within_seconds"]) for name, one in found.items()}
    assert within == {
        HONEST: (72.0, 72.0),
        HOLDS_TWICE: (132.0, 132.0),
        KEEP_ALIVE: (130.6, 130.7),
        NEVER_AGAIN: (None, None),
    }


@pytest.mark.parametrize(("name", "within"), [(HONEST, 72.0), (HOLDS_TWICE, 132.0)])
def test_a_pool_that_holds_an_answer_longer_than_its_resolver_may_is_late(name: str, within: float) -> None:
    late = {**SEEN, name: (within + 0.3, within - 0.3)}
    assert wrong(rehearsed(late), "amber") == [
        f"the pool {name} followed the tag-in {within + 0.3:.1f} s after it, not within {within:.1f} s"
    ]


def test_a_kept_connection_that_outlives_its_time_after_dns_has_let_go_is_late() -> None:
    assert wrong(rehearsed({**SEEN, KEEP_ALIVE: (130.5, 131.0)}), "amber") == [
        "the pool keep-alive followed the tag-back 131.0 s after it, not within 130.7 s"
    ]


def test_where_dns_was_waited_for_longer_than_the_ttl_connections_do_not_last_longer_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(LET_GO_AFTER, TAG_IN, 110.0)
    assert wrong(rehearsed({**SEEN, KEEP_ALIVE: (131.9, 41.2)}), "amber") == []
    assert wrong(rehearsed({**SEEN, KEEP_ALIVE: (132.1, 41.2)}), "amber") == [
        "the pool keep-alive followed the tag-in 132.1 s after it, not within 132.0 s"
    ]


def test_without_the_moment_at_which_dns_let_go_nothing_says_by_when_connections_end() -> None:
    assert wrong(rehearsed(SEEN, let_go=False), "amber") == [
        f"nothing says by when the pool keep-alive has to follow the {phase}" for phase in (TAG_IN, TAG_BACK)
    ]


def test_a_machine_whose_answers_came_later_is_granted_as_much_and_any_other_one_ten_seconds() -> None:
    late = {**SEEN, HONEST: (75.0, 1.8)}
    assert len(wrong(rehearsed(late), "amber")) == 1
    assert len(wrong(rehearsed(late, slowest=LEAST_TOLERANCE_SECONDS + 2.9), "amber")) == 1
    assert wrong(rehearsed(late, slowest=LEAST_TOLERANCE_SECONDS + 3.1), "amber") == []


def test_it_is_waited_for_until_the_last_of_them_has_to_have_moved_and_can_be_seen_to_have() -> None:
    assert clients().all_followed_at(BEGAN, BEGAN + 60.6) == pytest.approx(BEGAN + 132 + SEEN_SECONDS)
    assert clients().all_followed_at(BEGAN, BEGAN + 300) == pytest.approx(BEGAN + 132 + SEEN_SECONDS)
    # Here it is the kept connections that are the last.
    assert clients(5).all_followed_at(BEGAN, BEGAN + 15) == pytest.approx(BEGAN + 77 + SEEN_SECONDS)
