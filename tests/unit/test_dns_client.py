"""Asking over real sockets on loopback, answered by a tiny name server that misbehaves as told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NoReturn, cast

import dns.asyncquery
import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
import httpx2
import pytest

from propagation.answer import Answer, AnswerKind, Endpoint
from propagation.client import EDNS_PAYLOAD_BYTES, ask
from tests.own_time import now, run_in_own_time

NAME = "www.example.com."
Replies = Callable[[dns.message.Message], list[dns.message.Message]]


def reply(
    query: dns.message.Message, *records: str, rcode: str = "NOERROR", authority: str = "", flags: str = "AA"
) -> dns.message.Message:
    """A response to `query` with records and an authority section in the text form of a zone file."""
    response = dns.message.make_response(query)
    response.flags |= dns.flags.from_text(flags)
    response.set_rcode(dns.rcode.from_text(rcode))
    for section, texts in ((response.answer, records), (response.authority, [authority] if authority else [])):
        for text in texts:
            name, ttl, rdclass, rdtype, *data = text.split(maxsplit=4)
            section.append(dns.rrset.from_text(name, int(ttl), rdclass, rdtype, *data))
    return response


@asynccontextmanager
async def name_server(
    over_udp: Replies, over_tcp: Replies | None = None, address: str = "127.0.0.1"
) -> AsyncIterator[Endpoint]:
    """A name server on a random port that sends these replies; one without `over_tcp` does not listen there."""

    class Udp(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = cast(asyncio.DatagramTransport, transport)

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            for response in over_udp(dns.message.from_wire(data)):
                self.transport.sendto(response.to_wire(), addr)

    async def serve_tcp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert over_tcp is not None
        query = dns.message.from_wire(await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big")))
        for response in over_tcp(query):
            writer.write(response.to_wire(max_size=65535, prepend_length=True))
        writer.close()

    async def listen() -> tuple[asyncio.DatagramTransport, asyncio.Server | None]:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Udp, local_addr=(address, 0))
        if over_tcp is None:
            return transport, None
        try:
            return transport, await asyncio.start_server(serve_tcp, address, transport.get_extra_info("sockname")[1])
        except OSError:
            # Somebody else has this port of TCP: take another.
            transport.close()
            return await listen()

    transport, server = await listen()
    port = transport.get_extra_info("sockname")[1]
    try:
        yield Endpoint(address, port)
    finally:
        transport.close()
        if server is not None:
            server.close()


def answer_of(
    over_udp: Replies,
    over_tcp: Replies | None = None,
    *,
    address: str = "127.0.0.1",
    rdtype: str = "A",
    recursive: bool = False,
    timeout_seconds: float = 2.0,
) -> Answer:
    async def main() -> Answer:
        async with name_server(over_udp, over_tcp, address) as server:
            return await ask(server, NAME, rdtype, recursive=recursive, timeout_seconds=timeout_seconds)

    return run_in_own_time(main())


def test_all_addresses_of_the_answer_are_taken_with_their_ttl() -> None:
    answer = answer_of(
        lambda query: [reply(query, f"{NAME} 60 IN A 198.51.100.1", f"{NAME} 60 IN A 198.51.100.2")],
    )
    assert answer == Answer(AnswerKind.RECORDS, frozenset({"198.51.100.1", "198.51.100.2"}), 60.0)


def test_a_chain_of_names_is_followed_and_its_smallest_ttl_counts() -> None:
    records = (
        f"{NAME} 300 IN CNAME a.example.com.",
        "a.example.com. 17 IN CNAME b.example.com.",
        "b.example.com. 60 IN A 198.51.100.1",
        "unrelated.example.com. 5 IN A 198.51.100.9",
    )
    assert answer_of(lambda query: [reply(query, *records)]) == Answer(
        AnswerKind.RECORDS, frozenset({"198.51.100.1"}), 17.0, longest_ttl_seconds=300.0
    )


def test_a_chain_that_ends_nowhere_is_no_data() -> None:
    answer = answer_of(lambda query: [reply(query, f"{NAME} 300 IN CNAME A.elsewhere.example.")])
    assert answer.kind is AnswerKind.NODATA
    assert (answer.alias, answer.longest_ttl_seconds) == ("a.elsewhere.example.", 300.0)


def test_a_chain_that_bites_its_tail_is_a_failure() -> None:
    answer = answer_of(lambda query: [reply(query, f"{NAME} 300 IN CNAME {NAME}")])
    assert answer.kind is AnswerKind.FAILURE


def test_a_negative_answer_has_the_ttl_of_its_soa_record() -> None:
    soa = "example.com. 900 IN SOA ns-1.example.net. hostmaster.example.net. 1 7200 900 1209600 86"
    no_data = answer_of(lambda query: [reply(query, authority=soa)], rdtype="AAAA")
    assert (no_data.kind, no_data.ttl_seconds) == (AnswerKind.NODATA, 86.0)
    no_name = answer_of(lambda query: [reply(query, rcode="NXDOMAIN", authority=soa)])
    assert (no_name.kind, no_name.ttl_seconds, no_name.records) == (AnswerKind.NXDOMAIN, 86.0, frozenset())


def test_a_negative_answer_without_the_soa_record_says_nothing_of_how_long_it_may_be_kept() -> None:
    no_data = answer_of(lambda query: [reply(query)], rdtype="AAAA")
    assert (no_data.kind, no_data.ttl_seconds) == (AnswerKind.NODATA, None)
    no_name = answer_of(lambda query: [reply(query, rcode="NXDOMAIN")])
    assert (no_name.kind, no_name.ttl_seconds) == (AnswerKind.NXDOMAIN, None)


@pytest.mark.parametrize("rcode", ["SERVFAIL", "REFUSED", "NOTIMP"])
def test_an_error_is_a_failure_with_its_name(rcode: str) -> None:
    assert answer_of(lambda query: [reply(query, rcode=rcode, flags="QR")]) == Answer(AnswerKind.FAILURE, detail=rcode)


def test_an_authoritative_server_that_answers_without_authority_is_lame() -> None:
    def without_authority(query: dns.message.Message) -> list[dns.message.Message]:
        return [reply(query, f"{NAME} 60 IN A 198.51.100.1", flags="RA")]

    assert answer_of(without_authority).kind is AnswerKind.FAILURE
    assert "lame" in answer_of(without_authority).detail
    assert answer_of(without_authority, recursive=True).kind is AnswerKind.RECORDS


@pytest.mark.parametrize("recursive", [True, False])
def test_recursion_is_desired_of_resolvers_only(recursive: bool) -> None:
    queries: list[dns.message.Message] = []

    def note(query: dns.message.Message) -> list[dns.message.Message]:
        queries.append(query)
        return [reply(query, f"{NAME} 60 IN A 198.51.100.1")]

    answer_of(note, recursive=recursive)
    assert bool(queries[0].flags & dns.flags.RD) is recursive
    assert (queries[0].edns, queries[0].payload) == (0, EDNS_PAYLOAD_BYTES)


def test_a_truncated_answer_is_asked_for_again_over_tcp() -> None:
    answer = answer_of(
        lambda query: [reply(query, f"{NAME} 60 IN A 198.51.100.1", flags="AA TC")],
        lambda query: [reply(query, *(f"{NAME} 60 IN A 198.51.100.{n}" for n in range(1, 100)))],
    )
    assert answer.kind is AnswerKind.RECORDS
    assert len(answer.records) == 99


def test_a_truncated_answer_without_tcp_is_a_failure_but_not_silence() -> None:
    answer = answer_of(lambda query: [reply(query, flags="AA TC")])
    assert answer.kind is AnswerKind.FAILURE
    assert "TCP" in answer.detail


@pytest.mark.parametrize("replies", [[], ["wrong question"]], ids=["hangs up", "wrong question"])
def test_nonsense_over_tcp_is_a_failure(replies: list[str]) -> None:
    answer = answer_of(
        lambda query: [reply(query, flags="AA TC")], lambda _: [reply(other_question()) for _ in replies]
    )
    assert answer.kind is AnswerKind.FAILURE


def other_question() -> dns.message.Message:
    return dns.message.make_query("other.example.com.", "A")


def with_other_id(query: dns.message.Message) -> dns.message.Message:
    response = reply(query, f"{NAME} 60 IN A 192.0.2.66")
    response.id = (query.id + 1) % 65536
    return response


def with_other_question(query: dns.message.Message) -> dns.message.Message:
    other = other_question()
    other.id = query.id
    return reply(other, "other.example.com. 60 IN A 192.0.2.66")


@pytest.mark.parametrize("forged", [with_other_id, with_other_question, lambda query: query])
@pytest.mark.parametrize("truncated", [True, False])
def test_what_answers_no_question_of_ours_is_ignored(
    forged: Callable[[dns.message.Message], dns.message.Message], truncated: bool
) -> None:
    def replies(query: dns.message.Message) -> list[dns.message.Message]:
        first = forged(query)
        if truncated:
            first.flags |= dns.flags.TC
        return [first, reply(query, f"{NAME} 60 IN A 198.51.100.1")]

    assert answer_of(replies).records == {"198.51.100.1"}
    alone = answer_of(lambda query: [forged(query)], timeout_seconds=0.05)
    assert alone.kind is AnswerKind.NO_ANSWER


def test_silence_ends_at_the_timeout() -> None:
    async def main() -> tuple[Answer, float]:
        async with name_server(lambda _: []) as server:
            began = now()
            return await ask(server, NAME, "A", recursive=False, timeout_seconds=0.1), now() - began

    answer, seconds = run_in_own_time(main())
    assert answer == Answer(AnswerKind.NO_ANSWER, detail="no answer over UDP in 0.1 s")
    assert 0.1 <= seconds < 0.2


def test_a_server_is_asked_over_ipv6() -> None:
    answer = answer_of(lambda query: [reply(query, f"{NAME} 60 IN AAAA 2001:db8::1")], address="::1", rdtype="AAAA")
    assert answer.records == {"2001:db8::1"}


def test_no_route_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_route(*_: object, **__: object) -> NoReturn:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr("dns.asyncquery.udp", no_route)
    answer = asyncio.run(ask(Endpoint("192.0.2.1"), NAME, "A", recursive=True))
    assert answer == Answer(AnswerKind.NO_ANSWER, detail="no answer over UDP: [Errno 101] Network is unreachable")


def asked_names(count: int, replies: Replies) -> list[str]:
    """The names of so many questions, as they came over UDP."""
    names: list[str] = []

    def note(query: dns.message.Message) -> list[dns.message.Message]:
        names.append(query.question[0].name.to_text())
        return replies(query)

    for _ in range(count):
        answer_of(note)
    return names


def test_the_letters_of_a_name_are_in_random_case() -> None:
    names = asked_names(4, lambda query: [reply(query, f"{NAME} 60 IN A 198.51.100.1")])
    assert {name.lower() for name in names} == {NAME}
    assert len(set(names)) > 1


def lower_case(query: dns.message.Message) -> dns.message.Message:
    response = reply(query, f"{NAME} 60 IN A 192.0.2.66")
    response.question[0].name = dns.name.from_text(NAME)
    return response


def test_an_answer_that_does_not_repeat_the_case_is_asked_for_over_tcp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("propagation.client.secrets.randbits", lambda _bits: 1)
    answer = answer_of(lambda query: [lower_case(query)], lambda query: [reply(query, f"{NAME} 60 IN A 198.51.100.1")])
    assert answer.records == {"198.51.100.1"}
    assert answer_of(lambda query: [lower_case(query)]).kind is AnswerKind.FAILURE


def test_a_server_that_does_not_know_edns_is_asked_without() -> None:
    def replies(query: dns.message.Message) -> list[dns.message.Message]:
        if query.edns >= 0:
            response = reply(query, rcode="FORMERR", flags="QR")
            response.use_edns(False)
            return [response]
        return [reply(query, f"{NAME} 60 IN A 198.51.100.1")]

    assert answer_of(replies).records == {"198.51.100.1"}


def test_what_the_server_adds_of_its_own_accord_is_told() -> None:
    def stale(query: dns.message.Message) -> list[dns.message.Message]:
        response = reply(query, f"{NAME} 30 IN A 198.51.100.1")
        response.use_edns(0, options=[dns.edns.EDEOption(dns.edns.EDECode.STALE_ANSWER)])
        return [response]

    def unreachable(query: dns.message.Message) -> list[dns.message.Message]:
        response = reply(query, rcode="SERVFAIL", flags="QR")
        response.use_edns(0, options=[dns.edns.EDEOption(dns.edns.EDECode.NO_REACHABLE_AUTHORITY, "at example.com")])
        return [response]

    assert answer_of(stale, recursive=True).extended_error == "EDE 3 (Stale Answer)"
    failure = answer_of(unreachable, recursive=True)
    assert (failure.detail, failure.extended_error) == ("SERVFAIL", "EDE 22 (No Reachable Authority): at example.com")


def test_a_referral_answers_a_question_for_name_servers_and_no_other() -> None:
    servers = "www.example.com. 3600 IN NS Ns-1.example.net."

    def refer(query: dns.message.Message) -> list[dns.message.Message]:
        return [reply(query, authority=servers, flags="QR")]

    assert answer_of(refer, rdtype="NS").records == {"ns-1.example.net."}
    assert "lame" in answer_of(refer, rdtype="A").detail
    elsewhere = answer_of(lambda query: [reply(query, authority="com. 60 IN NS a.example.", flags="QR")], rdtype="NS")
    assert "lame" in elsewhere.detail


def test_the_name_servers_of_another_name_are_not_those_of_an_alias() -> None:
    records = (f"{NAME} 60 IN CNAME example.com.", "example.com. 60 IN NS ns-1.example.net.")
    assert answer_of(lambda query: [reply(query, *records)], rdtype="NS").kind is AnswerKind.NODATA


def test_other_types_are_told_as_text() -> None:
    records = (f"{NAME} 60 IN MX 10 Mail.example.com.", f"{NAME} 60 IN MX 20 mail.example.net.")
    answer = answer_of(lambda query: [reply(query, *records)], rdtype="MX")
    assert answer.records == {"10 mail.example.com.", "20 mail.example.net."}


MALFORMED = dns.exception.FormError("not a message")  # type: ignore[no-untyped-call]  # dnspython has no types here
HTTPS = Endpoint("https://192.0.2.53/dns-query")


def over_https(monkeypatch: pytest.MonkeyPatch, came: Exception | None) -> Answer:
    async def https(query: dns.message.Message, where: str, **_: object) -> dns.message.Message:
        assert where == HTTPS.address
        if came is not None:
            raise came
        return dns.message.from_wire(reply(query, f"{NAME} 60 IN A 198.51.100.1", flags="RA").to_wire())

    monkeypatch.setattr("dns.asyncquery.https", https)
    return asyncio.run(ask(HTTPS, NAME, "A", recursive=True))


def test_a_resolver_is_asked_over_https(monkeypatch: pytest.MonkeyPatch) -> None:
    assert over_https(monkeypatch, None).records == {"198.51.100.1"}


@pytest.mark.parametrize(
    ("error", "kind", "detail"),
    [
        (
            httpx2.ConnectError("certificate verify failed"),
            AnswerKind.NO_ANSWER,
            "no answer over HTTPS: certificate verify",
        ),
        (httpx2.ConnectError(""), AnswerKind.NO_ANSWER, "no answer over HTTPS: ConnectError"),
        (
            ValueError("responded with status code 403\nbody"),
            AnswerKind.FAILURE,
            "malformed answer over HTTPS: responded with",
        ),
        (MALFORMED, AnswerKind.FAILURE, "malformed answer over HTTPS: not a message"),
        (httpx2.InvalidURL("no host"), AnswerKind.FAILURE, "malformed answer over HTTPS: no host"),
    ],
)
def test_what_goes_wrong_over_https_is_an_answer_too(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: AnswerKind, detail: str
) -> None:
    answer = over_https(monkeypatch, error)
    assert answer.kind is kind
    assert answer.detail.startswith(detail)
    assert "\n" not in answer.detail
