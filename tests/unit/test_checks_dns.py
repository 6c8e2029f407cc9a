"""The check `dns`: who has to answer what before a tag-in."""

from dataclasses import replace

import pytest

from cutover.checks import dns
from cutover.checks.check import Check
from cutover.checks.dns import choose
from propagation.answer import Endpoint
from propagation.colour_addresses import Verdict
from propagation.criterion import Picture
from propagation.delegation import Delegation
from propagation.look import Look
from propagation.resolver_view import ResolverView
from propagation.server_view import ServerView

WWW, API = "www.shop.example", "api.shop.example"
COLOURS = frozenset({"amber", "violet"})
AMBER = Look(Verdict.NEW, "answers amber", 1, 1, ("192.0.2.1",))
VIOLET = Look(Verdict.OLD, "answers violet", 1, 1, ("192.0.2.2",))
STRANGE = Look(Verdict.UNKNOWN, "answers unknown addresses", 1, 1, ("198.51.100.9",))
DENIAL = Look(Verdict.NEGATIVE, "NXDOMAIN", 1, 1)
ERROR = Look(Verdict.FAILURE, "SERVFAIL", 1, 1)
SILENCE = Look(Verdict.NO_ANSWER, "no answer over UDP in 2 s", 1, 1)
PUBLIC = (Endpoint("1.1.1.1"), Endpoint("8.8.8.8"))


def picture(*servers: Look | None, resolvers: tuple[Look | None, ...] = (AMBER, AMBER)) -> Picture:
    return Picture(
        [ServerView(WWW, f"ns-{n} (192.0.2.{n})", look) for n, look in enumerate(servers, start=50)],
        [ResolverView(WWW, one.address, look) for one, look in zip(PUBLIC, resolvers, strict=True)],
    )


def check(seen: Picture, *carriers: str, resolvers: tuple[Endpoint, ...] = PUBLIC) -> Check:
    expected = choose({WWW: frozenset(carriers)}, COLOURS, "violet")
    return dns.check(seen, expected, "shop.example", resolvers)


def test_everybody_who_answers_the_colour_in_charge_is_enough() -> None:
    found = check(picture(AMBER, AMBER), "amber")
    assert (found.holds, found.next_step) == (True, "")
    assert found.seen == "2 authoritative addresses and 2 of 2 resolvers answer amber"


@pytest.mark.parametrize("bad", [VIOLET, STRANGE, DENIAL, ERROR, SILENCE, None])
def test_one_address_of_a_name_server_that_does_not_is_too_many_and_is_named(bad: Look | None) -> None:
    found = check(picture(AMBER, bad), "amber")
    assert not found.holds
    assert found.seen.startswith(f"ns-51 (192.0.2.51): {bad.summary if bad else 'has not answered yet'}")
    assert WWW in found.seen
    assert found.allowed == (
        "every name server's address, and one of the resolvers, answers now, and amber for www.shop.example"
    )
    assert "open port 53 (UDP and TCP)" in found.next_step
    assert "python -m propagation www.shop.example shows" in found.next_step


@pytest.mark.parametrize("other", [VIOLET, STRANGE, DENIAL, SILENCE, None])
def test_one_resolver_is_enough_while_the_other_says_nothing_or_something_older(other: Look | None) -> None:
    found = check(picture(AMBER, resolvers=(other, AMBER)), "amber")
    assert found.holds
    assert "1 of 2 resolvers" in found.seen


def test_a_resolver_that_answers_with_an_error_would_hold_up_the_wait_to_its_end() -> None:
    found = check(picture(AMBER, resolvers=(ERROR, AMBER)), "amber")
    assert found.seen == "resolver 1.1.1.1: SERVFAIL (www.shop.example)"
    assert not found.holds


def test_without_one_resolver_that_answers_it_all_of_them_are_named() -> None:
    found = check(picture(AMBER, resolvers=(SILENCE, VIOLET)), "amber")
    assert found.seen == (
        "resolver 1.1.1.1: no answer over UDP in 2 s (www.shop.example); "
        "resolver 8.8.8.8: answers violet (192.0.2.2) (www.shop.example)"
    )


@pytest.mark.parametrize("answer", [AMBER, VIOLET])
def test_with_weight_on_both_colours_either_is_right(answer: Look) -> None:
    assert check(picture(answer, resolvers=(answer, answer)), "amber", "violet").holds
    assert not check(picture(STRANGE), "amber", "violet").holds


@pytest.mark.parametrize("answer", [AMBER, VIOLET, STRANGE, DENIAL])
def test_before_the_first_tag_in_any_answer_will_do_and_silence_will_not(answer: Look) -> None:
    for carriers in ((), ("before",)):
        assert check(picture(answer, resolvers=(answer, answer)), *carriers).holds
        assert not check(picture(SILENCE, resolvers=(answer, answer)), *carriers).holds
        assert not check(picture(ERROR, resolvers=(answer, answer)), *carriers).holds
        assert not check(picture(answer, resolvers=(SILENCE, SILENCE)), *carriers).holds


def test_each_name_is_held_against_its_own_carriers() -> None:
    expected = choose({WWW: frozenset({"amber"}), API: frozenset({"violet"})}, COLOURS, "violet")
    assert expected.asked_for == "amber"
    resolvers = [ResolverView(WWW, "r", AMBER), ResolverView(API, "r", VIOLET)]
    good = [ServerView(WWW, "one", AMBER), ServerView(API, "one", VIOLET)]
    assert dns.check(Picture(good, resolvers), expected, "shop.example", PUBLIC).holds
    bad = [ServerView(WWW, "one", AMBER), ServerView(API, "one", AMBER)]
    found = dns.check(Picture(bad, resolvers), expected, "shop.example", PUBLIC)
    assert found.seen == "one: answers amber (192.0.2.1) (api.shop.example)"


def test_many_names_of_one_server_are_one_entry() -> None:
    names = [f"www{n}.shop.example" for n in range(9)]
    expected = choose(dict.fromkeys(names, frozenset({"amber"})), COLOURS, "violet")
    seen = Picture([ServerView(name, "one", SILENCE) for name in names], [ResolverView(n, "r", AMBER) for n in names])
    found = dns.check(seen, expected, "shop.example", PUBLIC)
    assert found.seen.count("one: ") == 1
    assert "and 5 more" in found.seen


def test_a_name_server_whose_address_is_not_known_is_named() -> None:
    found = check(replace(picture(AMBER), unlocated={"ns-9.example.net": "its A records: SERVFAIL"}), "amber")
    assert found.seen == "name server ns-9.example.net: no known address (its A records: SERVFAIL)"


def test_without_a_name_server_to_ask_nothing_holds() -> None:
    found = check(replace(picture(), skipped=("ns-1 (2001:db8::1)",)), "amber")
    assert found.seen == "no name server of shop.example can be asked, there is no route to ns-1 (2001:db8::1)"
    assert not check(picture(), "amber").holds


@pytest.mark.parametrize("gone", ["servers", "resolvers"])
def test_what_nobody_was_asked_about_does_not_hold(gone: str) -> None:
    expected = choose({WWW: frozenset({"amber"}), API: frozenset({"amber"})}, COLOURS, "violet")
    views: dict[str, list[ServerView] | list[ResolverView]] = {
        "servers": [ServerView(name, "one", AMBER) for name in (WWW, API)],
        "resolvers": [ResolverView(name, "r", AMBER) for name in (WWW, API)],
    }
    assert dns.check(Picture(**views), expected, "shop.example", PUBLIC).holds  # type: ignore[arg-type]
    views[gone] = views[gone][:1]
    found = dns.check(Picture(**views), expected, "shop.example", PUBLIC)  # type: ignore[arg-type]
    assert found.seen == f"no {'name server' if gone == 'servers' else 'resolver'} was asked about api.shop.example"
    assert not dns.check(Picture(views["servers"], []), expected, "shop.example", PUBLIC).holds  # type: ignore[arg-type]
    assert not dns.check(Picture([], [], private=True), expected, "shop.example", PUBLIC).holds


def test_in_a_private_zone_the_resolvers_alone_are_asked() -> None:
    resolvers = (Endpoint("10.0.0.2", 5353),)
    seen = Picture([], [ResolverView(WWW, "10.0.0.2", AMBER)], private=True)
    assert check(seen, "amber", resolvers=resolvers).seen == "1 of 1 resolvers answer amber"
    bad = check(replace(seen, resolvers=[ResolverView(WWW, "10.0.0.2", SILENCE)]), "amber", resolvers=resolvers)
    assert not bad.holds
    assert "--private --port 5353 --resolver 10.0.0.2 shows" in bad.next_step


def test_what_is_odd_between_zone_and_parent_is_said_beside() -> None:
    odd = Delegation(("ns-1",), "example", ("ns-2",))
    assert "the parent zone example delegates to ns-2" in check(replace(picture(AMBER), delegation=odd), "amber").seen


def test_of_a_colour_that_is_asleep_no_address_is_known_so_any_answer_will_do() -> None:
    expected = choose({WWW: frozenset({"amber"})}, frozenset({"violet"}), "violet")
    assert expected.asked_for == "violet"
    assert expected.verdicts(WWW) >= {Verdict.UNKNOWN, Verdict.NEW}
