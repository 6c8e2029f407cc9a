"""The check `records`: what else is on a live name, and whether a zone of its own begins there."""

import pytest

from cutover.checks import records
from cutover.checks.check import Check
from cutover.record_set import RecordSet
from tests.unit.record_sets import record

NAMES = ("www.shop.example",)
ZONE = "shop.example"
PAIR = (record("A", "weighted", "amber", ("alias a.elb.example",)), record("A", "weighted", "violet"))


def found(*others: RecordSet, names: tuple[str, ...] = NAMES) -> Check:
    return records.check(dict.fromkeys(names, (*PAIR, *others)), names, ZONE, "Z1")


def test_weighted_a_sets_and_what_leads_no_client_are_fine() -> None:
    fine = [record(kind, "simple", "", ("anything",)) for kind in ("TXT", "MX", "CAA", "SRV", "DS")]
    assert found(*fine, record("A", "weighted", "before", ("192.0.2.1",))).holds
    top = [record(kind, "simple", "", ("anything",)) for kind in ("NS", "SOA", "MX", "TXT")]
    assert found(*top, names=(ZONE,)).holds


def test_a_name_without_any_record_is_fine() -> None:
    assert records.check({"www.shop.example": ()}, NAMES, ZONE, "Z1").holds


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (record("AAAA", "simple", "", ("2001:db8::1",)), "www.shop.example has AAAA 2001:db8::1"),
        (record("AAAA", "weighted", "violet", ("2001:db8::1",)), "has AAAA (weighted violet) 2001:db8::1"),
        (record("HTTPS", "simple", "", ("1 . alpn=h3",)), "www.shop.example has HTTPS 1 . alpn=h3"),
        (record("SVCB", "simple", "", ("1 x.example",)), "www.shop.example has SVCB 1 x.example"),
        (record("CNAME", "simple", "", ("x.example",)), "www.shop.example has CNAME x.example"),
        (record("A", "simple", "", ("192.0.2.1", "192.0.2.2")), "has A 192.0.2.1, 192.0.2.2"),
        (record("A", "latency", "eu", ("alias old.elb.example.",)), "has A (latency eu) alias old.elb.example."),
        (record("A", "failover", "main"), "has A (failover main)"),
        (record("A", "geolocation", "de"), "has A (geolocation de)"),
        (record("A", "multivalue answer", "one"), "has A (multivalue answer one)"),
        (record("A", "IP-based", "office"), "has A (IP-based office)"),
    ],
)
def test_whatever_leads_clients_elsewhere_is_named_with_its_value(one: RecordSet, said: str) -> None:
    bad = found(one)
    assert not bad.holds
    assert said in bad.seen
    assert "ResourceRecordSets[?Name=='www.shop.example.']" in bad.next_step
    assert "waive `records`" in bad.next_step


def test_only_the_names_at_fault_are_to_be_looked_at() -> None:
    seen = {"www.shop.example": PAIR, "api.shop.example": (*PAIR, record("AAAA", "simple", "", ("2001:db8::1",)))}
    bad = records.check(seen, tuple(seen), ZONE, "Z1")
    assert "api.shop.example" in bad.next_step
    assert "www.shop.example" not in bad.next_step


ALIAS = record("A", "simple", "", ("alias www.shop.example.",), "Z1")


def of_further(*there: RecordSet) -> Check:
    """The check of two names, of which the second has these record sets."""
    seen = {"www.shop.example": PAIR, "api.shop.example": there}
    return records.check(seen, tuple(seen), ZONE, "Z1")


def test_a_further_name_is_an_alias_of_the_first_in_its_zone_or_has_nothing_yet() -> None:
    assert of_further(ALIAS, record("TXT", "simple")).holds
    assert of_further().holds
    assert "and aliases of it on the other names" in of_further(ALIAS).allowed


@pytest.mark.parametrize(
    "wrong",
    [
        [record("A", "simple", "", ("192.0.2.1",))],
        [record("A", "simple", "", ("alias x.elb.example.",))],
        [record("A", "simple", "", ("alias www.shop.example.",), "ZOTHER")],
        [record("A", "weighted", "amber", ("alias www.shop.example.",), "Z1")],
        [ALIAS, record("AAAA", "simple", "", ("2001:db8::1",))],
        [record("CNAME", "simple", "", ("www.shop.example",))],
        PAIR,
    ],
)
def test_anything_else_on_a_further_name_is_named(wrong: list[RecordSet]) -> None:
    bad = of_further(*wrong)
    assert not bad.holds
    assert f"api.shop.example has {wrong[-1].in_short}" in bad.seen


def test_the_first_name_is_no_alias_of_itself() -> None:
    assert not records.check({"www.shop.example": (ALIAS,)}, NAMES, ZONE, "Z1").holds


def test_values_are_escaped_and_cut_short() -> None:
    bad = found(record("HTTPS", "simple", "", ("1 . \x1b[2J\n" + "x" * 500,)))
    assert "\\x1b[2J\\n" in bad.seen
    assert len(bad.seen) < 200


@pytest.mark.parametrize("names", [("www.shop.example",), ("a.b.www.shop.example",)])
def test_a_zone_of_its_own_at_a_live_name_or_above_it_is_named(names: tuple[str, ...]) -> None:
    cut = (record("NS", "simple", "", ("ns-1.other.example.",)),)
    seen = dict.fromkeys((*names, *records.between(names, ZONE)), PAIR) | {"www.shop.example": (*PAIR, *cut)}
    bad = records.check(seen, names, ZONE, "Z1")
    assert not bad.holds
    assert bad.seen == (
        "www.shop.example is a zone of its own (NS ns-1.other.example.), so what shop.example says of it reaches nobody"
    )
    assert "set `zone` in Pulumi.yaml" in bad.next_step


def test_what_was_not_read_is_an_error_and_not_nothing() -> None:
    with pytest.raises(KeyError):
        records.check({}, NAMES, ZONE, "Z1")


def test_the_names_between_a_live_name_and_its_zone() -> None:
    assert records.between(("www.shop.example", ZONE), ZONE) == ()
    assert records.between(("a.b.c.shop.example", "d.c.shop.example"), ZONE) == ("b.c.shop.example", "c.shop.example")
    assert records.between(("www.notshop.example",), ZONE) == ()
