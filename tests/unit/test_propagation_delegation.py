"""Which name servers a zone has, by itself and by its parent."""

import asyncio
from dataclasses import dataclass, field

import pytest

from propagation.answer import Answer, AnswerKind, Endpoint
from propagation.delegation import Delegation, Zone, ancestors, ask_parent, plain_names, zone_of

RESOLVER, PARENT = Endpoint("192.0.2.53", 5353), Endpoint("192.0.2.1", 5353)
NODATA = Answer(AnswerKind.NODATA, detail="NODATA")
SERVFAIL = Answer(AnswerKind.FAILURE, detail="SERVFAIL")
OWN = ("ns-1.example.net", "ns-2.example.net")


def records(*data: str) -> Answer:
    return Answer(AnswerKind.RECORDS, frozenset(data), 3600)


@dataclass
class Names:
    """Answers by server, name and type; there is none where nothing is said. Keeps what was asked."""

    known: dict[tuple[Endpoint, str, str], Answer] = field(
        default_factory=lambda: {
            (RESOLVER, "shop.example.com", "NS"): records("ns-1.example.net.", "NS-2.example.net."),
            (RESOLVER, "com", "NS"): records("a.servers.example.", "b.servers.example."),
            (RESOLVER, "a.servers.example.", "A"): records(PARENT.address),
            (PARENT, "shop.example.com", "NS"): records("ns-1.example.net.", "ns-2.example.net."),
        }
    )
    asked: list[tuple[Endpoint, str, str]] = field(default_factory=list)

    async def ask(self, server: Endpoint, name: str, rdtype: str, *, recursive: bool) -> Answer:
        assert recursive is (server == RESOLVER)
        self.asked.append((server, name, rdtype))
        return self.known.get((server, name, rdtype), NODATA)

    def delegation(self) -> Delegation:
        before = Delegation(OWN, is_awaited=True)
        return asyncio.run(ask_parent(before, "shop.example.com", [RESOLVER], 5353, self.ask))


def test_the_parent_is_the_next_zone_above_and_its_servers_are_asked_for_the_delegation() -> None:
    names = Names()
    found = names.delegation()
    assert (found.parent, found.by_parent) == ("com", OWN)
    assert (found.warnings, found.is_awaited) == ((), False)
    assert (RESOLVER, "example.com", "NS") in names.asked
    assert (RESOLVER, ".", "NS") not in names.asked


def test_a_difference_is_a_warning_with_both_sets() -> None:
    names = Names()
    names.known[PARENT, "shop.example.com", "NS"] = records("ns-1.example.net.", "ns.old-provider.example.")
    (warning,) = names.delegation().warnings
    for said in ("zone com", "ns-1.example.net, ns.old-provider.example", "ns-1.example.net, ns-2.example.net"):
        assert said in warning


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ((RESOLVER, "com", "NS"), NODATA, "no name server is known of any of example.com, com, ."),
        (
            (RESOLVER, "a.servers.example.", "A"),
            NODATA,
            "no address is known of a.servers.example., b.servers.example.",
        ),
        ((PARENT, "shop.example.com", "NS"), SERVFAIL, "the name servers of com say SERVFAIL of shop.example.com"),
    ],
)
def test_a_parent_that_cannot_be_seen_is_a_warning_with_the_reason(
    question: tuple[Endpoint, str, str], answer: Answer, said: str
) -> None:
    names = Names()
    names.known[question] = answer
    found = names.delegation()
    assert found.by_parent is None
    assert not found.is_awaited
    assert found.warnings == (f"parent zone not seen: {said}",)


OVERLOOKED = "if {0} is a zone of its own, its name servers were overlooked"


@pytest.mark.parametrize("failed", [SERVFAIL, Answer(AnswerKind.NO_ANSWER, detail="no answer from anybody")])
def test_above_a_name_that_cannot_be_looked_up_the_next_is_asked_and_a_warning_says_so(failed: Answer) -> None:
    names = Names()
    names.known[RESOLVER, "example.com", "NS"] = failed
    found = names.delegation()
    assert (found.parent, found.by_parent) == ("com", OWN)
    (warning,) = found.warnings
    assert warning.startswith(f"the resolvers say {failed.detail} to NS of example.com: com was asked in its place")
    assert OVERLOOKED.format("example.com") in warning


def test_a_parent_that_was_overlooked_is_not_taken_for_seen() -> None:
    names = Names()
    names.known[RESOLVER, "example.com", "NS"] = SERVFAIL
    # The servers of com know nothing of a zone two levels below: they refer to example.com.
    names.known[PARENT, "shop.example.com", "NS"] = Answer(AnswerKind.FAILURE, detail="lame: answers without authority")
    found = names.delegation()
    assert found.by_parent is None
    assert [text.partition(":")[0] for text in found.warnings] == [
        "parent zone not seen",
        "the resolvers say SERVFAIL to NS of example.com",
    ]


def test_a_parent_is_not_seen_when_nobody_above_can_be_looked_up() -> None:
    names = Names()
    for candidate in ("example.com", "com", "."):
        names.known[RESOLVER, candidate, "NS"] = SERVFAIL
    found = names.delegation()
    assert found.by_parent is None
    assert found.warnings == ("parent zone not seen: the resolvers say SERVFAIL to NS of example.com",)


def test_warnings_of_a_look_that_is_repeated_are_those_of_the_last() -> None:
    names = Names()
    names.known[RESOLVER, "example.com", "NS"] = SERVFAIL
    names.known[PARENT, "shop.example.com", "NS"] = SERVFAIL
    first = names.delegation()
    del names.known[RESOLVER, "example.com", "NS"]
    again = asyncio.run(ask_parent(first, "shop.example.com", [RESOLVER], 5353, names.ask))
    assert again.warnings == ("parent zone not seen: the name servers of com say SERVFAIL of shop.example.com",)


@pytest.mark.parametrize("name", ["www.shop.example.com", "shop.example.com"])
def test_a_zone_is_found_above_a_name_that_cannot_be_looked_up(name: str) -> None:
    names = Names()
    names.known[RESOLVER, name, "NS"] = SERVFAIL
    found = asyncio.run(zone_of(name, [RESOLVER], names.ask))
    above = "shop.example.com" if name.startswith("www") else "com"
    assert found.name == above
    (doubt,) = found.doubts
    assert OVERLOOKED.format(name) in doubt
    assert Delegation(found.ns_names, doubts=found.doubts).warnings == (doubt,)


def test_of_a_name_where_a_look_up_failed_and_no_zone_is_known_the_failure_is_told() -> None:
    async def mostly_nothing(server: Endpoint, name: str, rdtype: str, *, recursive: bool) -> Answer:
        return (
            SERVFAIL if name == "shop.nowhere" else Answer(AnswerKind.NXDOMAIN, detail=f"{server, rdtype, recursive}")
        )

    with pytest.raises(LookupError, match=r"the resolvers say SERVFAIL to NS of shop\.nowhere$"):
        asyncio.run(zone_of("www.shop.nowhere", [RESOLVER], mostly_nothing))


def test_a_delegation_that_was_not_looked_for_warns_of_nothing() -> None:
    assert Delegation(OWN).warnings == ()


def test_the_zone_of_a_name_is_the_nearest_with_name_servers() -> None:
    names = Names()
    assert asyncio.run(zone_of("www.shop.example.com", [RESOLVER], names.ask)) == Zone("shop.example.com", OWN)
    assert asyncio.run(zone_of("shop.example.com", [RESOLVER], names.ask)) == Zone("shop.example.com", OWN)


def test_a_name_in_no_zone_is_an_error() -> None:
    async def nothing(server: Endpoint, name: str, rdtype: str, *, recursive: bool) -> Answer:
        return Answer(AnswerKind.NXDOMAIN, detail=f"NXDOMAIN {server, name, rdtype, recursive}")

    with pytest.raises(LookupError, match=r"no name server is known of any of www\.nowhere, nowhere, \."):
        asyncio.run(zone_of("www.nowhere", [RESOLVER], nothing))


def test_names_are_compared_without_case_and_dot() -> None:
    assert plain_names(["NS-2.Example.net.", "ns-1.example.net", "ns-2.example.net"]) == OWN
    assert ancestors("www.example.com.") == ["example.com", "com", "."]
