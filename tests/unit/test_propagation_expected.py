"""Judging answers by values, or by agreement; and from a name to what is to be asked."""

import asyncio

import pytest

from propagation.answer import Answer, Endpoint, Kind
from propagation.colour_addresses import Verdict
from propagation.colour_lookup import ColourLookup
from propagation.expected import Agreement, ExpectedValues
from propagation.find import find
from propagation.look import Judge
from propagation.polite_ask import Heard, PoliteAsk
from propagation.target import Target

ONE, TWO, RESOLVER = Endpoint("192.0.2.1"), Endpoint("192.0.2.2"), Endpoint("192.0.2.53")


def verdict(judge: Judge, server: Endpoint, *data: str) -> Verdict:
    answer = Answer(Kind.ADDRESSES, frozenset(data), 60) if data else Answer(Kind.NODATA, detail="NODATA")
    look = asyncio.run(judge.judge(server, Heard(answer, 1, 2), recursive=server == RESOLVER))
    assert (look.asked_at, look.at) == (1, 2)
    return look.verdict


def test_an_answer_with_all_expected_values_and_no_others_is_as_it_should_be() -> None:
    judge = ExpectedValues(["198.51.100.1", "198.51.100.2"])
    assert verdict(judge, ONE, "198.51.100.1") is Verdict.OLD
    assert verdict(judge, ONE, "198.51.100.1", "198.51.100.2") is Verdict.NEW
    assert verdict(judge, ONE, "198.51.100.1", "203.0.113.1") is Verdict.OLD
    assert verdict(judge, ONE) is Verdict.NEGATIVE


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("a", "b"), "answers a, b"),
        (("a",), "answers a; missing: b"),
        (("a", "b", "c"), "answers a, b, c; too much: c"),
        (("c",), "answers c; missing: a, b; too much: c"),
    ],
)
def test_what_is_missing_and_what_is_too_much_is_said(given: tuple[str, ...], said: str) -> None:
    answer = Answer(Kind.ADDRESSES, frozenset(given), 60)
    look = asyncio.run(ExpectedValues(["a", "b", "a"]).judge(ONE, Heard(answer, 1, 2), recursive=False))
    assert look.summary == said


def test_servers_agree_when_they_give_what_the_first_gave() -> None:
    judge = Agreement(by_resolvers=False)
    assert [verdict(judge, server, "a") for server in (ONE, TWO, RESOLVER)] == [Verdict.NEW] * 3
    assert verdict(judge, RESOLVER, "b") is Verdict.OLD
    assert verdict(judge, TWO) is Verdict.NEGATIVE


def test_the_answer_that_a_server_changed_to_last_is_the_one_to_agree_on() -> None:
    judge = Agreement(by_resolvers=False)
    assert verdict(judge, ONE, "a") is Verdict.NEW
    assert verdict(judge, TWO, "b") is Verdict.OLD
    assert verdict(judge, ONE, "b") is Verdict.OLD, "what counted before was another answer, so it begins again"
    assert [verdict(judge, server, "b") for server in (ONE, TWO, RESOLVER)] == [Verdict.NEW] * 3
    assert verdict(judge, RESOLVER, "a") is Verdict.OLD


def test_a_resolver_that_changes_is_no_authority_unless_there_is_none() -> None:
    judge = Agreement(by_resolvers=False)
    assert verdict(judge, ONE, "a") is Verdict.NEW
    assert [verdict(judge, RESOLVER, answer) for answer in ("b", "a")] == [Verdict.OLD, Verdict.NEW]
    private = Agreement(by_resolvers=True)
    assert [verdict(private, RESOLVER, answer) for answer in ("a", "b", "b")] == [Verdict.NEW, Verdict.OLD, Verdict.NEW]


def found(of_type: str, *expected: str, private: bool = False) -> tuple[Target, Judge]:
    async def ask(server: Endpoint, name: str, rdtype: str, *, recursive: bool) -> Answer:
        assert (server, rdtype, recursive) == (RESOLVER, "NS", True)
        if name == "example.com":
            return Answer(Kind.ADDRESSES, frozenset({"ns-1.example.net."}), 60)
        return Answer(Kind.NODATA, detail="NODATA")

    async def main() -> tuple[Target, Judge]:
        target, new_judge = await find("www.example.com", of_type, expected, [RESOLVER], 53, ask, private=private)
        return target, new_judge(target, PoliteAsk(ask, lambda: 0.0), lambda: 0.0)

    return asyncio.run(main())


def test_a_name_is_found_with_its_zone_and_servers() -> None:
    target, judge = found("A")
    assert (target.names, target.zone, target.ns_names) == (("www.example.com",), "example.com", ("ns-1.example.net",))
    assert isinstance(judge, Agreement)


def test_a_private_name_is_asked_of_resolvers_only() -> None:
    target, judge = found("A", private=True)
    assert (target.zone, target.ns_names, target.private) == (None, (), True)
    assert verdict(judge, RESOLVER, "a") is Verdict.NEW


def test_another_name_stands_for_its_addresses() -> None:
    target, judge = found("A", "new.example.com")
    assert isinstance(judge, ColourLookup)
    assert target.colours["new.example.com"].own_name == "new.example.com"


@pytest.mark.parametrize(
    ("rdtype", "expected", "given"),
    [
        ("A", "198.51.100.1", "198.51.100.1"),
        ("AAAA", "2001:DB8:0::1", "2001:db8::1"),
        ("CNAME", "Other.example.com", "other.example.com."),
        ("MX", "10 Mail.example.com.", "10 mail.example.com."),
        ("TXT", '"Hello"', '"Hello"'),
    ],
)
def test_expected_data_are_read_as_a_zone_file_has_them(rdtype: str, expected: str, given: str) -> None:
    _, judge = found(rdtype, expected)
    assert verdict(judge, ONE, given) is Verdict.NEW


@pytest.mark.parametrize(
    "expected",
    [
        ("new.example.com", "198.51.100.1"),
        ("198.51.100.1", "new.example.com"),
        ("new.example.com", "other.example.com"),
    ],
)
def test_another_name_is_expected_alone(expected: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"'new\.example\.com' is a name, and stands for all addresses"):
        found("A", *expected)


def test_the_same_value_twice_is_expected_once() -> None:
    target, judge = found("A", "198.51.100.1", "198.51.100.1")
    assert target.incoming == "198.51.100.1"
    assert verdict(judge, ONE, "198.51.100.1") is Verdict.NEW
    same, _ = found("A", "new.example.com", "new.example.com")
    assert same.incoming == "new.example.com"


def test_another_name_is_read_without_regard_to_case_and_the_dot() -> None:
    target, _ = found("AAAA", "New.Example.COM.")
    assert target.incoming == "new.example.com"


def test_nobody_is_asked_about_what_is_not_understood() -> None:
    async def nobody(server: Endpoint, name: str, rdtype: str, *, recursive: bool) -> Answer:
        raise AssertionError((server, name, rdtype, recursive))

    with pytest.raises(ValueError, match="its last label is a number"):
        asyncio.run(find("www.example.com", "A", ["198.51.100"], [RESOLVER], 53, nobody, private=False))


@pytest.mark.parametrize(("rdtype", "expected"), [("MX", "mail.example.com"), ("A", "198.51.100")])
def test_what_is_no_data_of_the_type_is_refused(rdtype: str, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        found(rdtype, expected, "198.51.100.2" if rdtype == "A" else "10 mail.example.com.")
