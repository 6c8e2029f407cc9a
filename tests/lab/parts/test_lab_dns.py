"""The lab's DNS and HTTP over real sockets, with every fault."""

import json
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest
from dns.rdatatype import RdataType

from lab.client import LabClient, LabError, RunningServer, ServerFault, start
from lab.dns.service import has_ipv6
from tests.lab.parts.lab_account import Account, Cluster, alias, simple

ALIAS_TTL = 30
PATIENCE_SECONDS = 60.0


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with start(tmp_path_factory.mktemp("lab"), alias_ttl=ALIAS_TTL, health_seconds=0.0) as server:
        yield server


@pytest.fixture(scope="module")
def account(running: RunningServer) -> Account:
    return Account(running.addresses.endpoint)


@pytest.fixture(scope="module")
def amber(account: Account) -> Cluster:
    return account.cluster("amber")


@pytest.fixture(scope="module")
def green(account: Account) -> Cluster:
    return account.cluster("green", release="2.0.0")


@pytest.fixture
def lab(running: RunningServer) -> Iterator[LabClient]:
    yield running.client
    running.client.clear_faults()


@pytest.fixture
def server(running: RunningServer) -> str:
    return running.addresses.server_addresses()[0]


@pytest.fixture
def resolver(running: RunningServer) -> str:
    return running.addresses.resolvers[0]


class Client:
    """Asks one question at one address."""

    def __init__(self, port: int) -> None:
        self._port = port

    def ask(self, server: str, name: str, kind: str = "A", tcp: bool = False, edns: bool = True) -> dns.message.Message:
        query = dns.message.make_query(name, kind, use_edns=0 if edns else False)
        send = dns.query.tcp if tcp else dns.query.udp
        return send(query, server, port=self._port, timeout=PATIENCE_SECONDS)

    def addresses(self, server: str, name: str) -> list[str]:
        return sorted(record.to_text() for records in self.ask(server, name).answer for record in records)

    def is_silent(self, server: str, name: str) -> bool:
        try:
            dns.query.udp(dns.message.make_query(name, "A"), server, port=self._port, timeout=0.2)
        except dns.exception.Timeout:
            return True
        return False


@pytest.fixture(scope="module")
def client(running: RunningServer) -> Client:
    return Client(running.addresses.dns_port)


@pytest.fixture
def zone(account: Account, amber: Cluster, green: Cluster) -> tuple[str, str, str]:
    """A fresh zone with a weighted name, all weight on amber: zone id, zone name, the name."""
    zone_id, name = account.zone()
    www = f"www.{name}"
    account.change(
        zone_id,
        ("CREATE", alias(www, "amber", 100, amber.dns_name)),
        ("CREATE", alias(www, "green", 0, green.dns_name)),
    )
    return zone_id, name, www


def tag_in(account: Account, zone: tuple[str, str, str], green: Cluster, amber: Cluster) -> None:
    account.change(
        zone[0],
        ("UPSERT", alias(zone[2], "green", 100, green.dns_name)),
        ("UPSERT", alias(zone[2], "amber", 0, amber.dns_name)),
    )


def test_every_server_and_every_resolver_answers_alike(
    running: RunningServer, client: Client, zone: tuple[str, str, str], amber: Cluster
) -> None:
    of_amber = client.addresses(running.addresses.resolvers[0], amber.dns_name)
    assert len(of_amber) == 2
    for address in [*running.addresses.server_addresses(), *running.addresses.resolvers]:
        assert client.addresses(address, zone[2]) == of_amber


def test_a_change_is_served_as_soon_as_the_api_has_answered(
    account: Account, client: Client, server: str, zone: tuple[str, str, str], amber: Cluster, green: Cluster
) -> None:
    tag_in(account, zone, green, amber)
    assert client.addresses(server, zone[2]) == client.addresses(server, green.dns_name)


def test_servers_are_authoritative_and_resolvers_recursive(
    client: Client, server: str, resolver: str, zone: tuple[str, str, str]
) -> None:
    from_server, from_resolver = client.ask(server, zone[2]), client.ask(resolver, zone[2])
    assert (bool(from_server.flags & dns.flags.AA), bool(from_server.flags & dns.flags.RA)) == (True, False)
    assert (bool(from_resolver.flags & dns.flags.AA), bool(from_resolver.flags & dns.flags.RA)) == (False, True)


def test_the_name_servers_of_a_zone_are_found_through_a_resolver(
    running: RunningServer, client: Client, resolver: str, zone: tuple[str, str, str]
) -> None:
    names = [record.to_text().rstrip(".") for record in client.ask(resolver, zone[1], "NS").answer[0]]
    assert sorted(names) == sorted(running.addresses.name_servers)
    found = [
        record.to_text()
        for name in running.addresses.name_servers
        for kind in ("A", "AAAA")
        for records in client.ask(resolver, name, kind).answer
        for record in records
    ]
    assert sorted(found) == sorted(running.addresses.server_addresses())


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no ::1")
def test_one_name_server_has_an_ipv6_address(running: RunningServer) -> None:
    assert "::1" in running.addresses.server_addresses()


def test_the_question_comes_back_with_its_case(client: Client, server: str, zone: tuple[str, str, str]) -> None:
    shouted = zone[2].upper()
    response = client.ask(server, shouted)
    assert response.question[0].name.to_text() == f"{shouted}."
    assert response.answer[0].name.to_text() == f"{shouted}."


def test_names_and_types_that_do_not_exist_are_denied_with_the_soa(
    client: Client, server: str, zone: tuple[str, str, str]
) -> None:
    missing, no_data = client.ask(server, f"no.{zone[1]}"), client.ask(server, zone[2], "TXT")
    assert (missing.rcode(), no_data.rcode()) == (dns.rcode.NXDOMAIN, dns.rcode.NOERROR)
    assert missing.authority[0].rdtype == no_data.authority[0].rdtype == RdataType.SOA


def test_a_plain_record_has_its_own_ttl(
    account: Account, client: Client, server: str, zone: tuple[str, str, str]
) -> None:
    account.change(zone[0], ("CREATE", simple(f"plain.{zone[1]}", "192.0.2.1", ttl=77)))
    assert client.ask(server, f"plain.{zone[1]}").answer[0].ttl == 77


def test_an_answer_too_long_for_udp_is_cut_and_whole_over_tcp(
    account: Account, client: Client, server: str, zone: tuple[str, str, str]
) -> None:
    name = f"long.{zone[1]}"
    account.change(zone[0], ("CREATE", simple(name, *(f'"{number:0100d}"' for number in range(8)), kind="TXT")))
    assert client.ask(server, name, "TXT", edns=False).flags & dns.flags.TC
    assert not client.ask(server, name, "TXT").flags & dns.flags.TC
    assert len(client.ask(server, name, "TXT", edns=False, tcp=True).answer[0]) == 8


def test_a_resolver_counts_the_ttl_down_and_keeps_the_old_answer(
    account: Account,
    lab: LabClient,
    client: Client,
    resolver: str,
    zone: tuple[str, str, str],
    amber: Cluster,
    green: Cluster,
) -> None:
    assert client.ask(resolver, zone[2]).answer[0].ttl == ALIAS_TTL
    before = client.addresses(resolver, zone[2])
    tag_in(account, zone, green, amber)
    assert client.addresses(resolver, zone[2]) == before
    assert client.ask(resolver, zone[2]).answer[0].ttl < ALIAS_TTL
    (cached,) = lab.truth(zone[2]).resolvers[resolver]
    assert sorted(cached.addresses) == before
    assert cached.expires_at - cached.stored_at == ALIAS_TTL


def test_a_resolver_follows_a_cname_to_a_load_balancer(
    account: Account, client: Client, resolver: str, zone: tuple[str, str, str], amber: Cluster
) -> None:
    name = f"short.{zone[1]}"
    account.change(zone[0], ("CREATE", simple(name, amber.dns_name, kind="CNAME")))
    assert [records.rdtype for records in client.ask(resolver, name).answer] == [RdataType.CNAME, RdataType.A]


def test_a_name_of_no_zone_is_refused_and_fails_through_a_resolver(client: Client, server: str, resolver: str) -> None:
    assert client.ask(server, "www.elsewhere.example").rcode() == dns.rcode.REFUSED
    assert client.ask(resolver, "www.elsewhere.example").rcode() == dns.rcode.SERVFAIL


def test_a_server_that_lags_serves_the_past(
    account: Account,
    lab: LabClient,
    client: Client,
    server: str,
    zone: tuple[str, str, str],
    amber: Cluster,
    green: Cluster,
) -> None:
    old = client.addresses(server, zone[2])
    time.sleep(0.45)  # the zone itself must be older than the lag
    lab.set_server_fault(server, ServerFault(lag_seconds=0.4))
    began = time.monotonic()
    tag_in(account, zone, green, amber)
    while (new := client.addresses(server, zone[2])) == old and time.monotonic() < began + PATIENCE_SECONDS:
        time.sleep(0.02)
    assert new != old
    assert time.monotonic() - began >= 0.4, "not sooner"
    *_, before, after = lab.truth(zone[2]).servers[server]
    assert (sorted(before.addresses), sorted(after.addresses)) == (old, new)


def test_a_stuck_server_serves_the_past_until_it_is_healed(
    account: Account,
    lab: LabClient,
    client: Client,
    server: str,
    zone: tuple[str, str, str],
    amber: Cluster,
    green: Cluster,
) -> None:
    old = client.addresses(server, zone[2])
    lab.set_server_fault(server, ServerFault(fault="stuck"))
    tag_in(account, zone, green, amber)
    assert client.addresses(server, zone[2]) == old
    assert lab.truth(zone[2]).servers[server][-1].fault == "stuck"
    lab.set_server_fault(server, ServerFault())
    assert client.addresses(server, zone[2]) != old


def test_a_moment_without_an_answer_is_found_afterwards(
    account: Account, lab: LabClient, server: str, zone: tuple[str, str, str], amber: Cluster, green: Cluster
) -> None:
    began = time.time()
    gap = [item for item in account.record_sets(zone[0]) if item["Name"] == f"{zone[2]}."]
    account.change(zone[0], *(("DELETE", item) for item in gap))
    account.change(zone[0], *(("CREATE", item) for item in gap))
    tag_in(account, zone, green, amber)
    over_time = lab.answers_over_time(zone[2])
    assert server in over_time
    for intervals in over_time.values():
        since = [item for item in intervals if item.until > began]
        assert [item.always_lead_somewhere for item in since] == [True, False, True, True]
        assert [item.since for item in since[1:]] == [item.until for item in since[:-1]], "without a gap"
        assert {item.answers[0].rcode for item in since} == {"NOERROR", "NXDOMAIN"}
        assert {item.ttl_seconds for item in since[-1].answers} == {ALIAS_TTL}


@pytest.mark.parametrize("kind", ["servers", "resolvers"])
@pytest.mark.parametrize(
    ("fault", "rcode"),
    [("servfail", dns.rcode.SERVFAIL), ("refused", dns.rcode.REFUSED), ("nxdomain", dns.rcode.NXDOMAIN)],
)
def test_a_faulty_server_answers_with_its_code(
    running: RunningServer,
    lab: LabClient,
    client: Client,
    zone: tuple[str, str, str],
    kind: str,
    fault: str,
    rcode: dns.rcode.Rcode,
) -> None:
    address = set_fault(running, lab, kind, ServerFault(fault=fault))
    assert client.ask(address, zone[2]).rcode() == rcode
    assert client.ask(address, zone[2], tcp=True).rcode() == rcode


@pytest.mark.parametrize("kind", ["servers", "resolvers"])
def test_a_server_that_drops_says_nothing(
    running: RunningServer, lab: LabClient, client: Client, zone: tuple[str, str, str], kind: str
) -> None:
    assert client.is_silent(set_fault(running, lab, kind, ServerFault(fault="drop")), zone[2])


@pytest.mark.parametrize("kind", ["servers", "resolvers"])
def test_a_server_that_truncates_is_whole_over_tcp(
    running: RunningServer, lab: LabClient, client: Client, zone: tuple[str, str, str], kind: str
) -> None:
    address = set_fault(running, lab, kind, ServerFault(fault="truncate_udp"))
    over_udp, over_tcp = client.ask(address, zone[2]), client.ask(address, zone[2], tcp=True)
    assert (bool(over_udp.flags & dns.flags.TC), over_udp.answer) == (True, [])
    assert len(over_tcp.answer) == 1


@pytest.mark.parametrize("kind", ["servers", "resolvers"])
def test_a_slow_server_takes_its_time(
    running: RunningServer, lab: LabClient, client: Client, zone: tuple[str, str, str], kind: str
) -> None:
    address = set_fault(running, lab, kind, ServerFault(fault="slow", slow_milliseconds=150))
    asked_at = time.monotonic()
    assert client.ask(address, zone[2]).answer
    assert time.monotonic() - asked_at >= 0.15


def test_a_resolver_gets_round_servers_that_fail(
    running: RunningServer, lab: LabClient, client: Client, resolver: str, zone: tuple[str, str, str]
) -> None:
    faults = ["servfail", "refused", "truncate_udp"]
    for address, fault in zip(running.addresses.server_addresses(), faults, strict=False):
        lab.set_server_fault(address, ServerFault(fault=fault))
    assert client.ask(resolver, zone[2]).answer


def test_a_message_that_is_none_is_a_format_error_and_harms_nothing(
    running: RunningServer, client: Client, server: str, zone: tuple[str, str, str]
) -> None:
    broken = dns.message.make_query(zone[2], "A").to_wire()[:-3]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(PATIENCE_SECONDS)
        sock.sendto(broken, (server, running.addresses.dns_port))
        response = sock.recv(512)
    assert (response[:2], response[3] & 0x0F) == (broken[:2], dns.rcode.FORMERR)
    assert client.ask(server, zone[2]).answer


def test_a_fault_that_does_not_exist_is_refused_by_name(lab: LabClient, server: str) -> None:
    with pytest.raises(LabError, match="truncate_udp"):
        lab.set_server_fault(server, ServerFault(fault="explode"))


def test_a_path_that_does_not_exist_is_answered_with_those_that_do(running: RunningServer) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{running.addresses.endpoint}/_lab/nothing")
    assert b"GET /_lab/route53/history" in refused.value.read()


def test_every_question_is_counted_where_it_arrives(
    lab: LabClient, client: Client, server: str, zone: tuple[str, str, str]
) -> None:
    before = lab.queries()
    client.ask(server, zone[2])
    client.ask(server, zone[2], tcp=True)
    assert {
        address: count - before[address] for address, count in lab.queries().items() if count != before[address]
    } == {server: 2}


def test_a_resolver_of_the_lab_answers_over_https(
    running: RunningServer, zone: tuple[str, str, str], client: Client, server: str
) -> None:
    trusting = ssl.create_default_context(cafile=running.addresses.ca_file)
    query = dns.message.make_query(zone[2], "A")
    response = dns.query.https(query, running.addresses.doh[0], verify=trusting, timeout=PATIENCE_SECONDS)
    assert response.answer[0].to_rdataset() == client.ask(server, zone[2]).answer[0].to_rdataset()


def test_the_parents_of_the_lab_can_name_other_servers(
    running: RunningServer, lab: LabClient, client: Client, zone: tuple[str, str, str]
) -> None:
    parent = running.addresses.parents["ns-1.registry.invalid"][0]
    own = sorted(f"{name}." for name in running.addresses.name_servers)
    assert sorted(record.to_text() for record in client.ask(parent, zone[1], "NS").authority[0]) == own
    lab.set_delegation(own[:1])
    assert [record.to_text() for record in client.ask(parent, zone[1], "NS").authority[0]] == own[:1]


def test_faults_can_be_read_and_cleared(lab: LabClient, server: str) -> None:
    lab.set_server_fault(server, ServerFault(lag_seconds=3))
    assert lab.faults().servers[server].lag_seconds == 3
    assert lab.clear_faults().servers[server] == ServerFault()


def test_the_addresses_of_a_deleted_load_balancer_are_gone_and_not_given_again(
    account: Account, running: RunningServer, client: Client, server: str
) -> None:
    first = account.cluster("amber", size=0)
    addresses = client.addresses(server, first.dns_name)
    account.elbv2.delete_load_balancer(LoadBalancerArn=first.load_balancer_arn)
    assert client.ask(server, first.dns_name).rcode() == dns.rcode.NXDOMAIN
    with pytest.raises(urllib.error.URLError, match="refused"):
        fetch(running, addresses[0])
    second = account.cluster("amber", size=0)
    assert not set(addresses) & set(client.addresses(server, second.dns_name))


def test_a_load_balancer_answers_as_one_of_its_healthy_targets(
    running: RunningServer, client: Client, server: str, green: Cluster
) -> None:
    for address in client.addresses(server, green.dns_name):
        status, headers, body = fetch(running, address)
        assert (status, headers["X-Colour"], headers["X-Release"]) == (200, "green", "2.0.0")
        assert body == {
            "colour": "green",
            "release": "2.0.0",
            "load_balancer": green.auto_scaling_group,
        }


def test_a_load_balancer_without_a_healthy_target_is_unavailable(
    running: RunningServer, lab: LabClient, account: Account, client: Client, server: str
) -> None:
    made = account.cluster("amber", release="9.9.9")
    (address, _) = client.addresses(server, made.dns_name)
    lab.set_broken_releases(["9.9.9"])
    assert fetch(running, address)[0] == 503


def set_fault(running: RunningServer, lab: LabClient, kind: str, fault: ServerFault) -> str:
    """Let the first server or resolver misbehave; returns its address."""
    if kind == "servers":
        address = running.addresses.server_addresses()[0]
        lab.set_server_fault(address, fault)
    else:
        address = running.addresses.resolvers[0]
        lab.set_resolver_fault(address, fault)
    return address


def fetch(running: RunningServer, address: str) -> tuple[int, dict[str, str], object]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{address}:{running.addresses.http_port}/any/path", timeout=60) as response:
            return response.status, dict(response.headers), json.load(response)
    except urllib.error.HTTPError as refused:
        return refused.code, dict(refused.headers), json.load(refused)
