"""The check `dns`: who has to answer what before a tag-in."""

from dataclasses import replace

import pytest

from cutover.checks import dns
from cutover.checks.check import Check
from cutover.checks.dns import choose
from propagation import Endpoint, Outcome
from tests.unit.outcomes import outcome

WWW, API = "www.shop.example", "api.shop.example"
COLOURS = frozenset({"amber", "violet"})
# Who said it and of which name is told where it is said.
AMBER = Outcome.Said("", "", "expected", "answers amber", ("192.0.2.1",))
VIOLET = Outcome.Said("", "", "other", "answers violet", ("192.0.2.2",))
STRANGE = Outcome.Said("", "", "unknown", "answers unknown addresses", ("198.51.100.9",))
DENIAL = Outcome.Said("", "", "negative", "NXDOMAIN")
ERROR = Outcome.Said("", "", "failure", "SERVFAIL")
SILENCE = Outcome.Said("", "", "no_answer", "no answer over UDP in 2 s")
NOTHING = Outcome.Said("", "", "", "not asked yet")
PUBLIC = (Endpoint("1.1.1.1"), Endpoint("8.8.8.8"))


def by(said: Outcome.Said, server: str, name: str = WWW) -> Outcome.Said:
    return replace(said, server=server, name=name)


def seen_of(*servers: Outcome.Said, resolvers: tuple[Outcome.Said, ...] = (AMBER, AMBER)) -> Outcome:
    return outcome(
        said_by_servers=tuple(by(said, f"ns-{n} (192.0.2.{n})") for n, said in enumerate(servers, start=50)),
        said_by_resolvers=tuple(by(said, one.address) for one, said in zip(PUBLIC, resolvers, strict=True)),
    )


def check(seen: Outcome, *carriers: str, resolvers: tuple[Endpoint, ...] = PUBLIC) -> Check:
    expected = choose((WWW,), {WWW: frozenset(carriers)}, COLOURS, "violet")
    return dns.check(seen, expected, "shop.example", resolvers)


def test_everybody_who_answers_the_colour_in_charge_is_enough() -> None:
    found = check(seen_of(AMBER, AMBER), "amber")
    assert (found.holds, found.next_step) == (True, "")
    assert found.seen == "2 authoritative addresses and 2 of 2 resolvers answer amber"


@pytest.mark.parametrize("bad", [VIOLET, STRANGE, DENIAL, ERROR, SILENCE, NOTHING])
def test_one_address_of_a_name_server_that_does_not_is_too_many_and_is_named(bad: Outcome.Said) -> None:
    found = check(seen_of(AMBER, bad), "amber")
    assert not found.holds
    assert found.seen.startswith(f"ns-51 (192.0.2.51): {bad.status if bad.verdict else 'has not answered yet'}")
    assert WWW in found.seen
    assert found.allowed == (
        "every name server's address, and one of the resolvers, answers now, and amber for www.shop.example"
    )
    assert "open port 53 (UDP and TCP)" in found.next_step
    assert "python -m propagation www.shop.example shows" in found.next_step


@pytest.mark.parametrize("other", [VIOLET, STRANGE, DENIAL, SILENCE, NOTHING])
def test_one_resolver_is_enough_while_the_other_says_nothing_or_something_older(other: Outcome.Said) -> None:
    found = check(seen_of(AMBER, resolvers=(other, AMBER)), "amber")
    assert found.holds
    assert "1 of 2 resolvers" in found.seen


def test_a_resolver_that_answers_with_an_error_would_hold_up_the_wait_to_its_end() -> None:
    found = check(seen_of(AMBER, resolvers=(ERROR, AMBER)), "amber")
    assert found.seen == "resolver 1.1.1.1: SERVFAIL (www.shop.example)"
    assert not found.holds


def test_without_one_resolver_that_answers_it_all_of_them_are_named() -> None:
    found = check(seen_of(AMBER, resolvers=(SILENCE, VIOLET)), "amber")
    assert found.seen == (
        "resolver 1.1.1.1: no answer over UDP in 2 s (www.shop.example); "
        "resolver 8.8.8.8: answers violet (192.0.2.2) (www.shop.example)"
    )


@pytest.mark.parametrize("answer", [AMBER, VIOLET])
def test_with_weight_on_both_colours_either_is_right(answer: Outcome.Said) -> None:
    assert check(seen_of(answer, resolvers=(answer, answer)), "amber", "violet").holds
    assert not check(seen_of(STRANGE), "amber", "violet").holds


@pytest.mark.parametrize("answer", [AMBER, VIOLET, STRANGE, DENIAL])
def test_before_the_first_tag_in_any_answer_will_do_and_silence_will_not(answer: Outcome.Said) -> None:
    for carriers in ((), ("before",)):
        assert check(seen_of(answer, resolvers=(answer, answer)), *carriers).holds
        assert not check(seen_of(SILENCE, resolvers=(answer, answer)), *carriers).holds
        assert not check(seen_of(ERROR, resolvers=(answer, answer)), *carriers).holds
        assert not check(seen_of(answer, resolvers=(SILENCE, SILENCE)), *carriers).holds


def test_before_anybody_is_in_charge_it_says_what_was_seen_and_that_nobody_is() -> None:
    for answer in (AMBER, VIOLET, STRANGE, DENIAL):
        assert check(seen_of(answer, resolvers=(answer, answer))).seen == (
            "1 authoritative addresses and 2 of 2 resolvers were asked about www.shop.example and answered; "
            "nobody is in charge of www.shop.example yet"
        )


def test_what_a_carrier_without_known_addresses_answers_is_not_said_to_have_been_seen() -> None:
    found = check(seen_of(STRANGE, resolvers=(STRANGE, STRANGE)), "before")
    assert found.seen == (
        "1 authoritative addresses and 2 of 2 resolvers were asked about www.shop.example and answered; "
        "the addresses of before are not known"
    )
    assert found.allowed.endswith("answers now, and anything for www.shop.example")


def test_a_name_that_is_asked_about_for_others_is_said_and_so_are_those_others() -> None:
    own = "violet.www.shop.example"
    expected = choose((own,), {own: frozenset({"violet"})}, COLOURS, "violet", uncarried=(WWW,))
    seen = outcome(said_by_servers=(by(VIOLET, "one", own),), said_by_resolvers=(by(VIOLET, "r", own),))
    seen = replace(
        seen,
        said_by_servers=tuple(replace(one, verdict="expected") for one in seen.said_by_servers),
        said_by_resolvers=tuple(replace(one, verdict="expected") for one in seen.said_by_resolvers),
    )
    assert dns.check(seen, expected, "shop.example", PUBLIC).seen == (
        "1 authoritative addresses and 1 of 1 resolvers were asked about violet.www.shop.example and answer violet; "
        "nobody is in charge of www.shop.example yet"
    )


def test_each_name_is_held_against_its_own_carriers() -> None:
    expected = choose((WWW, API), {WWW: frozenset({"amber"}), API: frozenset({"violet"})}, COLOURS, "violet")
    assert expected.asked_for == "amber"
    resolvers = (by(AMBER, "r"), by(VIOLET, "r", API))
    good = outcome(said_by_servers=(by(AMBER, "one"), by(VIOLET, "one", API)), said_by_resolvers=resolvers)
    assert dns.check(good, expected, "shop.example", PUBLIC).holds
    bad = replace(good, said_by_servers=(by(AMBER, "one"), by(AMBER, "one", API)))
    found = dns.check(bad, expected, "shop.example", PUBLIC)
    assert found.seen == "one: answers amber (192.0.2.1) (api.shop.example)"


def test_many_names_of_one_server_are_one_entry() -> None:
    names = [f"www{n}.shop.example" for n in range(9)]
    expected = choose(names, dict.fromkeys(names, frozenset({"amber"})), COLOURS, "violet")
    seen = outcome(
        said_by_servers=tuple(by(SILENCE, "one", name) for name in names),
        said_by_resolvers=tuple(by(AMBER, "r", name) for name in names),
    )
    found = dns.check(seen, expected, "shop.example", PUBLIC)
    assert found.seen.count("one: ") == 1
    assert "and 5 more" in found.seen


def test_a_name_server_whose_address_is_not_known_is_named() -> None:
    found = check(replace(seen_of(AMBER), unlocated={"ns-9.example.net": "its A records: SERVFAIL"}), "amber")
    assert found.seen == "name server ns-9.example.net: no known address (its A records: SERVFAIL)"


def test_without_a_name_server_to_ask_nothing_holds() -> None:
    found = check(replace(seen_of(), skipped=("ns-1 (2001:db8::1)",)), "amber")
    assert found.seen == "no name server of shop.example can be asked, there is no route to ns-1 (2001:db8::1)"
    assert not check(seen_of(), "amber").holds


@pytest.mark.parametrize("gone", ["servers", "resolvers"])
def test_what_nobody_was_asked_about_does_not_hold(gone: str) -> None:
    expected = choose((WWW, API), {WWW: frozenset({"amber"}), API: frozenset({"amber"})}, COLOURS, "violet")
    both = {kind: tuple(by(AMBER, "one", name) for name in (WWW, API)) for kind in ("servers", "resolvers")}

    def checked() -> Check:
        seen = outcome(said_by_servers=both["servers"], said_by_resolvers=both["resolvers"])
        return dns.check(seen, expected, "shop.example", PUBLIC)

    assert checked().holds
    both[gone] = both[gone][:1]
    assert checked().seen == f"no {'name server' if gone == 'servers' else 'resolver'} was asked about api.shop.example"
    both["resolvers"] = ()
    assert not checked().holds
    assert not dns.check(outcome(private=True), expected, "shop.example", PUBLIC).holds


def test_in_a_private_zone_the_resolvers_alone_are_asked() -> None:
    resolvers = (Endpoint("10.0.0.2", 5353),)
    seen = outcome(said_by_resolvers=(by(AMBER, "10.0.0.2"),), private=True)
    assert check(seen, "amber", resolvers=resolvers).seen == "1 of 1 resolvers answer amber"
    bad = check(replace(seen, said_by_resolvers=(by(SILENCE, "10.0.0.2"),)), "amber", resolvers=resolvers)
    assert not bad.holds
    assert "--private --port 5353 --resolver 10.0.0.2 shows" in bad.next_step


def test_what_is_odd_between_zone_and_parent_is_said_beside() -> None:
    odd = replace(seen_of(AMBER), delegation_warnings=("the parent zone example delegates to ns-2",))
    assert "the parent zone example delegates to ns-2" in check(odd, "amber").seen


def test_of_a_colour_that_is_asleep_no_address_is_known_so_any_answer_will_do() -> None:
    expected = choose((WWW,), {WWW: frozenset({"amber"})}, frozenset({"violet"}), "violet")
    assert expected.asked_for == "violet"
    assert expected.verdicts(WWW) >= {"unknown", "expected"}
