"""How a question is answered from the record sets, without any server."""

import random
from collections import Counter
from collections.abc import Sequence

import dns.name
import dns.rcode
from dns.rdatatype import RdataType

from lab.aws.record_set import RecordSet
from lab.dns.lookup import denial, look_up, probabilities
from lab.dns.outcome import Outcome
from lab.dns.world import Host, World, Zone

WWW = "www.example.test."
ONE, TWO = "one-1.eu-central-1.elb.amazonaws.com.", "two-1.eu-central-1.elb.amazonaws.com."


def alias(identifier: str, weight: int, target: str) -> RecordSet:
    return RecordSet("www.example.test.", "A", set_identifier=identifier, weight=weight, alias=target)


def world(*record_sets: RecordSet) -> World:
    apex = (
        RecordSet("example.test.", "NS", 172800, ("ns.awsdns-1.com.",)),
        RecordSet("example.test.", "SOA", 900, ("ns.awsdns-1.com. host.example. 1 7200 900 1209600 86400",)),
    )
    hosts = {
        ONE: Host(("127.64.0.1", "127.64.0.2"), 60),
        TWO: Host(("127.64.0.3",), 60),
        "ns.awsdns-1.com.": Host(("127.53.0.1", "::1"), 172800),
    }
    return World((Zone("example.test.", apex + record_sets),), hosts)


def ask(there: World, name: str, kind: RdataType = RdataType.A, seed: int = 1) -> Outcome:
    source = random.Random(seed)

    def choose(candidates: Sequence[RecordSet], weights: Sequence[float]) -> RecordSet:
        return source.choices(candidates, weights)[0]

    return look_up(there, dns.name.from_text(name), kind, choose, alias_ttl_seconds=60)


def values(outcome: Outcome) -> list[str]:
    return sorted(record.to_text() for records in outcome.answer for record in records)


def test_an_alias_answers_with_all_addresses_of_the_load_balancer_and_its_own_ttl() -> None:
    outcome = ask(world(alias("one", 100, ONE)), "www.example.test")
    assert values(outcome) == ["127.64.0.1", "127.64.0.2"]
    assert outcome.answer[0].ttl == 60


def test_weights_decide_how_often_each_is_chosen() -> None:
    there = world(alias("one", 75, ONE), alias("two", 25, TWO))
    seen = Counter(tuple(values(ask(there, "www.example.test", seed=seed))) for seed in range(2000))
    assert 0.70 < seen["127.64.0.1", "127.64.0.2"] / 2000 < 0.80


def test_a_weight_of_zero_is_never_chosen_beside_another() -> None:
    there = world(alias("one", 100, ONE), alias("two", 0, TWO))
    assert all(values(ask(there, "www.example.test", seed=seed)) != ["127.64.0.3"] for seed in range(300))


def test_all_weights_zero_means_all_evenly() -> None:
    there = world(alias("one", 0, ONE), alias("two", 0, TWO))
    assert probabilities(there, "www.example.test.") == {"127.64.0.1": 0.5, "127.64.0.2": 0.5, "127.64.0.3": 0.5}


def test_probabilities_follow_the_weights_and_leave_out_what_is_never_served() -> None:
    there = world(alias("one", 100, ONE), alias("two", 0, TWO))
    assert probabilities(there, "www.example.test.") == {"127.64.0.1": 1.0, "127.64.0.2": 1.0}


def test_an_alias_to_a_deleted_load_balancer_has_no_data() -> None:
    outcome = ask(world(alias("one", 100, "gone-1.eu-central-1.elb.amazonaws.com.")), "www.example.test")
    assert (outcome.rcode, values(outcome)) == (dns.rcode.NOERROR, [])
    assert outcome.authority[0].rdtype == RdataType.SOA


def test_an_alias_to_another_record_set_of_the_zone_has_its_values_and_ttl() -> None:
    target = RecordSet("origin.example.test.", "A", 30, ("192.0.2.7",))
    outcome = ask(world(alias("one", 1, "origin.example.test."), target), "www.example.test")
    assert (values(outcome), outcome.answer[0].ttl) == (["192.0.2.7"], 30)


def test_an_alias_to_a_weighted_pair_answers_as_the_pair_with_its_ttl() -> None:
    there = world(alias("one", 75, ONE), alias("two", 25, TWO), RecordSet("api.example.test.", "A", alias=WWW))
    assert probabilities(there, "api.example.test.") == probabilities(there, WWW)
    seen = [ask(there, "api.example.test", seed=seed) for seed in range(300)]
    assert {outcome.answer[0].ttl for outcome in seen} == {60}
    assert {tuple(values(outcome)) for outcome in seen} == {("127.64.0.1", "127.64.0.2"), ("127.64.0.3",)}
    assert {outcome.answer[0].name.to_text() for outcome in seen} == {"api.example.test."}


def test_an_alias_through_two_others_reaches_its_target() -> None:
    chain = (RecordSet("a.example.test.", "A", alias="b.example.test."), RecordSet("b.example.test.", "A", alias=WWW))
    there = world(alias("one", 1, ONE), *chain)
    assert values(ask(there, "a.example.test")) == ["127.64.0.1", "127.64.0.2"]


def test_aliases_in_a_circle_have_no_data() -> None:
    there = world(RecordSet("a.example.test.", "A", alias=WWW), RecordSet(WWW, "A", alias="a.example.test."))
    outcome = ask(there, "a.example.test")
    assert (outcome.rcode, values(outcome), probabilities(there, WWW)) == (dns.rcode.NOERROR, [], {})


def test_an_alias_stays_in_its_zone_though_there_is_one_below() -> None:
    parent = world(alias("one", 1, ONE), RecordSet("api.example.test.", "A", alias=WWW))
    there = World((*parent.zones, Zone(WWW, (RecordSet(WWW, "A", 30, ("192.0.2.7",)),))), parent.hosts)
    assert values(ask(there, "api.example.test")) == sorted(probabilities(there, "api.example.test."))
    assert probabilities(there, "api.example.test.") == {"127.64.0.1": 1.0, "127.64.0.2": 1.0}


def test_the_dualstack_name_of_a_load_balancer_is_the_same_one() -> None:
    assert len(values(ask(world(alias("one", 1, f"dualstack.{ONE}")), "www.example.test"))) == 2


def test_a_name_that_is_not_there_is_denied_with_the_soa() -> None:
    outcome = ask(world(), "nothing.example.test")
    assert outcome.rcode == dns.rcode.NXDOMAIN
    assert outcome.authority[0].ttl == 900


def test_a_type_that_is_not_there_is_no_data_and_not_a_denial() -> None:
    assert ask(world(alias("one", 1, ONE)), "www.example.test", RdataType.AAAA).rcode == dns.rcode.NOERROR


def test_a_name_with_only_names_below_it_exists() -> None:
    there = world(RecordSet("a.b.example.test.", "A", 30, ("192.0.2.7",)))
    assert ask(there, "b.example.test").rcode == dns.rcode.NOERROR


def test_a_cname_is_followed_within_the_zone() -> None:
    there = world(
        RecordSet("short.example.test.", "CNAME", 30, ("www.example.test",)),
        RecordSet("www.example.test.", "A", 300, ("192.0.2.7",)),
    )
    outcome = ask(there, "short.example.test")
    assert [records.rdtype for records in outcome.answer] == [RdataType.CNAME, RdataType.A]


def test_a_cname_out_of_the_zone_is_left_to_the_resolver() -> None:
    outcome = ask(world(RecordSet("short.example.test.", "CNAME", 30, (ONE,))), "short.example.test")
    assert (outcome.rcode, len(outcome.answer), outcome.authority) == (dns.rcode.NOERROR, 1, ())


def test_a_wildcard_answers_for_names_that_do_not_exist() -> None:
    there = world(RecordSet("*.example.test.", "A", 30, ("192.0.2.7",)))
    assert values(ask(there, "anything.example.test")) == ["192.0.2.7"]


def test_the_addresses_of_the_name_servers_are_answered() -> None:
    assert values(ask(world(), "ns.awsdns-1.com", RdataType.AAAA)) == ["::1"]


def test_a_load_balancer_that_is_not_there_is_denied() -> None:
    assert ask(world(), "gone-1.eu-central-1.elb.amazonaws.com").rcode == dns.rcode.NXDOMAIN


def test_a_name_of_no_zone_is_refused() -> None:
    outcome = ask(world(), "www.elsewhere.test")
    assert (outcome.rcode, outcome.authoritative) == (dns.rcode.REFUSED, False)


def test_the_case_of_the_question_is_kept_in_the_answer() -> None:
    assert ask(world(alias("one", 1, ONE)), "WwW.example.test").answer[0].name.to_text() == "WwW.example.test."


def test_a_name_lost_by_a_faulty_server_is_denied_as_the_zone_would() -> None:
    outcome = denial(world(), dns.name.from_text("www.example.test"), dns.rcode.NXDOMAIN)
    assert outcome.rcode == dns.rcode.NXDOMAIN
    assert outcome.authority
