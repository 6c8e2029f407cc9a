"""All checks of one colour at once: in order, reported, and closed to whatever cannot be read."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from cutover.checks import look as looking
from cutover.checks.candidate import Candidate, Edges, LiveNames
from cutover.checks.capacity import PAUSE_SECONDS
from cutover.checks.certificate import CertificateSeen
from cutover.checks.check import Check, lines, verdict, warnings
from cutover.checks.healing import GroupSeen, Size
from cutover.checks.http_request import Question
from cutover.checks.load_test import Asked, LoadTestSeen, Measure
from cutover.checks.look import look
from cutover.checks.probes import Answered
from cutover.checks.settled import ClusterSeen
from cutover.group_capacity import CapacitySeen, TargetHealth
from cutover.record_set import RecordSet
from propagation import Endpoint, Outcome
from propagation import Target as Watched
from tests.unit.outcomes import outcome
from tests.unit.record_sets import record
from tests.unit.stack_values import facts

ORDER = [
    *("awake", "capacity", "current", "settled", "probes", "release", "certificate", "offsite", "records", "dns"),
    "alike",
]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SHAPE = {"capacity": "2"}
RESOLVER = Endpoint("192.0.2.53")
TWO_ADDRESSES = Outcome.Said("", "", "expected", "answers", ("192.0.2.2", "192.0.2.1"))
CANDIDATE = Candidate(
    colour="violet",
    other_colour="amber",
    cluster=facts("violet", 2),
    names=("www.shop.example",),
    own_name="violet.www.shop.example",
    capacity=2,
    availability_zones=2,
    built=SHAPE,
    declared=SHAPE,
    other_built=SHAPE,
    certificate_arn="arn:of:certificate",
    port=443,
    health_path="/healthz",
    probes=5,
    latency_milliseconds=1000,
    release_header="X-Release",
    references=("/shop/a", "/shop/b"),
    door_parameter="/tag-team/violet",
    resolvers=(RESOLVER,),
    live=LiveNames(
        "shop.example",
        "Z1",
        {"www.shop.example": frozenset({"amber"})},
        {one: f"{one}.www.shop.example" for one in ("amber", "violet")},
        {one: f"{one}.elb.example" for one in ("amber", "violet")},
        53,
    ),
)
HELD = GroupSeen(Size(2, 2, 2), "ELB", ["arn:of:violet"])
IN_CHARGE = Outcome.Said("", "", "expected", "answers amber", ("192.0.2.9",))
HEALTHY, SICK = TargetHealth("healthy"), TargetHealth("unhealthy")


def capacity_seen(*targets: TargetHealth) -> CapacitySeen:
    ids = [f"i-{number}" for number in range(len(targets))]
    zones = {instance: "ab"[number % 2] for number, instance in enumerate(ids)}
    return CapacitySeen("violet-group", frozenset(ids), dict(zip(ids, targets, strict=True)), zones)


@pytest.fixture(autouse=True)
def _one_trust(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is called over TLS here, so what is trusted is read once and not in every test."""
    monkeypatch.setattr(ssl, "create_default_context", trust)


@cache
def trust() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass
class Account:
    """An AWS in which violet is ready, or raises `errors` by the name of the question."""

    errors: Mapping[str, Exception] = field(default_factory=dict)
    capacities: Sequence[CapacitySeen] = (capacity_seen(HEALTHY, HEALTHY),)
    status: str = ""
    names: frozenset[str] = frozenset({"www.shop.example"})
    offsite: Mapping[str, str] = field(default_factory=dict)
    other_records: Sequence[RecordSet] = ()
    door_is_there: bool = True
    evidence: LoadTestSeen = field(default_factory=lambda: LoadTestSeen(None, NOW, None))
    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def _note(self, *question: Any) -> None:
        self.asked.append(question)
        if question[0] in self.errors:
            raise self.errors[question[0]]

    def exists(self, parameter: str) -> bool:
        self._note("door", parameter)
        return self.door_is_there

    def capacity(self, group: str, region: str | None = None) -> CapacitySeen:
        self._note("capacity", group, region)
        number = len([question for question in self.asked if question[0] == "capacity"])
        return self.capacities[min(number, len(self.capacities)) - 1]

    def cluster(self, group: str, target_group_arn: str, region: str) -> ClusterSeen:
        self._note("cluster", group, target_group_arn, region)
        return ClusterSeen({"violet.elb.example": "active"}, self.status, {"i-0": "InService"}, {}, HELD)

    def certificate(self, arn: str) -> CertificateSeen:
        self._note("certificate", arn)
        return CertificateSeen(arn, "ISSUED", self.names, NOW + timedelta(days=365), NOW)

    def offsite_error(self, reference: str, region: str) -> str:
        self._note("offsite", reference, region)
        return self.offsite.get(reference, "")

    def record_sets(self, zone_id: str, names: Sequence[str]) -> Mapping[str, Sequence[RecordSet]]:
        self._note("records", zone_id, *names)
        return {name: [record("A", "weighted", "amber"), *self.other_records] for name in names}

    def name_servers(self, zone_id: str) -> tuple[str, ...]:
        self._note("name_servers", zone_id)
        return ("ns-1.example.net",)

    def load_test(self, parameter: str, group: str, region: str) -> LoadTestSeen:
        self._note("load_test", parameter, group, region)
        return self.evidence


@dataclass
class World:
    """Resolvers that know the load balancer and addresses that answer well, unless told otherwise."""

    answer: Outcome.Said = TWO_ADDRESSES
    status: int = 200
    release: str = "1.0.0"
    error: Exception | None = None
    slept: list[float] = field(default_factory=list)
    asked: list[tuple[Sequence[str], Question, int, int]] = field(default_factory=list)
    resolved: list[Watched] = field(default_factory=list)
    said: Outcome.Said = IN_CHARGE
    watched: list[Watched] = field(default_factory=list)

    async def ask_all(
        self, addresses: Sequence[str], question: Question, times: int, latency_milliseconds: int
    ) -> list[Answered]:
        self.asked.append((addresses, question, times, latency_milliseconds))
        if self.error:
            raise self.error
        headers = {"x-release": self.release}
        return [Answered(a, 10, self.status, headers=headers) for a in addresses for _ in range(times)]

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def glance(self, target: Watched, deadline_seconds: float, is_enough: Callable[[Outcome], bool]) -> Outcome:
        assert deadline_seconds > 0
        if target.agreement:
            self.resolved.append(target)
            return outcome(said_by_resolvers=(replace(self.answer, server=str(RESOLVER)),))
        self.watched.append(target)
        seen = outcome(
            said_by_servers=tuple(
                replace(self.said, server="ns-1.example.net (192.0.2.3)", name=name) for name in target.names
            ),
            said_by_resolvers=tuple(replace(self.said, server=str(RESOLVER), name=name) for name in target.names),
        )
        assert is_enough(seen) == (self.said.verdict == "expected")
        return seen

    def edges(self) -> Edges:
        return Edges(self.ask_all, self.sleep, self.glance)


def run(
    candidate: Candidate = CANDIDATE,
    account: Account | None = None,
    world: World | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> tuple[Check, ...]:
    return asyncio.run(look(candidate, account or Account(), report, (world or World()).edges()))


def failed(found: tuple[Check, ...]) -> dict[str, str]:
    """Name of each check that does not hold to what it saw; all checks have to be there."""
    assert [check.name for check in found] == ORDER
    return {check.name: check.seen for check in found if not check.holds}


def test_a_colour_that_is_ready_holds_every_check() -> None:
    assert failed(run()) == {}


def test_of_a_colour_that_is_asleep_nothing_is_asked() -> None:
    account = Account()
    (awake,) = run(replace(CANDIDATE, cluster=None), account)
    assert (awake.name, awake.holds) == ("awake", False)
    assert awake.seen.startswith("violet is asleep or was never built")
    assert account.asked == []


def test_the_door_is_asked_for_when_all_else_is_known() -> None:
    account = Account()
    run(account=account)
    assert account.asked[-1] == ("door", "/tag-team/violet")


def test_awake_alone_asks_for_the_door_and_nothing_else() -> None:
    account = Account()
    assert asyncio.run(looking.awake_alone(CANDIDATE, account)) == run()[0]
    assert account.asked == [("door", "/tag-team/violet")]


def test_a_door_that_cannot_be_read_is_closed() -> None:
    bad = failed(run(account=Account({"door": OSError("AccessDenied: not for you")})))
    assert bad == {"awake": "/tag-team/violet cannot be read: AccessDenied: not for you"}
    assert failed(run(account=Account({"door": ValueError()})))["awake"].endswith("cannot be read: ValueError")


def test_a_zone_that_is_out_refuses_no_tag_back_and_anything_else() -> None:
    in_one_zone = replace(capacity_seen(HEALTHY, HEALTHY), zones={"i-0": "b", "i-1": "b"})
    assert "in 1 zones (b)" in failed(run(account=Account(capacities=[in_one_zone])))["capacity"]
    tag_back = run(replace(CANDIDATE, may_lack_zones=True), Account(capacities=[in_one_zone]))
    assert "capacity" not in failed(tag_back)
    (seen,) = [check.seen for check in tag_back if check.name == "capacity"]
    assert "in 1 zones (b) of 2, which refuses no tag-back" in seen


def test_of_a_tag_back_whose_instances_are_short_zones_are_no_excuse() -> None:
    short = Account(capacities=[replace(capacity_seen(HEALTHY, SICK), zones={"i-0": "b"})])
    assert "capacity" in failed(run(replace(CANDIDATE, may_lack_zones=True), short))
    nowhere = Account(capacities=[replace(capacity_seen(HEALTHY, HEALTHY), zones={})])
    assert "capacity" in failed(run(replace(CANDIDATE, may_lack_zones=True), nowhere))


FAULTS: list[tuple[str, Candidate, Account, World]] = [
    ("awake", CANDIDATE, Account(door_is_there=False), World()),
    ("capacity", CANDIDATE, Account(capacities=[capacity_seen(HEALTHY, SICK)]), World()),
    ("capacity", replace(CANDIDATE, availability_zones=3), Account(), World()),
    ("current", replace(CANDIDATE, declared={"capacity": "4"}), Account(), World()),
    ("settled", CANDIDATE, Account(status="Delete in progress"), World()),
    ("probes", replace(CANDIDATE, release_header=None), Account(), World(status=503)),
    ("probes", replace(CANDIDATE, release_header=None), Account(), World(Outcome.Said("", "", "negative", "NXDOMAIN"))),
    ("release", CANDIDATE, Account(), World(release="0.9.0")),
    ("certificate", CANDIDATE, Account(names=frozenset({"shop.example"})), World()),
    ("offsite", CANDIDATE, Account(offsite={"/shop/b": "ParameterNotFound"}), World()),
    ("records", CANDIDATE, Account(other_records=[record("AAAA", "simple", "", ("2001:db8::1",))]), World()),
    ("dns", CANDIDATE, Account(), World(said=replace(IN_CHARGE, verdict="other"))),
    ("dns", CANDIDATE, Account(), World(said=replace(IN_CHARGE, verdict="no_answer"))),
    ("alike", replace(CANDIDATE, other_built={"capacity": "4"}), Account(), World()),
]


@pytest.mark.parametrize(("name", "candidate", "account", "world"), FAULTS)
def test_each_check_fails_alone(name: str, candidate: Candidate, account: Account, world: World) -> None:
    assert list(failed(run(candidate, account, world))) == [name]


@pytest.mark.parametrize(
    ("question", "check"),
    [
        *(("capacity", "capacity"), ("cluster", "settled"), ("certificate", "certificate"), ("offsite", "offsite")),
        *(("records", "records"), ("name_servers", "dns")),
    ],
)
@pytest.mark.parametrize("error", [OSError("AccessDenied: not for you"), KeyError("Status"), ValueError()])
def test_what_cannot_be_read_does_not_hold_and_shows_its_error(question: str, check: str, error: Exception) -> None:
    bad = failed(run(account=Account({question: error})))
    assert bad == {check: f"cannot be read: {str(error) or type(error).__name__}"}


def test_probes_that_break_fail_both_checks_that_need_them() -> None:
    bad = failed(run(world=World(error=RuntimeError("broken"))))
    assert bad == {"probes": "cannot be read: broken", "release": "cannot be read: broken"}


def test_a_name_without_addresses_is_told_with_what_each_resolver_said() -> None:
    bad = failed(run(world=World(Outcome.Said("", "", "failure", "SERVFAIL"))))
    assert bad["probes"] == "no address of violet.elb.example is to be had (192.0.2.53: SERVFAIL)"
    assert bad["release"] == "no good answer that could have X-Release"


def test_an_aws_that_hangs_fails_its_check_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "READ_SECONDS", 2.0)
    done = threading.Event()

    class Hanging(Account):
        def offsite_error(self, reference: str, region: str) -> str:
            done.wait(60)
            return super().offsite_error(reference, region)

    async def look_and_let_go() -> tuple[Check, ...]:
        try:
            return await look(CANDIDATE, Hanging(), lambda _: None, World().edges())
        finally:
            done.set()

    bad = failed(asyncio.run(look_and_let_go()))
    assert bad == {"offsite": "/shop/a: no answer within 2 s; /shop/b: no answer within 2 s"}


def test_the_capacity_is_looked_at_three_times_with_pauses() -> None:
    account, world = Account(), World()
    run(account=account, world=world)
    assert account.asked.count(("capacity", "violet-group", "eu-central-1")) == 3
    assert world.slept == [PAUSE_SECONDS, PAUSE_SECONDS]


def test_a_target_that_flaps_fails_the_capacity_and_is_not_looked_at_on() -> None:
    full = capacity_seen(HEALTHY, HEALTHY)
    account, world = Account(capacities=[full, capacity_seen(HEALTHY, SICK), full]), World()
    assert "in look 2 of 3" in failed(run(account=account, world=world))["capacity"]
    assert world.slept == [PAUSE_SECONDS]


def test_one_sample_is_enough_where_that_is_asked_for() -> None:
    world = World()
    assert failed(run(replace(CANDIDATE, samples=1), world=world)) == {}
    assert world.slept == []


def test_the_addresses_of_the_load_balancer_are_asked_under_the_colours_own_name() -> None:
    world = World()
    run(replace(CANDIDATE, port=8443), world=world)
    ((addresses, question, times, latency),) = world.asked
    (asked,) = world.resolved
    assert (asked.names, asked.rdtype) == (("violet.elb.example",), "A")
    assert (asked.resolvers, asked.private) == ((RESOLVER,), True)
    assert addresses == ("192.0.2.1", "192.0.2.2")
    assert question.url == "https://violet.www.shop.example:8443/healthz"
    assert (times, latency, question.timeout_seconds) == (5, 1000, 3.0)


def test_without_https_there_is_no_certificate_and_no_tls() -> None:
    account, world = Account(), World()
    assert failed(run(replace(CANDIDATE, certificate_arn=None, port=80), account, world)) == {}
    assert world.asked[0][1].tls is None
    assert world.asked[0][1].url == "http://violet.www.shop.example/healthz"
    assert "certificate" not in {question[0] for question in account.asked}


def test_when_the_other_colour_is_asleep_there_is_nothing_to_be_alike() -> None:
    found = run(replace(CANDIDATE, other_built=None))
    assert [check.name for check in found] == ORDER[:-1]


def test_what_is_still_under_way_is_reported_from_the_start() -> None:
    reports: list[str] = []
    run(report=reports.append)
    assert reports[0] == (
        "checking violet: capacity, settled, probes, release, certificate, offsite, records, dns still under way"
    )
    assert len(reports) == 7
    assert [len(text) for text in reports] == sorted((len(text) for text in reports), reverse=True)


def test_dns_is_asked_by_the_watch_of_the_tag_in_about_who_is_in_charge() -> None:
    account, world = Account(), World()
    run(account=account, world=world)
    (target,) = world.watched
    assert ("name_servers", "Z1") in account.asked
    assert (target.names, target.expected, target.zone) == (("www.shop.example",), "amber", "shop.example")
    assert (target.ns_names, target.resolvers, target.private) == (("ns-1.example.net",), (RESOLVER,), False)
    assert target.answers == {one: f"{one}.www.shop.example" for one in ("amber", "violet")}
    assert target.sources == {one: f"{one}.elb.example" for one in ("amber", "violet")}


def test_records_are_read_of_the_live_names_and_of_those_between_them_and_the_zone() -> None:
    account = Account()
    run(replace(CANDIDATE, names=("www.eu.shop.example", "shop.example")), account)
    assert ("records", "Z1", "www.eu.shop.example", "shop.example", "eu.shop.example") in account.asked


def test_nobody_is_asked_about_a_name_that_may_not_be_there_yet() -> None:
    world, names = World(), ("www.shop.example", "api.shop.example", "web.shop.example")
    carriers = {names[0]: frozenset({"amber"}), names[1]: frozenset[str](), names[2]: frozenset({"amber"})}
    run(replace(CANDIDATE, names=names, live=replace(CANDIDATE.live, carriers=carriers)), world=world)
    (target,) = world.watched
    assert (target.name, target.further) == (names[0], (names[2],))


def test_before_the_first_tag_in_the_colours_own_name_is_asked_about() -> None:
    world = World()
    live = replace(CANDIDATE.live, carriers={"www.shop.example": frozenset()})
    found = run(replace(CANDIDATE, live=live), world=world)
    assert "dns" not in failed(found)
    (target,) = world.watched
    assert (target.names, target.expected) == (("violet.www.shop.example",), "violet")
    (seen,) = [check.seen for check in found if check.name == "dns"]
    assert seen.endswith(
        "were asked about violet.www.shop.example and answer violet; nobody is in charge of www.shop.example yet"
    )


# The load test.

PASSED = Measure(100, 60, 99.9, 1000)


def load_test_of(asked: Asked, account: Account) -> Check:
    found = run(replace(CANDIDATE, load_test=asked), account)
    assert [check.name for check in found] == [*ORDER[:-1], "load-test", "alike"]
    (check,) = [check for check in found if check.name == "load-test"]
    return check


@pytest.mark.parametrize("required", [True, False])
def test_a_colour_without_a_load_test_is_refused_or_warned_of_as_the_config_says(required: bool) -> None:
    account = Account()
    check = load_test_of(Asked(PASSED, 24, required, "/load-test"), account)
    assert (check.holds, check.only_warns) == (False, not required)
    assert ("load_test", "/load-test", "violet-group", "eu-central-1") in account.asked


@pytest.mark.parametrize("required", [True, False])
def test_a_load_test_that_cannot_be_read_does_not_hold_and_refuses_only_where_it_is_required(required: bool) -> None:
    account = Account({"load_test": OSError("AccessDenied")})
    check = load_test_of(Asked(PASSED, 24, required, "/load-test"), account)
    assert (check.holds, check.only_warns, check.seen) == (False, not required, "cannot be read: AccessDenied")


@pytest.mark.parametrize("required", [True, False])
def test_without_a_peak_nothing_is_read_and_it_is_said_why(required: bool) -> None:
    account = Account()
    check = load_test_of(Asked(replace(PASSED, rps=0), 24, required, "/load-test"), account)
    assert "peakRps is not set" in check.seen
    assert "load_test" not in {question[0] for question in account.asked}
    assert check.holds == (not required)


def test_without_a_peak_an_optional_load_test_is_not_asked_and_nothing_is_warned_of() -> None:
    check = load_test_of(Asked(replace(PASSED, rps=0), 24, False, "/load-test"), Account())
    assert lines([check]) == ("load-test: not asked, peakRps is not set (loadTest: optional)",)
    assert warnings(verdict([check], tag_back=False, waived=frozenset())) == ()


def test_with_a_peak_an_optional_load_test_without_evidence_is_warned_of() -> None:
    check = load_test_of(Asked(PASSED, 24, False, "/load-test"), Account())
    (warned,) = warnings(verdict([check], tag_back=False, waived=frozenset()))
    assert warned.startswith("load-test does not hold: /load-test is not there")


def test_where_no_load_test_is_asked_for_nothing_is_read_or_said() -> None:
    account = Account()
    assert failed(run(account=account)) == {}
    assert "load_test" not in {question[0] for question in account.asked}
