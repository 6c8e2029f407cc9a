"""What is there already is overwritten only when it points to what is this project's own."""

from typing import Any

import pytest

from cutover import strangers
from cutover.in_charge import Entry
from cutover.record_set import RecordSet
from cutover.refusal import Refusal
from tests.unit.zone_of import alias, simple

OWN, WWW, BALANCER = "amber.www.shop.example", "www.shop.example", "amber-1.elb.example"


def of(*contents: dict[str, Any]) -> list[RecordSet]:
    return [RecordSet.of(content) for content in contents]


def test_a_free_name_and_an_alias_to_a_load_balancer_of_its_own_may_be_made() -> None:
    for there in ((), (alias(OWN, BALANCER),), (alias(OWN, f"dualstack.{BALANCER.upper()}"),)):
        strangers.refuse_own_name(OWN, of(*there), [BALANCER], "ZONE")


def test_what_leads_nobody_anywhere_may_stay_beside_it() -> None:
    beside = of(simple(OWN, '0 issue "amazon.com"', kind="CAA"), simple(OWN, '"text"', kind="TXT"))
    strangers.refuse_own_name(OWN, beside, [], "ZONE")


@pytest.mark.parametrize(
    "there",
    [
        simple(OWN, "192.0.2.7"),
        simple(OWN, "x.example.", kind="CNAME"),
        simple(OWN, "2001:db8::1", kind="AAAA"),
        simple(OWN, "ns.example.", kind="NS"),
        alias(OWN, "another.elb.example"),
        alias(OWN, BALANCER, SetIdentifier="x", Weight=1),
    ],
    ids=["address", "cname", "aaaa", "delegation", "another load balancer", "weighted"],
)
def test_any_other_record_at_the_own_name_is_somebody_elses(there: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        strangers.refuse_own_name(OWN, of(there), [BALANCER], "ZONE")
    assert str(RecordSet.of(there)) in refused.value.seen
    assert '"Action": "DELETE"' in refused.value.next_step


def test_without_a_load_balancer_in_the_state_no_record_is_its_own() -> None:
    with pytest.raises(Refusal):
        strangers.refuse_own_name(OWN, of(alias(OWN, BALANCER)), [], "ZONE")


def test_a_record_set_with_a_colours_identifier_is_its_own_when_it_points_to_its_load_balancer() -> None:
    before = simple(WWW, "192.0.2.1") | {"SetIdentifier": "before", "Weight": 0}
    own = alias(WWW, BALANCER, SetIdentifier="amber", Weight=100)
    strangers.refuse_foreign_set("amber", WWW, of(before, own), BALANCER, "ZONE")
    assert strangers.points_to(of(before, own), "amber", BALANCER)
    foreign = alias(WWW, "another.elb.example", SetIdentifier="amber", Weight=7)
    with pytest.raises(Refusal) as refused:
        strangers.refuse_foreign_set("amber", WWW, of(before, foreign), BALANCER, "ZONE")
    assert "another.elb.example" in refused.value.seen
    assert '"SetIdentifier": "before"' in refused.value.next_step
    assert not strangers.points_to(of(before, foreign), "amber", BALANCER)


@pytest.mark.parametrize(
    "there",
    [
        simple(WWW, "192.0.2.1"),
        simple(WWW, "x.example.", kind="CNAME"),
        {**simple(WWW, "192.0.2.1"), "SetIdentifier": "x", "Region": "eu-west-1"},
    ],
    ids=["simple", "cname", "by latency"],
)
def test_beside_what_is_not_weighted_no_live_record_is_made(there: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match="no weighted one can stand"):
        strangers.refuse_unweighted(WWW, of(there))
    strangers.refuse_unweighted(WWW, of(alias(WWW, "x.elb.example", SetIdentifier="x", Weight=0)))
    strangers.refuse_unweighted(WWW, of(simple(WWW, "2001:db8::1", kind="AAAA"), simple(WWW, "t", kind="TXT")))


def test_a_colour_is_in_the_zone_when_its_own_name_is_its_own_there() -> None:
    strangers.refuse_built_elsewhere("amber", OWN, of(alias(OWN, BALANCER)), BALANCER, "ZONE")
    for there in ((), (alias(OWN, "another.elb.example"),), (simple(OWN, "192.0.2.7"),)):
        with pytest.raises(Refusal, match="was not built in the zone"):
            strangers.refuse_built_elsewhere("amber", OWN, of(*there), BALANCER, "ZONE")


def test_an_account_of_who_is_in_charge_is_its_own_when_it_names_one_of_the_clusters() -> None:
    strangers.refuse_foreign_account("/p", (), {"a-1"})
    strangers.refuse_foreign_account("/p", (Entry(1, "amber", group="x"), Entry(2, "amber", group="a-1")), {"a-1"})
    for group in ("x", ""):
        with pytest.raises(Refusal, match="not this project's"):
            strangers.refuse_foreign_account("/p", (Entry(1, "amber", group=group),), {"a-1"})
