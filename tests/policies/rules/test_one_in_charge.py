from typing import Any

import pytest
from pulumi_policy.proxy import UnknownValueError

from policies.one_in_charge import (
    every_name_has_the_same_colours,
    inside_the_set,
    named_by_a_colour,
    one_in_charge,
    one_switch,
    weighted_as_declared,
)
from policies.resource import Resource
from tests.policies.rules.declared import RECORD, UNKNOWN, defaults, resource, said_of_stack

WWW, API = "www.shop.example", "api.shop.example"
OURS = defaults(one_in_charge, names=[WWW], colours=["amber", "violet"])


def record(colour: str, weight: float, name: str = WWW, **props: Any) -> Resource:
    weighted = {"setIdentifier": colour, "weightedRoutingPolicies": [{"weight": weight}]}
    return resource(RECORD, f"{name}-{colour}", "live", **{"name": name, "type": "A", **weighted, **props})


def ready(**shares: float) -> Resource:
    """The marker of a tag-in."""
    return resource("pulumi:index:Stash", "ready", "live", input={"active": "amber", "shares": shares})


@pytest.mark.parametrize("weights", [(100.0, 0.0), (0.0, 100.0)])
def test_one_colour_with_all_of_the_weight_passes(weights: tuple[float, float]) -> None:
    records = record("amber", weights[0]), record("violet", weights[1])
    assert said_of_stack(weighted_as_declared, *records, **OURS) == []


@pytest.mark.parametrize("weights", [(100.0, 100.0), (0.0, 0.0), (50.0, 50.0), (100.0, 5.0), (255.0, 0.0)])
def test_any_other_weights_are_refused_with_those_seen(weights: tuple[float, float]) -> None:
    records = record("amber", weights[0]), record("violet", weights[1])
    assert said_of_stack(weighted_as_declared, *records, **OURS) == [
        f"the weights of {WWW} (A) are not those of one colour in charge: "
        f"amber {weights[0]:.0f}, violet {weights[1]:.0f}"
    ]


@pytest.mark.parametrize("share", [5.0, 100.0])
def test_a_share_passes_when_it_was_declared_and_in_no_other_case(share: float) -> None:
    records, declared = (record("amber", 100.0), record("violet", share)), {**OURS, "shareWeight": share}
    assert said_of_stack(weighted_as_declared, *records, **declared) == []
    assert said_of_stack(weighted_as_declared, *records, ready(amber=100.0, violet=share), **declared) == []
    assert len(said_of_stack(weighted_as_declared, *records, ready(amber=100.0, violet=share), **OURS)) == 1
    assert len(said_of_stack(weighted_as_declared, *records, ready(amber=100.0), **declared)) == 1
    assert len(said_of_stack(weighted_as_declared, *records, ready(amber=100.0, violet=25.0), **declared)) == 1


def test_a_declared_share_may_still_be_left_out() -> None:
    records = record("amber", 100.0), record("violet", 0.0), ready(amber=100.0)
    assert said_of_stack(weighted_as_declared, *records, **{**OURS, "shareWeight": 5.0}) == []


def test_the_colour_that_a_tag_in_was_for_is_the_one_with_the_weight() -> None:
    records = record("amber", 0.0), record("violet", 100.0)
    assert len(said_of_stack(weighted_as_declared, *records, ready(amber=100.0), **OURS)) == 1
    assert len(said_of_stack(weighted_as_declared, record("violet", 0.0), ready(amber=100.0), **OURS)) == 1


def test_two_names_in_the_charge_of_two_colours_are_refused() -> None:
    records = [record("amber", 100.0), record("violet", 0.0), record("amber", 0.0, API), record("violet", 100.0, API)]
    assert len(said_of_stack(weighted_as_declared, *records, **OURS)) == 1
    (finding,) = said_of_stack(weighted_as_declared, *records, ready(amber=100.0), **OURS)
    assert finding.startswith(f"the weights of {API} (A) ")


def test_a_weight_that_is_not_known_yet_cannot_be_checked() -> None:
    unknown = record("amber", 0.0, weightedRoutingPolicies=[{"weight": UNKNOWN}])
    with pytest.raises(UnknownValueError):
        said_of_stack(weighted_as_declared, unknown, **OURS)


@pytest.mark.parametrize("kind", ["A", "AAAA", "CNAME", "HTTPS"])
def test_a_record_of_a_live_name_outside_of_its_set_is_refused(kind: str) -> None:
    beside = resource(RECORD, "beside", "live", name="WWW.shop.example.", type=kind)
    assert said_of_stack(inside_the_set, beside, **OURS) == [
        f"a record of the live name WWW.shop.example. is outside of its weighted set: {kind} without weight"
    ]


BOTH = defaults(one_in_charge, names=[WWW, API], colours=["amber", "violet"])


def further(to: str = WWW, zone: str = "ZONE", **props: Any) -> Resource:
    """The record of the further name."""
    alias = {"name": to, "zoneId": zone, "evaluateTargetHealth": False}
    return resource(RECORD, API, "live", **{"name": API, "type": "A", "zoneId": "ZONE", "aliases": [alias], **props})


def test_a_further_name_that_follows_the_first_is_covered_by_its_colours() -> None:
    records = record("amber", 100.0), record("violet", 0.0), further()
    for check in (inside_the_set, one_switch, weighted_as_declared, every_name_has_the_same_colours):
        assert said_of_stack(check, *records, **BOTH) == []
    assert said_of_stack(inside_the_set, further("WWW.shop.example."), **BOTH) == []


@pytest.mark.parametrize(
    "wrong",
    [
        further("amber.elb.example", "ZELB"),
        further(zone="ZOTHER"),
        further("other.shop.example"),
        further(type="AAAA"),
        further(aliases=[], ttl=60.0, records=["192.0.2.1"]),
        further(setIdentifier="x", latencyRoutingPolicies=[{"region": "eu-central-1"}]),
        further(aliases=[{"name": WWW, "zoneId": "ZONE", "evaluateTargetHealth": True}]),
    ],
)
def test_a_further_name_that_leads_elsewhere_is_outside_of_the_set_and_not_covered(wrong: Resource) -> None:
    assert len(said_of_stack(inside_the_set, wrong, **BOTH)) == 1
    (finding,) = said_of_stack(every_name_has_the_same_colours, record("amber", 100.0), wrong, **BOTH)
    assert finding.endswith(f"missing: {API}: no record at all")


def test_a_further_name_with_weights_of_its_own_is_refused() -> None:
    assert said_of_stack(one_switch, record("amber", 100.0), record("amber", 100.0, API), **BOTH) == [
        f"the live name {API} has weighted records of its own: setIdentifier: amber"
    ]
    assert said_of_stack(one_switch, record("amber", 100.0, API), **OURS) == []


def test_a_name_that_the_tag_in_leaves_out_need_not_be_covered_yet() -> None:
    marker = resource("pulumi:index:Stash", "ready", "live", input={"names": [WWW], "shares": {"amber": 100.0}})
    assert said_of_stack(every_name_has_the_same_colours, record("amber", 100.0), marker, **BOTH) == []
    marker = resource("pulumi:index:Stash", "ready", "live", input={"names": [WWW, API], "shares": {"amber": 100.0}})
    assert len(said_of_stack(every_name_has_the_same_colours, record("amber", 100.0), marker, **BOTH)) == 1


def test_records_that_lead_nobody_anywhere_and_those_of_other_names_pass() -> None:
    text = resource(RECORD, "text", "live", name=WWW, type="TXT")
    other = resource(RECORD, "other", "live", name=f"amber.{WWW}", type="A")
    assert said_of_stack(inside_the_set, text, other, record("amber", 100.0), **OURS) == []


def test_a_record_whose_name_is_not_known_yet_cannot_be_checked_unless_it_proves_a_certificate() -> None:
    certificate = resource("aws:acm/certificate:Certificate")
    proof = resource(RECORD, "proof", made_from={"name": [certificate]}, name=UNKNOWN, type=UNKNOWN)
    assert said_of_stack(inside_the_set, proof, certificate, **OURS) == []
    with pytest.raises(UnknownValueError):
        said_of_stack(inside_the_set, resource(RECORD, "some", name=UNKNOWN, type="A"), certificate, **OURS)


def test_a_set_identifier_that_is_no_colour_is_refused() -> None:
    assert said_of_stack(named_by_a_colour, record("amber", 100.0), **OURS) == []
    assert said_of_stack(named_by_a_colour, record("mauve", 0.0), **OURS) == [
        f"a weighted record of {WWW} belongs to no colour: setIdentifier: mauve"
    ]
    with pytest.raises(UnknownValueError):
        said_of_stack(named_by_a_colour, record("amber", 100.0, setIdentifier=UNKNOWN), **OURS)


def test_names_that_are_covered_by_the_same_colours_pass() -> None:
    records = [record(colour, 0.0, name) for name in (WWW, API) for colour in ("amber", "violet")]
    assert said_of_stack(every_name_has_the_same_colours, *records, **{**OURS, "names": [WWW, API]}) == []
    assert said_of_stack(every_name_has_the_same_colours, record("amber", 100.0), **OURS) == []


def test_a_name_that_a_colour_does_not_cover_is_named() -> None:
    records = record("amber", 100.0), record("violet", 0.0), record("amber", 100.0, API)
    assert said_of_stack(every_name_has_the_same_colours, *records, **OURS) == [
        f"the live names are not covered by the same colours: missing: {API} (A): violet"
    ]
    assert said_of_stack(every_name_has_the_same_colours, record("amber", 100.0), **{**OURS, "names": [WWW, API]}) == [
        f"the live names are not covered by the same colours: missing: {API}: no record at all"
    ]
