"""Judging answers by values, or by agreement; and from a name to what is to be asked."""

import asyncio

import pytest

from propagation.answer import Answer, AnswerKind, Endpoint
from propagation.find import find
from propagation.judges import AddressJudge, Agreement, ExpectedValues, Judge, judge_of
from propagation.observation import Worth
from propagation.questions import Limiter, Runtime, TimedAnswer
from propagation.target import Target

ONE, TWO, RESOLVER = Endpoint("192.0.2.1"), Endpoint("192.0.2.2"), Endpoint("192.0.2.53")


def verdict(judge: Judge, server: Endpoint, *data: str) -> Worth:
    answer = Answer(AnswerKind.RECORDS, frozenset(data), 60) if data else Answer(AnswerKind.NODATA, detail="NODATA")
    look = asyncio.run(judge.judge(server, TimedAnswer(answer, 1, 2), recursive=server == RESOLVER))
    assert (look.asked_at, look.at) == (1, 2)
    return look.verdict


def test_an_answer_with_all_expected_values_and_no_others_is_as_it_should_be() -> None:
    judge = ExpectedValues(["198.51.100.1", "198.51.100.2"])
    assert verdict(judge, ONE, "198.51.100.1") is Worth.OTHER
    assert verdict(judge, ONE, "198.51.100.1", "198.51.100.2") is Worth.EXPECTED
    assert verdict(judge, ONE, "198.51.100.1", "203.0.113.1") is Worth.OTHER
    assert verdict(judge, ONE) is Worth.NEGATIVE


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
    answer = Answer(AnswerKind.RECORDS, frozenset(given), 60)
    look = asyncio.run(ExpectedValues(["a", "b", "a"]).judge(ONE, TimedAnswer(answer, 1, 2), recursive=False))
    assert look.summary == said


def test_servers_agree_when_they_give_what_the_first_gave() -> None:
    judge = Agreement(by_resolvers=False)
    assert [verdict(judge, server, "a") for server in (ONE, TWO, RESOLVER)] == [Worth.EXPECTED] * 3
    assert verdict(judge, RESOLVER, "b") is Worth.OTHER
    assert verdict(judge, TWO) is Worth.NEGATIVE


def test_the_answer_that_a_server_changed_to_last_is_the_one_to_agree_on() -> None:
    judge = Agreement(by_resolvers=False)
    assert verdict(judge, ONE, "a") is Worth.EXPECTED
    assert verdict(judge, TWO, "b") is Worth.OTHER
    assert verdict(judge, ONE, "b") is Worth.OTHER, "what counted before was another answer, so it begins again"
    assert [verdict(judge, server, "b") for server in (ONE, TWO, RESOLVER)] == [Worth.EXPECTED] * 3
    assert verdict(judge, RESOLVER, "a") is Worth.OTHER


def test_a_resolver_that_changes_is_no_authority_unless_there_is_none() -> None:
    judge = Agreement(by_resolvers=False)
    assert verdict(judge, ONE, "a") is Worth.EXPECTED
    assert [verdict(judge, RESOLVER, answer) for answer in ("b", "a")] == [Worth.OTHER, Worth.EXPECTED]
    private = Agreement(by_resolvers=True)
    assert [verdict(private, RESOLVER, answer) for answer in ("a", "b", "b")] == [
        Worth.EXPECTED,
        Worth.OTHER,
        Worth.EXPECTED,
    ]


def found(of_type: str, *expected: str, private: bool = False) -> tuple[Target, Judge]:
    async def ask(server: Endpoint, name: str, rdtype: str, *, recursive: bool) -> Answer:
        assert (server, rdtype, recursive) == (RESOLVER, "NS", True)
        if name == "example.com":
            return Answer(AnswerKind.RECORDS, frozenset({"ns-1.example.net."}), 60)
        return Answer(AnswerKind.NODATA, detail="NODATA")

    async def main() -> tuple[Target, Judge]:
        target = await find("www.example.com", of_type, expected, [RESOLVER], 53, ask, private=private)
        return target, judge_of(target, Limiter(Runtime(ask, lambda: 0.0)))

    return asyncio.run(main())


def test_a_name_is_found_with_its_zone_and_servers() -> None:
    target, judge = found("A")
    assert (target.names, target.zone, target.ns_names) == (("www.example.com",), "example.com", ("ns-1.example.net",))
    assert isinstance(judge, Agreement)


def test_a_private_name_is_asked_of_resolvers_only() -> None:
    target, judge = found("A", private=True)
    assert (target.zone, target.ns_names, target.private) == (None, (), True)
    assert verdict(judge, RESOLVER, "a") is Worth.EXPECTED


def test_another_name_stands_for_its_addresses() -> None:
    target, judge = found("A", "new.example.com")
    assert isinstance(judge, AddressJudge)
    assert (target.answers, target.sources) == ({"new.example.com": "new.example.com"},) * 2


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
    assert verdict(judge, ONE, given) is Worth.EXPECTED


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
    assert target.expected == "198.51.100.1"
    assert verdict(judge, ONE, "198.51.100.1") is Worth.EXPECTED
    same, _ = found("A", "new.example.com", "new.example.com")
    assert same.expected == "new.example.com"


def test_another_name_is_read_without_regard_to_case_and_the_dot() -> None:
    target, _ = found("AAAA", "New.Example.COM.")
    assert target.expected == "new.example.com"


def test_nobody_is_asked_about_what_is_not_understood() -> None:
    async def nobody(server: Endpoint, name: str, rdtype: str, *, recursive: bool) -> Answer:
        raise AssertionError((server, name, rdtype, recursive))

    with pytest.raises(ValueError, match="its last label is a number"):
        asyncio.run(find("www.example.com", "A", ["198.51.100"], [RESOLVER], 53, nobody, private=False))


@pytest.mark.parametrize(("rdtype", "expected"), [("MX", "mail.example.com"), ("A", "198.51.100")])
def test_what_is_no_data_of_the_type_is_refused(rdtype: str, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        found(rdtype, expected, "198.51.100.2" if rdtype == "A" else "10 mail.example.com.")
