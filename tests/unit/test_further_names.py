"""A further name is an alias of the first one; whatever else leads its clients is refused, with the batch to type."""

import json
import shlex
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutover import further_names
from cutover.further_names import Switch, astray
from cutover.owned import RECORD, Owned
from cutover.record_set import RecordSet
from cutover.refusal import Refusal
from tests.unit.zone_of import alias, simple

WWW, API, SHOP = "www.shop.example", "api.shop.example", "shop.example"
SWITCH = Switch(WWW, "ZONE")
RIGHT = {
    "Name": f"{API}.",
    "Type": "A",
    "AliasTarget": {"HostedZoneId": "ZONE", "DNSName": f"{WWW}.", "EvaluateTargetHealth": False},
}
PAIR = [
    alias(API, f"{name}.elb.example", SetIdentifier=name, Weight=of) for name, of in (("amber", 100), ("violet", 0))
]
CNAME = simple(API, "old.example.", kind="CNAME")
BESIDE = [simple(API, "2001:db8::1", kind="AAAA"), simple(API, "1 . alpn=h3", kind="HTTPS")]


def to(**changes: Any) -> dict[str, Any]:
    """The right alias with another target."""
    return {**RIGHT, "AliasTarget": {**RIGHT["AliasTarget"], **changes}}  # type: ignore[dict-item]  # a mapping


def seen(*contents: Mapping[str, Any], name: str = API) -> dict[str, list[RecordSet]]:
    return {WWW: [], name: [RecordSet.of(content) for content in contents]}


def refused(*contents: Mapping[str, Any]) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        further_names.refuse(astray(seen(*contents), [WWW, API], SWITCH, {API}), SWITCH)
    return refusal.value


def batch(refusal: Refusal) -> list[dict[str, Any]]:
    """The changes that the refusal gives to type."""
    arguments = shlex.split(refusal.next_step)
    assert arguments[:5] == ["aws", "route53", "change-resource-record-sets", "--hosted-zone-id", "ZONE"]
    changes: list[dict[str, Any]] = json.loads(arguments[6].removesuffix(","))["Changes"]
    return changes


def test_the_alias_of_the_first_name_is_right_however_route_53_writes_it() -> None:
    for right in (RIGHT, to(DNSName="WWW.Shop.example"), {**RIGHT, "ResourceRecords": []}, SWITCH.alias_at(API)):
        assert astray(seen(right), [WWW, API], SWITCH) == ()
    text = [simple(API, "anything", kind=kind) for kind in ("TXT", "CAA", "MX")]
    assert astray(seen(RIGHT, *text), [WWW, API], SWITCH) == ()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ([simple(API, "192.0.2.1")], "A ['192.0.2.1']"),
        ([CNAME], "CNAME ['old.example.']"),
        ([to(DNSName="violet.elb.example.", HostedZoneId="ZBALANCER")], "alias of 'violet.elb.example'"),
        ([to(DNSName="other.shop.example.")], "alias of 'other.shop.example'"),
        ([to(HostedZoneId="ZOTHER")], f"alias of '{WWW}' in the zone 'ZOTHER'"),
        ([to(EvaluateTargetHealth=True)], f"alias of '{WWW}' with EvaluateTargetHealth"),
        ([{**RIGHT, "HealthCheckId": "hc-1"}], "'HealthCheckId': 'hc-1'"),
        ([{**RIGHT, "SetIdentifier": "x", "Weight": 0}], "'Weight': 0"),
        ([{**RIGHT, "SetIdentifier": "x", "Region": "eu-central-1"}], "'Region': 'eu-central-1'"),
        (PAIR, "'SetIdentifier': 'violet', 'Weight': 0"),
        ([RIGHT, BESIDE[0]], "AAAA ['2001:db8::1']"),
        ([RIGHT, BESIDE[1]], "HTTPS ['1 . alpn=h3']"),
    ],
)
def test_whatever_else_leads_its_clients_is_refused_and_named(wrong: list[dict[str, Any]], said: str) -> None:
    refusal = refused(*wrong)
    assert refusal.problem.startswith(f"{API} does not follow {WWW}")
    assert said in refusal.seen
    assert f"an alias of {WWW} in the zone ZONE" in refusal.allowed
    assert "pulumi up -s live" in refusal.next_step


def test_a_name_that_is_missing_is_refused_unless_it_is_still_to_be_made() -> None:
    assert astray(seen(), [WWW, API], SWITCH, {API}) == ()
    (missing,) = astray(seen(), [WWW, API], SWITCH)
    assert missing.said(SWITCH) == f"{API}: no record of type A"
    assert missing.changes(SWITCH) == [{"Action": "UPSERT", "ResourceRecordSet": SWITCH.alias_at(API)}]
    (beside,) = astray(seen(BESIDE[0]), [WWW, API], SWITCH, {API})
    assert "AAAA" in beside.said(SWITCH)


def test_what_was_not_read_is_an_error_and_not_right() -> None:
    with pytest.raises(KeyError):
        astray({WWW: []}, [WWW, API], SWITCH)


@pytest.mark.parametrize("there", [simple(API, "192.0.2.1"), to(DNSName="old.elb.example."), to(HostedZoneId="ZX")])
def test_over_a_simple_record_or_an_alias_the_batch_is_one_upsert(there: dict[str, Any]) -> None:
    assert batch(refused(there)) == [{"Action": "UPSERT", "ResourceRecordSet": SWITCH.alias_at(API)}]


@pytest.mark.parametrize("there", [PAIR, [CNAME], [{**simple(API, "192.0.2.1"), "SetIdentifier": "x", "Weight": 0}]])
def test_over_a_weighted_pair_or_a_cname_it_is_their_deletes_and_a_create_in_one(there: list[dict[str, Any]]) -> None:
    *deletes, create = batch(refused(*there))
    assert deletes == [{"Action": "DELETE", "ResourceRecordSet": content} for content in there]
    assert create == {"Action": "CREATE", "ResourceRecordSet": SWITCH.alias_at(API)}


def test_what_is_beside_the_alias_is_deleted_or_waived_and_the_alias_stays() -> None:
    refusal = refused(RIGHT, *BESIDE)
    assert batch(refusal) == [{"Action": "DELETE", "ResourceRecordSet": content} for content in BESIDE]
    assert "waive `records`" in refusal.next_step
    # One thing at a time: the alias first.
    assert batch(refused(simple(API, "192.0.2.1"), *BESIDE)) == [
        {"Action": "UPSERT", "ResourceRecordSet": SWITCH.alias_at(API)}
    ]


def test_what_has_turned_up_since_the_update_began_is_not_taken() -> None:
    for there in ([], [RIGHT], [BESIDE[0]]):
        further_names.refuse_taking(astray(seen(*there), [API], SWITCH), SWITCH)
    for strange in (simple(API, "192.0.2.1"), to(HostedZoneId="ZOTHER"), CNAME, PAIR[0]):
        with pytest.raises(Refusal, match="it is not overwritten"):
            further_names.refuse_taking(astray(seen(strange), [API], SWITCH), SWITCH)


def test_the_batch_has_all_names_at_once() -> None:
    records = {**seen(*PAIR), **seen(simple(SHOP, "192.0.2.1"), name=SHOP)}
    with pytest.raises(Refusal, match=f"{API}, {SHOP} do not follow") as refusal:
        further_names.refuse(astray(records, [WWW, API, SHOP], SWITCH), SWITCH)
    assert [each["Action"] for each in batch(refusal.value)] == ["DELETE", "DELETE", "CREATE", "UPSERT"]


def test_what_a_record_says_is_printed_escaped() -> None:
    refusal = refused(simple(API, "\x1b[2J'; rm -rf ~", kind="CNAME"))
    assert "\x1b" not in str(refusal)
    assert batch(refusal)[0]["ResourceRecordSet"]["ResourceRecords"] == [{"Value": "\x1b[2J'; rm -rf ~"}]


RECORDS = st.lists(st.sampled_from([RIGHT, *PAIR, CNAME, simple(API, "192.0.2.1"), *BESIDE]), max_size=3)


@given(RECORDS)
def test_after_the_batches_every_name_follows(contents: list[dict[str, Any]]) -> None:
    now = {json.dumps(content): content for content in contents}
    for _ in range(2):
        for one in astray(seen(*now.values()), [API], SWITCH):
            for each in one.changes(SWITCH):
                content = each["ResourceRecordSet"]
                if each["Action"] == "DELETE":
                    del now[json.dumps(content)]
                elif each["Action"] == "UPSERT":
                    simple_ones = [k for k, v in now.items() if v["Type"] == "A" and "SetIdentifier" not in v]
                    now = {key: value for key, value in now.items() if key not in simple_ones}
                    now[json.dumps(content)] = content
                else:
                    now[json.dumps(content)] = content
            assert any(each["Type"] in ("A", "CNAME") for each in now.values()), "never without an answer"
    assert astray(seen(*now.values()), [API], SWITCH) == ()


def owned(name: str, colour: str = "") -> Owned:
    return Owned(f"{name}-{colour}", RECORD, {"name": name, "type": "A", "setIdentifier": colour, "zoneId": "ZONE"})


def test_the_state_says_which_aliases_it_has_and_of_which_names_it_has_any_record() -> None:
    state = [owned(WWW, "amber"), owned(API, "amber"), owned(SHOP), Owned("names", "pulumi:index:Stash", {})]
    assert further_names.made(state) == {SHOP}
    assert further_names.known(state) == {WWW, API, SHOP}
    assert further_names.made([]) == frozenset()


def test_a_name_that_still_follows_cannot_be_forgotten() -> None:
    with pytest.raises(Refusal, match=f"{API} cannot be removed from names") as refusal:
        further_names.refuse_forgetting(seen(RIGHT), [WWW], SWITCH, [owned(API)])
    assert "retire a name" in refusal.value.next_step
    further_names.refuse_forgetting(seen(RIGHT), [WWW, API], SWITCH, [owned(API)])
    further_names.refuse_forgetting(seen(), [WWW], SWITCH, [owned(API)])


def test_a_name_that_was_given_to_somebody_else_is_taken_out_of_the_state_first() -> None:
    theirs = simple(API, "192.0.2.1")
    with pytest.raises(Refusal, match="would be deleted instead") as refusal:
        further_names.refuse_forgetting(seen(theirs), [WWW], SWITCH, [owned(API)])
    assert "pulumi state delete" in refusal.value.next_step
    further_names.refuse_forgetting(seen(theirs), [WWW], SWITCH, [])
    further_names.refuse_forgetting(seen(CNAME), [WWW], SWITCH, [owned(API)])


def test_the_alias_is_deleted_only_from_the_state_and_never_in_route_53() -> None:
    further_names.refuse_removal(API, [], SWITCH, "urn:x")
    with pytest.raises(Refusal, match="left without a record"):
        further_names.refuse_removal(API, [RecordSet.of(RIGHT)], SWITCH, "urn:x")
    with pytest.raises(Refusal, match="would be deleted instead") as refusal:
        further_names.refuse_removal(API, [RecordSet.of(simple(API, "192.0.2.1"))], SWITCH, "urn:x")
    assert refusal.value.next_step.startswith("pulumi state delete 'urn:x' -s live")


def test_who_carries_an_alias_is_who_carries_the_switch_and_of_another_record_its_own_sets() -> None:
    weights = {WWW: {"amber": 100, "violet": 0}}
    assert further_names.carriers(seen(RIGHT), weights, [WWW, API], SWITCH) == {WWW: {"amber"}, API: {"amber"}}
    assert further_names.carriers(seen(), weights, [WWW, API], SWITCH) == {WWW: {"amber"}, API: frozenset()}
    own = {**weights, API: {"violet": 100}}
    assert further_names.carriers(seen(*PAIR), own, [WWW, API], SWITCH)[API] == {"violet"}
