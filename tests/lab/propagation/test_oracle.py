"""The truth that waits are measured by, on servers whose doings are numbers."""

import math

from lab.messages import Served
from tests.lab.propagation.oracle import last_old, met_at

OLD, NEW, TTL_SECONDS = {"198.51.100.1"}, {"203.0.113.1"}, 10.0


def did(*what: tuple[float, str]) -> list[Served]:
    """What a server did since when: `old`, `new`, `both`, or a fault."""
    shares = {"old": dict.fromkeys(OLD, 1.0), "new": dict.fromkeys(NEW, 1.0), "both": dict.fromkeys(OLD | NEW, 0.5)}
    return [Served(since, "none" if name in shares else name, shares.get(name, {})) for since, name in what]


def over(*servers: list[Served], **how: float) -> float:
    return met_at({str(number): entries for number, entries in enumerate(servers)}, NEW, TTL_SECONDS, **how)


def test_it_is_over_one_ttl_after_the_last_server_has_switched() -> None:
    assert over(did((0, "old"), (3, "new")), did((0, "old"), (2, "both"), (7, "new"))) == 17


def test_it_is_never_over_while_a_server_gives_both_answers() -> None:
    assert over(did((0, "old"), (3, "new")), did((0, "both"))) == math.inf


def test_a_server_that_falls_back_begins_again() -> None:
    assert over(did((0, "old"), (3, "new"), (8, "old"), (9, "new"))) == 19


def test_what_begins_after_the_end_does_not_count() -> None:
    assert over(did((0, "old"), (3, "new"), (14, "old"))) == 13


def test_a_denial_begins_again_and_a_failure_only_holds_up() -> None:
    assert over(did((0, "old"), (3, "new"), (5, "nxdomain"), (6, "new"))) == 16
    assert over(did((0, "old"), (3, "new"), (5, "servfail"), (6, "new"))) == 13
    assert over(did((0, "old"), (3, "new"), (5, "drop"), (15, "new"))) == 15


def test_a_failure_hides_the_switch_that_happens_during_it_or_right_before() -> None:
    assert over(did((0, "old"), (3, "servfail"), (6, "new"))) == 16
    assert over(did((0, "old"), (3, "new"), (3.5, "servfail"), (6, "new")), seen_within_seconds=1.0) == 16


def test_what_happened_before_anybody_watched_counts_from_then() -> None:
    assert over(did((0, "old"), (3, "new")), watched_from=5.0) == 15


def test_what_begins_right_before_the_end_may_be_missed_and_right_after_it_may_be_seen() -> None:
    falls_back = did((0, "old"), (3, "new"), (12.5, "old"), (14, "new"))
    assert (over(falls_back), over(falls_back, unseen_seconds=0.7)) == (24, 13)
    later = did((0, "old"), (3, "new"), (13.5, "old"), (15, "new"))
    assert (over(later), over(later, unseen_seconds=-1.0)) == (13, 25)


def test_the_last_old_answer_is_that_of_the_last_server_to_give_one() -> None:
    served = {"one": did((0, "old"), (3, "new")), "two": did((0, "both"), (5, "servfail"), (8, "new"))}
    assert last_old(served, OLD, until=20) == 5
    assert last_old(served, OLD, until=4) == 4
