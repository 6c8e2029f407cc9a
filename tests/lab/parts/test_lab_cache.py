"""What a resolver keeps and for how long, and what each server served when: with clocks that are numbers."""

import asyncio

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
import pytest
from dns.rdatatype import RdataType

from lab.aws.record_set import RecordSet
from lab.dns.cache import Cache
from lab.dns.outcome import SERVFAIL, Outcome
from lab.dns.resolver import CachingResolver
from lab.dns.timeline import Setting, Timeline
from lab.dns.truth import served
from lab.dns.world import History, World, Zone
from lab.messages import Served, ServerFault

QUESTION = ("www.example.test.", RdataType.A)
HEALTHY = Setting(0.0, ServerFault())


def answer(ttl: int, value: str = "192.0.2.1") -> Outcome:
    return Outcome(dns.rcode.NOERROR, (dns.rrset.from_text(QUESTION[0], ttl, "IN", "A", value),))


def test_an_entry_lasts_for_its_ttl_to_the_moment() -> None:
    cache = Cache(60)
    cache.put(QUESTION, answer(10), now=100.0)
    assert cache.get(QUESTION, 109.999, HEALTHY) is not None
    assert cache.get(QUESTION, 110.0, HEALTHY) is None


def test_the_ttl_served_is_what_is_left_rounded_down() -> None:
    entry = Cache(60).put(QUESTION, answer(10), now=100.0)
    assert [entry.aged(now).answer[0].ttl for now in (100.0, 100.1, 105.0, 109.9)] == [10, 9, 5, 0]


def test_a_denial_is_kept_for_the_bounded_ttl_of_its_soa() -> None:
    soa = dns.rrset.from_text("example.test.", 900, "IN", "SOA", "ns. host. 1 7200 900 1209600 86400")
    entry = Cache(negative_ttl_seconds=5).put(QUESTION, Outcome(dns.rcode.NXDOMAIN, (), (soa,)), now=100.0)
    assert entry.expires_at == 105.0


def test_a_failure_is_not_kept() -> None:
    cache = Cache(60)
    cache.put(QUESTION, SERVFAIL, now=100.0)
    assert cache.get(QUESTION, 100.0, HEALTHY) is None


def test_a_stuck_resolver_keeps_what_it_had_and_revives_nothing() -> None:
    cache = Cache(60)
    cache.put(QUESTION, answer(10), now=100.0)
    assert cache.get(QUESTION, 500.0, Setting(105.0, ServerFault(fault="stuck"), stuck_at=105.0)) is not None
    assert cache.get(QUESTION, 500.0, Setting(115.0, ServerFault(fault="stuck"), stuck_at=115.0)) is None


def test_a_resolver_with_a_lag_keeps_answers_that_much_too_long() -> None:
    cache = Cache(60)
    cache.put(QUESTION, answer(10), now=100.0)
    lagging = Setting(0.0, ServerFault(lag_seconds=5))
    assert cache.get(QUESTION, 114.9, lagging) is not None
    assert cache.get(QUESTION, 115.0, lagging) is None


class Upstream:
    """Name servers that answer from a table; None is one that does not answer."""

    def __init__(self, answers: dict[str, Outcome | None]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def ask(self, server: str, query: dns.message.Message) -> dns.message.Message:
        self.asked.append(server)
        await asyncio.sleep(0)
        outcome = self.answers[server]
        if outcome is None:
            raise dns.exception.Timeout
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        response.set_rcode(outcome.rcode)
        response.answer = list(outcome.answer)
        return response


def resolver(upstream: Upstream, now: list[float]) -> CachingResolver:
    servers = list(upstream.answers)
    return CachingResolver(lambda: servers, upstream.ask, lambda: Cache(60), Timeline(0.0), clock=lambda: now[0])


def test_many_clients_at_once_cost_one_question_upstream() -> None:
    upstream = Upstream({"one": answer(10)})
    subject = resolver(upstream, [100.0])

    async def many() -> list[Outcome]:
        name = dns.name.from_text(QUESTION[0])
        return list(await asyncio.gather(*(subject.outcome(name, RdataType.A) for _ in range(20))))

    outcomes = asyncio.run(many())
    assert upstream.asked == ["one"]
    assert [outcome.answer[0].ttl for outcome in outcomes] == [10] * 20


def test_a_resolver_asks_another_server_when_one_fails() -> None:
    upstream = Upstream({"silent": None, "failing": SERVFAIL, "good": answer(10)})
    outcome = asyncio.run(resolver(upstream, [100.0]).outcome(dns.name.from_text(QUESTION[0]), RdataType.A))
    assert outcome.rcode == dns.rcode.NOERROR


def test_a_resolver_fails_when_every_server_does() -> None:
    upstream = Upstream({"silent": None, "failing": SERVFAIL})
    outcome = asyncio.run(resolver(upstream, [100.0]).outcome(dns.name.from_text(QUESTION[0]), RdataType.A))
    assert outcome.rcode == dns.rcode.SERVFAIL
    assert sorted(upstream.asked) == ["failing", "silent"]


def world(address: str) -> World:
    soa = RecordSet("example.test.", "SOA", 900, ("ns. host. 1 7200 900 1209600 86400",))
    return World((Zone("example.test.", (soa, RecordSet(QUESTION[0], "A", 60, (address,)))),))


@pytest.fixture
def history() -> History:
    """192.0.2.1 from the start, 192.0.2.2 from second 100 on."""
    past = History(0.0, world("192.0.2.1"))
    past.add(100.0, world("192.0.2.2"))
    return past


def old_and_new(since_old: float, since_new: float) -> list[Served]:
    return [Served(since_old, "none", {"192.0.2.1": 1.0}), Served(since_new, "none", {"192.0.2.2": 1.0})]


def test_history_knows_what_was_current_when(history: History) -> None:
    assert history.at(99.9) == world("192.0.2.1")
    assert history.at(100.0) == world("192.0.2.2")
    assert history.at(-1.0) == world("192.0.2.1")


def test_a_change_that_changes_nothing_is_not_in_the_history(history: History) -> None:
    history.add(200.0, world("192.0.2.2"))
    assert history.starts() == [0.0, 100.0]


def test_a_server_without_faults_serves_a_change_at_once(history: History) -> None:
    assert served(history, Timeline(0.0), QUESTION[0], now=200.0) == old_and_new(0.0, 100.0)


def test_a_lagging_server_serves_a_change_later(history: History) -> None:
    timeline = Timeline(0.0)
    timeline.set(50.0, ServerFault(lag_seconds=30))
    assert served(history, timeline, QUESTION[0], now=200.0) == old_and_new(0.0, 130.0)


def test_a_stuck_server_serves_a_change_when_it_is_healed(history: History) -> None:
    timeline = Timeline(0.0)
    timeline.set(90.0, ServerFault(fault="stuck"))
    timeline.set(150.0, ServerFault())
    last = served(history, timeline, QUESTION[0], now=200.0)[-2:]
    assert last == [Served(90.0, "stuck", {"192.0.2.1": 1.0}), Served(150.0, "none", {"192.0.2.2": 1.0})]


def test_a_server_stays_stuck_at_the_same_moment_when_another_setting_changes() -> None:
    timeline = Timeline(0.0)
    timeline.set(90.0, ServerFault(fault="stuck"))
    timeline.set(120.0, ServerFault(fault="stuck", slow_milliseconds=1))
    assert timeline.latest.source_time(500.0) == 90.0


def test_a_silent_server_serves_nothing(history: History) -> None:
    timeline = Timeline(0.0)
    timeline.set(150.0, ServerFault(fault="drop"))
    assert served(history, timeline, QUESTION[0], now=200.0)[-1] == Served(150.0, "drop", {})
