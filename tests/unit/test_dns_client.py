"""Asking over real sockets on loopback, answered by a tiny name server that misbehaves as told."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NoReturn, cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from cutover.propagation.answer import Answer, Endpoint, Kind
from cutover.propagation.client import EDNS_PAYLOAD_BYTES, ask

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

    return asyncio.run(main())


def test_all_addresses_of_the_answer_are_taken_with_their_ttl() -> None:
    answer = answer_of(
        lambda query: [reply(query, f"{NAME} 60 IN A 198.51.100.1", f"{NAME} 60 IN A 198.51.100.2")],
    )
    assert answer == Answer(Kind.ADDRESSES, frozenset({"198.51.100.1", "198.51.100.2"}), 60.0)


def test_a_chain_of_names_is_followed_and_its_smallest_ttl_counts() -> None:
    records = (
        f"{NAME} 300 IN CNAME a.example.com.",
        "a.example.com. 17 IN CNAME b.example.com.",
        "b.example.com. 60 IN A 198.51.100.1",
        "unrelated.example.com. 5 IN A 198.51.100.9",
    )
    assert answer_of(lambda query: [reply(query, *records)]) == Answer(
        Kind.ADDRESSES, frozenset({"198.51.100.1"}), 17.0
    )


def test_a_chain_that_ends_nowhere_is_no_data() -> None:
    answer = answer_of(lambda query: [reply(query, f"{NAME} 300 IN CNAME a.example.com.")])
    assert answer.kind is Kind.NODATA


def test_a_chain_that_bites_its_tail_is_a_failure() -> None:
    answer = answer_of(lambda query: [reply(query, f"{NAME} 300 IN CNAME {NAME}")])
    assert answer.kind is Kind.FAILURE


def test_a_negative_answer_has_the_ttl_of_its_soa_record() -> None:
    soa = "example.com. 900 IN SOA ns-1.example.net. hostmaster.example.net. 1 7200 900 1209600 86"
    no_data = answer_of(lambda query: [reply(query, authority=soa)], rdtype="AAAA")
    assert (no_data.kind, no_data.ttl_seconds) == (Kind.NODATA, 86.0)
    no_name = answer_of(lambda query: [reply(query, rcode="NXDOMAIN", authority=soa)])
    assert (no_name.kind, no_name.ttl_seconds, no_name.addresses) == (Kind.NXDOMAIN, 86.0, frozenset())


@pytest.mark.parametrize("rcode", ["SERVFAIL", "REFUSED", "NOTIMP"])
def test_an_error_is_a_failure_with_its_name(rcode: str) -> None:
    assert answer_of(lambda query: [reply(query, rcode=rcode, flags="QR")]) == Answer(Kind.FAILURE, detail=rcode)


def test_an_authoritative_server_that_answers_without_authority_is_lame() -> None:
    def without_authority(query: dns.message.Message) -> list[dns.message.Message]:
        return [reply(query, f"{NAME} 60 IN A 198.51.100.1", flags="RA")]

    assert answer_of(without_authority).kind is Kind.FAILURE
    assert "lame" in answer_of(without_authority).detail
    assert answer_of(without_authority, recursive=True).kind is Kind.ADDRESSES


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
    assert answer.kind is Kind.ADDRESSES
    assert len(answer.addresses) == 99


def test_a_truncated_answer_without_tcp_is_a_failure_but_not_silence() -> None:
    answer = answer_of(lambda query: [reply(query, flags="AA TC")])
    assert answer.kind is Kind.FAILURE
    assert "TCP" in answer.detail


@pytest.mark.parametrize("replies", [[], ["wrong question"]], ids=["hangs up", "wrong question"])
def test_nonsense_over_tcp_is_a_failure(replies: list[str]) -> None:
    answer = answer_of(
        lambda query: [reply(query, flags="AA TC")], lambda _: [reply(other_question()) for _ in replies]
    )
    assert answer.kind is Kind.FAILURE


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

    assert answer_of(replies).addresses == {"198.51.100.1"}
    alone = answer_of(lambda query: [forged(query)], timeout_seconds=0.05)
    assert alone.kind is Kind.NO_ANSWER


def test_silence_ends_at_the_timeout() -> None:
    began = time.monotonic()
    answer = answer_of(lambda _: [], timeout_seconds=0.1)
    assert answer == Answer(Kind.NO_ANSWER, detail="no answer over UDP in 0.1 s")
    assert 0.1 <= time.monotonic() - began < 1


def test_a_server_is_asked_over_ipv6() -> None:
    answer = answer_of(lambda query: [reply(query, f"{NAME} 60 IN AAAA 2001:db8::1")], address="::1", rdtype="AAAA")
    assert answer.addresses == {"2001:db8::1"}


def test_no_route_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_route(*_: object, **__: object) -> NoReturn:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr("dns.asyncquery.udp", no_route)
    answer = asyncio.run(ask(Endpoint("192.0.2.1"), NAME, "A", recursive=True))
    assert answer == Answer(Kind.NO_ANSWER, detail="no answer over UDP: [Errno 101] Network is unreachable")
