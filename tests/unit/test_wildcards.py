"""Whose answer a wildcard would not give any more, once something is made at or below a name."""

import json
import shlex
from typing import Any

import pytest

from cutover import wildcards
from cutover.refusal import Refusal
from tests.unit.zone_of import ZoneOf, alias, simple

APP, WWW = "app.shop.example", "www.shop.example"
WILD = simple("\\052.shop.example", "192.0.2.9")


def taken(zone: ZoneOf, *names: str) -> list[str]:
    return [one.name for one in wildcards.taken(names, zone.records)]


@pytest.mark.parametrize("page", [1, 300])
def test_a_name_that_only_a_wildcard_answers_is_taken_from_it(page: int) -> None:
    assert taken(ZoneOf(WILD, page=page), APP) == [APP]
    assert taken(ZoneOf(page=page), APP) == []
    assert taken(ZoneOf(simple("\\052.other.example", "192.0.2.9"), page=page), APP) == []


@pytest.mark.parametrize(
    "there",
    [simple(APP, "192.0.2.1"), simple(APP, "x", kind="TXT"), simple(f"_proof.{APP}", "x.", kind="CNAME")],
    ids=["a record", "a record of another type", "a record below it"],
)
def test_a_name_that_exists_has_no_answer_of_a_wildcard_to_lose(there: dict[str, Any]) -> None:
    assert taken(ZoneOf(WILD, there), APP) == []


def test_the_names_between_are_taken_too_and_the_top_of_the_zone_never_is() -> None:
    assert taken(ZoneOf(WILD), "a.b.shop.example") == ["b.shop.example", "a.b.shop.example"]
    assert taken(ZoneOf(WILD, simple("b.shop.example", "192.0.2.1")), "a.b.shop.example") == []
    assert taken(ZoneOf(WILD), "shop.example") == []


def test_only_the_wildcard_right_below_the_closest_name_that_exists_answers() -> None:
    """RFC 4592, section 2.2.1: `*.shop.example` says nothing of names below `b`, which exists."""
    below = simple("\\052.b.shop.example", "192.0.2.8")
    (found,) = wildcards.taken(["a.b.shop.example"], ZoneOf(WILD, below).records)
    assert found.name == "a.b.shop.example"
    assert [one.name for one in found.answers] == ["*.b.shop.example"]


def refusal(zone: ZoneOf, *names: str, live: tuple[str, ...] = ()) -> Refusal:
    with pytest.raises(Refusal) as refused:
        wildcards.refuse(wildcards.taken(names, zone.records), live, "ZONE")
    return refused.value


def batch(refused: Refusal) -> list[dict[str, Any]]:
    words = shlex.split(refused.next_step.partition(", then the same")[0])
    assert words[:5] == ["aws", "route53", "change-resource-record-sets", "--hosted-zone-id", "ZONE"]
    changes: list[dict[str, Any]] = json.loads(words[-1])["Changes"]
    assert {change["Action"] for change in changes} == {"CREATE"}
    return [change["ResourceRecordSet"] for change in changes]


def test_nothing_taken_is_nothing_refused() -> None:
    wildcards.refuse((), (), "ZONE")


def test_the_records_to_make_first_answer_the_same_of_every_type_and_below_the_name_too() -> None:
    wild = [simple("\\052.shop.example", "192.0.2.9", "192.0.2.8"), simple("\\052.shop.example", "it's", kind="TXT")]
    refused = refusal(ZoneOf(*wild), APP)
    assert APP in refused.problem
    assert "'*.shop.example' A ['192.0.2.9', '192.0.2.8']" in refused.seen
    assert batch(refused) == [{**content, "Name": name} for name in (APP, f"*.{APP}") for content in wild]


def test_a_live_name_gets_its_answer_as_a_set_of_weight_0_beside_which_a_tag_in_can_stand() -> None:
    own, below = batch(refusal(ZoneOf(WILD), APP, live=(APP,)))
    assert own == {**WILD, "Name": APP, "SetIdentifier": "before", "Weight": 0}
    assert below == {**WILD, "Name": f"*.{APP}"}


def test_an_alias_stays_an_alias_and_is_not_looked_at_for_health_at_weight_0() -> None:
    wild = alias("\\052.shop.example", "old.elb.example")
    own, below = batch(refusal(ZoneOf(wild), APP, live=(APP,)))
    assert own["AliasTarget"] == {**wild["AliasTarget"], "EvaluateTargetHealth": False}
    assert below["AliasTarget"] == wild["AliasTarget"]


def test_sets_that_have_weights_keep_them() -> None:
    wild = [{**WILD, "SetIdentifier": str(weight), "Weight": weight} for weight in (1, 2)]
    found = batch(refusal(ZoneOf(*wild), APP, live=(APP,)))
    assert [(one["SetIdentifier"], one["Weight"]) for one in found] == [("1", 1), ("2", 2)] * 2
