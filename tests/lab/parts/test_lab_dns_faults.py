"""Each fault of the lab's DNS by itself, on real sockets, without an AWS."""

import asyncio
import base64
import ssl
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

import dns.asyncquery
import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import httpx2
import pytest
from dns.rdatatype import RdataType

from lab.authority import Authority
from lab.aws.certificates import Certificate
from lab.dns import resolver as lab_resolver
from lab.dns.fleet import Fleet
from lab.messages import ServerFault
from tests.lab.propagation.topology import BEFORE, LOWERED, NAME, OTHER, ZONE, Topology, balancer, own_name

T = TypeVar("T")
SERVERS = {"ns-1.dns.example.": ["127.53.0.1"], "ns-2.dns.example.": ["127.53.0.2"]}
SERVER, RESOLVER = "127.53.0.1", "127.53.1.1"
PARENT = "127.53.2.1"
TOPOLOGY = Topology(SERVERS, [RESOLVER], ttl_seconds=1)
OLD = sorted(TOPOLOGY.addresses[OTHER][:2])


def in_fleet(
    then: Callable[[Fleet], Awaitable[T]], topology: Topology = TOPOLOGY, faults: dict[str, ServerFault] | None = None
) -> T:
    """What `then` finds in a fleet with these faults, before a tag-in."""

    async def main() -> T:
        async with Fleet(
            topology.world(BEFORE), topology.name_servers, topology.resolvers, alias_ttl_seconds=1
        ) as fleet:
            for address, fault in (faults or {}).items():
                fleet.set(address, fault)
            return await then(fleet)

    return asyncio.run(main())


async def ask(
    fleet: Fleet, address: str, name: str = NAME, kind: str = "A", *, tcp: bool = False, edns: bool = True
) -> dns.message.Message:
    """Whatever comes back first, however wrong."""
    query = dns.message.make_query(name, kind, use_edns=0 if edns else False)
    if tcp:
        return await dns.asyncquery.tcp(query, address, 60, fleet.port)
    return await dns.asyncquery.udp(query, address, 60, fleet.port)


def answered(fault: str, address: str = SERVER, *, tcp: bool = False, edns: bool = True) -> dns.message.Message:
    broken = {address: ServerFault(fault=fault)}
    return in_fleet(lambda fleet: ask(fleet, address, tcp=tcp, edns=edns), faults=broken)


def values(response: dns.message.Message) -> list[str]:
    return sorted(record.to_text() for records in response.answer for record in records)


def error_codes(response: dns.message.Message) -> list[int]:
    return [option.code for option in response.options if isinstance(option, dns.edns.EDEOption)]


@pytest.mark.parametrize("address", [SERVER, RESOLVER])
def test_a_name_can_lose_its_records_of_a_type(address: str) -> None:
    response = answered("nodata", address)
    assert (response.rcode(), response.answer) == (dns.rcode.NOERROR, [])


def test_a_lame_server_answers_without_authority() -> None:
    response = answered("lame")
    assert values(response) == OLD
    assert not response.flags & dns.flags.AA


def test_an_answer_can_have_another_id_or_another_question() -> None:
    for fault in ("wrong_id", "wrong_question"):
        with pytest.raises(dns.query.BadResponse):
            answered(fault)


def test_forged_answers_come_before_the_true_one() -> None:
    async def then(fleet: Fleet) -> dns.message.Message:
        query = dns.message.make_query(NAME, "A")
        return await dns.asyncquery.udp(query, SERVER, 60, fleet.port, ignore_errors=True)

    assert values(in_fleet(then, faults={SERVER: ServerFault(fault="forged")})) == OLD
    with pytest.raises(dns.query.BadResponse):
        answered("forged")


def test_an_answer_can_be_garbage() -> None:
    with pytest.raises(dns.exception.DNSException):
        answered("garbage")


def test_a_server_can_lose_the_case_of_the_question_and_a_good_one_keeps_it() -> None:
    mixed = "wWw.ShOp.eXaMpLe."

    async def names(fleet: Fleet) -> list[str]:
        found: list[str] = []
        for address in (SERVER, RESOLVER, RESOLVER):
            response = await ask(fleet, address, mixed if len(found) < 4 else mixed.swapcase())
            found += [response.question[0].name.to_text(), response.answer[0].name.to_text()]
        return found

    assert in_fleet(names) == [mixed] * 4 + [mixed.swapcase()] * 2
    assert in_fleet(names, faults={SERVER: ServerFault(fault="lower_case")})[:2] == [mixed.lower()] * 2


def test_a_server_can_be_too_old_for_edns() -> None:
    assert answered("formerr_edns").rcode() == dns.rcode.FORMERR
    assert values(answered("formerr_edns", edns=False)) == OLD


def test_a_resolver_asks_a_server_that_is_too_old_for_edns_without_it() -> None:
    faults = {address: ServerFault(fault="formerr_edns") for (address,) in SERVERS.values()}
    assert values(in_fleet(lambda fleet: ask(fleet, RESOLVER), faults=faults)) == OLD


def test_tcp_can_be_refused_after_a_truncated_answer() -> None:
    assert answered("truncate_no_tcp").flags & dns.flags.TC
    with pytest.raises((OSError, EOFError)):
        answered("truncate_no_tcp", tcp=True)


@pytest.mark.parametrize(
    ("fault", "address", "code"),
    [
        ("servfail", SERVER, dns.edns.EDECode.NOT_READY),
        ("refused", SERVER, dns.edns.EDECode.NOT_AUTHORITATIVE),
        ("none", RESOLVER, dns.edns.EDECode.NO_REACHABLE_AUTHORITY),
    ],
)
def test_errors_say_why_to_those_who_ask_with_edns(fault: str, address: str, code: int) -> None:
    faults = {server: ServerFault(fault="refused") for (server,) in SERVERS.values()}
    faults[address] = ServerFault(fault=fault)
    assert error_codes(in_fleet(lambda fleet: ask(fleet, address), faults=faults)) == [code]
    assert error_codes(in_fleet(lambda fleet: ask(fleet, address, edns=False), faults=faults)) == []


def test_a_resolver_can_stretch_a_ttl_and_says_so() -> None:
    response = answered("none", RESOLVER)
    assert response.answer[0].ttl == 1
    stretching = {RESOLVER: ServerFault(minimum_ttl_seconds=30)}
    assert in_fleet(lambda fleet: ask(fleet, RESOLVER), faults=stretching).answer[0].ttl == 30


async def _old_and_new(fleet: Fleet) -> set[tuple[str, bool]]:
    """What a resolver gives when all that it may hold has run out: a value, and whether it says that it is stale."""
    for _ in range(40):
        await ask(fleet, RESOLVER)
    fleet.change(TOPOLOGY.world(LOWERED))
    await asyncio.sleep(1.05)
    found = [await ask(fleet, RESOLVER) for _ in range(40)]
    return {(values(response)[0], error_codes(response) == [dns.edns.EDECode.STALE_ANSWER]) for response in found}


def test_one_of_several_caches_behind_an_address_can_be_stuck() -> None:
    several = {RESOLVER: ServerFault(fault="one_stuck", caches=3)}
    assert in_fleet(_old_and_new, faults=several) == {("198.51.100.1", True), ("203.0.113.1", False)}


def test_the_caches_behind_an_address_fill_by_themselves() -> None:
    async def then(fleet: Fleet) -> int:
        for _ in range(40):
            await ask(fleet, RESOLVER)
        return len(fleet.truth(NAME).resolvers[RESOLVER])

    assert in_fleet(then, faults={RESOLVER: ServerFault(caches=3)}) == 3


def test_a_private_zone_is_known_to_resolvers_only() -> None:
    async def then(fleet: Fleet) -> tuple[dns.rcode.Rcode, Sequence[str]]:
        return (await ask(fleet, SERVER)).rcode(), values(await ask(fleet, RESOLVER))

    private = Topology(SERVERS, [RESOLVER], ttl_seconds=1, private=True)
    assert in_fleet(then, private) == (dns.rcode.REFUSED, OLD)


def test_the_parents_delegate_the_zone_with_the_addresses_of_its_servers() -> None:
    response = in_fleet(lambda fleet: ask(fleet, PARENT, ZONE, "NS"))
    assert (response.answer, bool(response.flags & dns.flags.AA)) == ([], False)
    (delegation,) = response.authority
    assert (delegation.name.to_text(), sorted(record.to_text() for record in delegation)) == (ZONE, sorted(SERVERS))
    assert sorted(record.to_text() for records in response.additional for record in records) == [SERVER, "127.53.0.2"]


def test_the_parents_are_found_through_a_resolver() -> None:
    async def then(fleet: Fleet) -> list[str]:
        names = values(await ask(fleet, RESOLVER, "example.", "NS"))
        return [address for name in names for address in values(await ask(fleet, RESOLVER, name))]

    assert in_fleet(then) == ["127.53.2.1", "127.53.2.2"]


def test_the_parents_can_delegate_to_others_and_resolvers_follow_them() -> None:
    servers = {**SERVERS, "ns-old.dns.example.": ["127.53.0.9"]}
    topology = Topology(servers, [RESOLVER], ttl_seconds=1, delegation_set=tuple(SERVERS))

    async def main() -> tuple[list[str], list[str]]:
        there = topology.world(BEFORE)
        async with Fleet(there, servers, [RESOLVER], delegated=["ns-old.dns.example."], alias_ttl_seconds=1) as fleet:
            fleet.set("127.53.0.9", ServerFault(fault="stuck"))
            fleet.change(topology.world(LOWERED))
            (named,) = (await ask(fleet, PARENT, ZONE, "NS")).authority
            return [record.to_text() for record in named], values(await ask(fleet, RESOLVER))

    assert asyncio.run(main()) == (["ns-old.dns.example."], OLD)


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_resolver_answers_over_https(tmp_path: Path, method: str) -> None:
    response = asyncio.run(_over_https(tmp_path, method, ServerFault()))
    assert (response.status_code, response.headers["content-type"]) == (200, "application/dns-message")
    assert values(dns.message.from_wire(response.content)) == OLD


def test_https_can_fail_while_dns_goes_on(tmp_path: Path) -> None:
    assert asyncio.run(_over_https(tmp_path, "POST", ServerFault(fault="http_503"))).status_code == 503


async def _over_https(folder: Path, method: str, fault: ServerFault) -> httpx2.Response:
    authority = Authority(folder)

    def secure(address: str) -> ssl.SSLContext:
        return authority.context(Certificate((address,), 4102444800))

    trusting = ssl.create_default_context(cafile=str(authority.ca_file))
    wire = dns.message.make_query(NAME, "A", id=0).to_wire()
    async with Fleet(TOPOLOGY.world(BEFORE), SERVERS, [RESOLVER], secure=secure) as fleet:
        fleet.set(RESOLVER, fault)
        url = fleet.doh_urls[RESOLVER]
        async with httpx2.AsyncClient(verify=trusting) as client:
            if method == "GET":
                text = base64.urlsafe_b64encode(wire).rstrip(b"=").decode()
                return await client.get(url, params={"dns": text})
            return await client.post(url, content=wire, headers={"content-type": "application/dns-message"})


def test_own_names_lead_to_the_load_balancers_in_both_families() -> None:
    async def then(fleet: Fleet) -> list[str]:
        name = own_name(OTHER)
        return values(await ask(fleet, SERVER, name)) + values(await ask(fleet, SERVER, name, "AAAA"))

    assert in_fleet(then) == [*OLD, "2001:db8::a:1"]


def test_a_chain_of_names_reaches_the_load_balancer_through_a_resolver() -> None:
    topology = Topology(SERVERS, [RESOLVER], ttl_seconds=1, cname=balancer)
    response = in_fleet(lambda fleet: ask(fleet, RESOLVER), topology)
    assert [records.rdtype for records in response.answer] == [RdataType.CNAME, RdataType.A]


def test_a_resolver_whose_loop_is_slow_does_not_take_its_servers_for_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each turn of the loop takes longer than a server has time."""
    monkeypatch.setattr(lab_resolver, "UPSTREAM_TIMEOUT_SECONDS", 0.02)

    async def hog() -> None:
        while True:
            time.sleep(0.03)
            await asyncio.sleep(0)

    async def asked(fleet: Fleet) -> list[str]:
        slow = asyncio.create_task(hog())
        try:
            return values(await ask(fleet, RESOLVER))
        finally:
            slow.cancel()

    assert in_fleet(asked) == OLD
