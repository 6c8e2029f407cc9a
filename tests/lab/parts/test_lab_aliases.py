"""A name that is an alias to a weighted pair of its own zone: what the API takes, and what DNS answers."""

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import dns.message
import dns.query
import pytest
from botocore.exceptions import ClientError

from lab.client import Answers, LabClient, RunningServer, ServerFault
from tests.lab.parts.lab_account import Account, Cluster, alias, simple

LAG_SECONDS = 0.2
ALIAS_TTL = 1  # of the lab that tests/lab/parts/conftest.py starts
PATIENCE_SECONDS = 60.0
FURTHER_NAMES = ("api", "m", "shop")


@dataclass(frozen=True)
class Names:
    """A zone with a weighted pair, all weight on amber, and further names that are aliases to it."""

    account: Account
    zone_id: str
    zone: str
    balancers: Mapping[str, str]

    @property
    def first(self) -> str:
        return f"www.{self.zone}."

    @property
    def further(self) -> list[str]:
        return [f"{label}.{self.zone}." for label in FURTHER_NAMES]

    def pair(self, amber: int, green: int) -> list[dict[str, Any]]:
        weights = {"amber": amber, "green": green}
        return [alias(self.first, colour, weights[colour], target) for colour, target in self.balancers.items()]

    def weigh(self, amber: int, green: int) -> None:
        self.account.change(self.zone_id, *(("UPSERT", item) for item in self.pair(amber, green)))


def to_record(name: str, target: str, zone_id: str, health: bool = False) -> dict[str, Any]:
    """A plain alias to a record of a zone."""
    destination = {"HostedZoneId": zone_id, "DNSName": target, "EvaluateTargetHealth": health}
    return {"Name": name, "Type": "A", "AliasTarget": destination}


@pytest.fixture(scope="module")
def amber(account: Account) -> Cluster:
    return account.cluster("amber")


@pytest.fixture(scope="module")
def green(account: Account) -> Cluster:
    return account.cluster("green")


@pytest.fixture
def names(account: Account, amber: Cluster, green: Cluster) -> Names:
    zone_id, zone = account.zone()
    made = Names(account, zone_id, zone, {"amber": amber.dns_name, "green": green.dns_name})
    account.change(zone_id, *(("CREATE", item) for item in made.pair(100, 0)))
    account.change(zone_id, *(("CREATE", to_record(name, made.first, zone_id)) for name in made.further))
    return made


@pytest.fixture
def lab(running: RunningServer) -> Iterator[LabClient]:
    yield running.client
    running.client.clear_faults()


def point_anywhere(account: Account) -> list[str]:
    """What is said of aliases to nothing, to another zone, with its id, and to themselves; nothing if taken."""
    zone_id, zone = account.zone()
    other_id, other = account.zone()
    account.change(zone_id, ("CREATE", simple(f"there.{zone}", "192.0.2.1")))
    account.change(other_id, ("CREATE", simple(f"there.{other}", "192.0.2.1")))
    said = []
    for name, target, target_zone in (
        ("missing", f"gone.{zone}", zone_id),
        ("elsewhere", f"there.{other}", other_id),
        ("foreign-id", f"there.{zone}", other_id),
        ("itself", f"itself.{zone}", zone_id),
    ):
        try:
            account.change(zone_id, ("CREATE", to_record(f"{name}.{zone}", target, target_zone)))
        except ClientError as refused:
            said.append(str(refused))
    return said


def test_moto_lets_an_alias_point_anywhere(moto: Account) -> None:
    assert point_anywhere(moto) == []


def test_an_alias_that_points_to_nothing_elsewhere_or_to_itself_is_refused(account: Account) -> None:
    said = point_anywhere(account)
    assert len(said) == 4
    assert all("InvalidChangeBatch" in message and "but that target was not found" in message for message in said)


@pytest.mark.parametrize("wrong", [{"HostedZoneId": "Z2P70J7EXAMPLE"}, {"EvaluateTargetHealth": True}])
def test_an_alias_is_deleted_by_all_it_says_and_nothing_less(names: Names, wrong: dict[str, object]) -> None:
    told = to_record(names.further[0], names.first, names.zone_id)
    told["AliasTarget"] |= wrong
    with pytest.raises(ClientError, match="values provided do not match the current values"):
        names.account.change(names.zone_id, ("DELETE", told))


def test_the_zone_id_of_a_load_balancer_is_its_own_and_not_that_of_the_records_zone(names: Names) -> None:
    wrong = to_record(f"new.{names.zone}", names.balancers["amber"], names.zone_id)
    with pytest.raises(ClientError, match="the alias target name does not lie within the target zone"):
        names.account.change(names.zone_id, ("CREATE", wrong))


def test_a_load_balancer_that_is_gone_is_no_target_any_more(names: Names, lab: LabClient) -> None:
    account, balancer = names.account, names.account.load_balancer()
    there = alias(f"new.{names.zone}", "amber", 100, balancer)
    account.change(names.zone_id, ("CREATE", there))
    account.delete_load_balancer(balancer)
    with pytest.raises(ClientError, match="but that target was not found"):
        account.change(names.zone_id, ("UPSERT", {**there, "Weight": 7}))
    assert not any(each[-1].always_lead_somewhere for each in lab.answers_over_time(f"new.{names.zone}").values())
    account.change(names.zone_id, ("DELETE", there))


def let_a_server_lag(lab: LabClient, running: RunningServer) -> list[str]:
    """The addresses of all servers; one of them serves the past."""
    servers = running.addresses.server_addresses()
    time.sleep(2 * LAG_SECONDS)  # the zone itself must be older than the lag
    lab.set_server_fault(servers[1], ServerFault(lag_seconds=LAG_SECONDS))
    return servers


def test_further_names_answer_as_the_pair_does_at_every_moment_and_on_every_server(
    names: Names, lab: LabClient, running: RunningServer
) -> None:
    let_a_server_lag(lab, running)
    began = time.time()
    for weights in ((0, 100), (100, 100), (0, 0), (25, 75)):
        names.weigh(*weights)
    time.sleep(2 * LAG_SECONDS)  # so that the server that lags is there too

    def since(intervals: list[Answers]) -> list[tuple[float, Any]]:
        return [(item.since, item.answers) for item in intervals if item.since > began]

    of_first = lab.answers_over_time(names.first)
    assert {tuple(answer.chance for answer in each[-1].answers) for each in of_first.values()} == {(0.75, 0.25)}
    assert {answer.ttl_seconds for each in of_first.values() for answer in each[-1].answers} == {ALIAS_TTL}
    for name in names.further:
        found = lab.answers_over_time(name)
        assert {server: since(each) for server, each in found.items()} == {
            server: since(each) for server, each in of_first.items()
        }


def asked(running: RunningServer, server: str, name: str) -> tuple[str, ...]:
    """The addresses that a server answers."""
    query = dns.message.make_query(name, "A")
    response = dns.query.udp(query, server, port=running.addresses.dns_port, timeout=PATIENCE_SECONDS)
    return tuple(sorted(record.to_text() for records in response.answer for record in records))


def test_all_names_switch_in_the_same_instant_on_each_server(
    names: Names, lab: LabClient, running: RunningServer
) -> None:
    servers = let_a_server_lag(lab, running)
    seen: dict[str, list[tuple[str, ...]]] = {server: [] for server in servers}
    before, switched = threading.Barrier(len(servers) + 1), threading.Event()

    def sample(server: str) -> None:
        every, until = [names.first, *names.further], time.monotonic() + PATIENCE_SECONDS
        seen[server] += [asked(running, server, name) for name in every]
        before.wait(PATIENCE_SECONDS)
        while not (switched.is_set() and seen[server][-1] != seen[server][0]) and time.monotonic() < until:
            seen[server] += [asked(running, server, name) for name in every]

    samplers = [threading.Thread(target=sample, args=(server,)) for server in servers]
    for sampler in samplers:
        sampler.start()
    before.wait(PATIENCE_SECONDS)
    names.weigh(0, 100)
    switched.set()
    for sampler in samplers:
        sampler.join()
    for answers in seen.values():
        old, new = answers[0], answers[-1]
        assert old != new
        assert answers == [old] * answers.count(old) + [new] * answers.count(new), "never the old one after the new one"


def test_an_alias_to_a_wildcard_is_listed_as_route_53_writes_it_and_answers_as_the_wildcard(
    names: Names, lab: LabClient
) -> None:
    wildcard, name = f"*.{names.zone}", f"to-it.{names.zone}."
    names.account.change(names.zone_id, ("CREATE", to_record(wildcard, names.first, names.zone_id)))
    names.account.change(names.zone_id, ("CREATE", to_record(name, wildcard, names.zone_id)))
    (made,) = [item for item in names.account.record_sets(names.zone_id) if item["Name"] == name]
    assert made["AliasTarget"]["DNSName"] == f"\\052.{names.zone}."
    of_first = lab.answers_over_time(names.first)
    for server, found in lab.answers_over_time(name).items():
        assert found[-1].answers == of_first[server][-1].answers
    names.account.change(names.zone_id, ("DELETE", made))


def test_with_the_pair_deleted_its_aliases_stay_and_have_no_answer(names: Names, lab: LabClient) -> None:
    names.account.change(names.zone_id, *(("DELETE", item) for item in names.pair(100, 0)))
    left = {item["Name"] for item in names.account.record_sets(names.zone_id)}
    assert left == set(names.further)
    for found in lab.answers_over_time(names.further[0]).values():
        assert [answer.rcode for answer in found[-1].answers] == ["NOERROR"]
        assert not found[-1].always_lead_somewhere


@pytest.mark.parametrize("kind", ["simple", "weighted", "CNAME"])
def test_a_name_becomes_an_alias_to_the_pair_without_a_moment_of_no_answer(
    names: Names, lab: LabClient, kind: str
) -> None:
    account, name = names.account, f"old.{names.zone}."
    old = {
        "simple": [to_record(name, names.balancers["green"], "Z2P70J7EXAMPLE")],
        "weighted": [alias(name, colour, 100, target) for colour, target in names.balancers.items()],
        "CNAME": [simple(name, names.balancers["green"], kind="CNAME")],
    }[kind]
    account.change(names.zone_id, *(("CREATE", item) for item in old))
    began = time.time()
    new = to_record(name, names.first, names.zone_id)
    if kind == "simple":
        account.change(names.zone_id, ("UPSERT", new))
    else:
        with pytest.raises(ClientError, match="InvalidChangeBatch"):
            account.change(names.zone_id, ("UPSERT", new))
        account.change(names.zone_id, *(("DELETE", item) for item in old), ("CREATE", new))
    of_first = lab.answers_over_time(names.first)
    for server, found in lab.answers_over_time(name).items():
        since = [item for item in found if item.until > began]
        assert len(since) >= 2
        assert all(item.always_lead_somewhere for item in since)
        assert since[-1].answers == of_first[server][-1].answers
