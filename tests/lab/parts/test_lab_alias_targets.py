"""What an alias may point to and what Route 53 refuses, without any server."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from lab.aws.alias_targets import TargetZone
from lab.aws.change_batch import Change, HostedZone, Refused, apply_batch
from lab.aws.record_set import RecordSet

ZONE, WWW, API = "example.test.", "www.example.test.", "api.example.test."
BALANCER = "one-1.eu-central-1.elb.amazonaws.com."
HERE = HostedZone(
    ZONE,
    "ZHERE",
    {
        "ZBALANCERS": TargetZone("elb.amazonaws.com.", frozenset({BALANCER})),
        "ZOTHER": TargetZone("other.test."),
        "ZPRIVATE": TargetZone(ZONE),
    },
)
APEX = [
    RecordSet(ZONE, "NS", 172800, ("ns.example.",)),
    RecordSet(ZONE, "SOA", 900, ("ns. host. 1 7200 900 1209600 86400",)),
]
PAIR = [
    RecordSet(WWW, "A", set_identifier=identifier, weight=weight, alias=BALANCER, alias_zone="ZBALANCERS")
    for identifier, weight in (("one", 100), ("two", 0))
]
FURTHER = RecordSet(API, "A", alias=WWW, alias_zone="ZHERE")
SIMPLE = RecordSet(API, "A", 60, ("192.0.2.1",))


def after(current: Sequence[RecordSet], *changes: tuple[str, RecordSet]) -> list[RecordSet]:
    """What is there after a batch, but for the top of the zone."""
    applied = apply_batch(HERE, [*APEX, *current], [Change(*change) for change in changes])
    return [item for item in applied if item not in APEX]


def refusal(current: Sequence[RecordSet], *changes: tuple[str, RecordSet]) -> str:
    """What Route 53 says of it."""
    with pytest.raises(Refused) as refused:
        after(current, *changes)
    assert refused.value.code == "InvalidChangeBatch"
    return str(refused.value).removeprefix("[").removesuffix("]")


def outside(target: str, zone: str, kind: str = "A") -> str:
    return (
        f"Tried to create an alias that targets {target}, type {kind} in zone {zone}, but the alias target name does "
        "not lie within the target zone"
    )


def missing(target: str, zone: str, kind: str = "A") -> str:
    return f"Tried to create an alias that targets {target}, type {kind} in zone {zone}, but that target was not found"


def test_an_alias_may_point_to_a_weighted_pair_of_its_zone_and_to_an_alias_to_it() -> None:
    to_the_alias = replace(FURTHER, name="m.example.test.", alias=API)
    to_that = replace(FURTHER, name="n.example.test.", alias="m.example.test.")
    there = [*PAIR, FURTHER, to_the_alias]
    assert after(there, ("CREATE", to_that)) == [*there, to_that]


def test_an_alias_may_point_to_what_comes_before_it_in_the_same_batch() -> None:
    assert after([], *(("CREATE", item) for item in [*PAIR, FURTHER])) == [*PAIR, FURTHER]


def test_an_alias_to_what_comes_after_it_in_the_batch_is_refused() -> None:
    assert refusal([], ("CREATE", FURTHER), *(("CREATE", item) for item in PAIR)) == missing(WWW, "ZHERE")


def test_an_alias_to_what_is_upserted_after_it_is_refused_though_it_is_there() -> None:
    upserts = [("UPSERT", item) for item in PAIR]
    assert refusal(PAIR, ("CREATE", FURTHER), *upserts) == missing(WWW, "ZHERE")
    assert after(PAIR, *upserts, ("CREATE", FURTHER)) == [*PAIR, FURTHER]


def test_an_alias_to_a_record_that_is_not_there_is_refused() -> None:
    assert refusal([], ("CREATE", FURTHER)) == missing(WWW, "ZHERE")
    assert refusal([SIMPLE], ("UPSERT", FURTHER)) == missing(WWW, "ZHERE")


def test_an_alias_to_a_name_that_only_a_wildcard_answers_is_refused() -> None:
    wildcard = RecordSet("\\052.example.test.", "A", 60, ("192.0.2.1",))
    assert refusal([wildcard], ("CREATE", FURTHER)) == missing(WWW, "ZHERE")


def test_an_alias_to_a_record_of_another_type_is_refused() -> None:
    assert refusal(PAIR, ("CREATE", replace(FURTHER, type="AAAA"))) == missing(WWW, "ZHERE", "AAAA")


@pytest.mark.parametrize("zone", ["ZOTHER", "ZBALANCERS", "ZNOWHERE"])
def test_an_alias_with_a_zone_id_that_its_target_is_not_in_is_refused(zone: str) -> None:
    message = refusal(PAIR, ("CREATE", replace(FURTHER, alias_zone=zone)))
    assert message == f"{outside(WWW, zone)}, {missing(WWW, zone)}"


def test_an_alias_to_a_record_of_another_zone_is_refused() -> None:
    to_there = replace(FURTHER, alias="www.other.test.", alias_zone="ZOTHER")
    assert refusal(PAIR, ("CREATE", to_there)) == missing("www.other.test.", "ZOTHER")


def test_an_alias_into_the_namesake_of_its_zone_is_refused() -> None:
    assert refusal(PAIR, ("CREATE", replace(FURTHER, alias_zone="ZPRIVATE"))) == missing(WWW, "ZPRIVATE")


def test_an_alias_to_itself_is_refused() -> None:
    to_itself = replace(FURTHER, alias=API)
    for current, action in (([], "CREATE"), ([FURTHER, *PAIR], "UPSERT")):
        message = refusal(current, (action, to_itself))
        assert message.startswith(missing(API, "ZHERE"))
        assert message.endswith("is not permitted as it creates a CNAME or alias loop in the zone.")


def test_aliases_in_a_circle_are_refused() -> None:
    other = replace(FURTHER, name="m.example.test.", alias=API)
    message = refusal([*PAIR, FURTHER, other], ("UPSERT", replace(FURTHER, alias=other.name)))
    assert message.startswith(f"RRSet of type A with DNS name {API} is not permitted as it creates")


def test_a_weighted_alias_to_the_other_set_of_its_own_name_is_a_circle() -> None:
    own = replace(PAIR[1], alias=WWW, alias_zone="ZHERE")
    message = refusal(PAIR[:1], ("CREATE", own))
    assert "creates a CNAME or alias loop" in message


@pytest.mark.parametrize("kind", ["A", "AAAA"])
@pytest.mark.parametrize("prefix", ["", "dualstack."])
def test_an_alias_to_a_load_balancer_has_the_zone_id_of_the_load_balancer(kind: str, prefix: str) -> None:
    target = RecordSet(API, kind, alias=f"{prefix}{BALANCER}", alias_zone="ZBALANCERS")
    assert after([], ("CREATE", target)) == [target]
    ours = refusal([], ("CREATE", replace(target, alias_zone="ZHERE")))
    assert ours.startswith(outside(f"{prefix}{BALANCER}", "ZHERE", kind))


def test_an_alias_of_another_type_than_addresses_to_a_load_balancer_is_refused() -> None:
    target = RecordSet(API, "CNAME", alias=BALANCER, alias_zone="ZBALANCERS")
    assert refusal([], ("CREATE", target)) == missing(BALANCER, "ZBALANCERS", "CNAME")


def test_an_alias_to_a_load_balancer_that_is_gone_is_refused() -> None:
    gone = "gone-1.eu-central-1.elb.amazonaws.com."
    target = RecordSet(API, "A", alias=gone, alias_zone="ZBALANCERS")
    assert refusal([], ("CREATE", target)) == missing(gone, "ZBALANCERS")


def test_an_alias_whose_target_has_gone_can_be_deleted_and_nothing_else() -> None:
    assert after([FURTHER], ("DELETE", FURTHER)) == []
    assert refusal([FURTHER], ("UPSERT", replace(FURTHER, evaluate_target_health=True))) == missing(WWW, "ZHERE")


def test_the_target_of_an_alias_can_be_deleted() -> None:
    assert after([*PAIR, FURTHER], *(("DELETE", item) for item in PAIR)) == [FURTHER]


@pytest.mark.parametrize("other", [{"alias_zone": "ZOTHER"}, {"evaluate_target_health": True}, {"alias": ZONE}])
def test_deleting_an_alias_with_other_values_than_the_current_ones_is_refused(other: dict[str, object]) -> None:
    wrong = replace(FURTHER, **other)  # type: ignore[arg-type]  # one field each
    message = refusal([*PAIR, FURTHER], ("DELETE", wrong))
    assert message.endswith("but the values provided do not match the current values")


@pytest.mark.parametrize("old", [[SIMPLE], [replace(FURTHER, alias=BALANCER, alias_zone="ZBALANCERS")]])
def test_one_upsert_puts_an_alias_over_a_simple_record_or_an_alias(old: list[RecordSet]) -> None:
    assert after([*PAIR, *old], ("UPSERT", FURTHER)) == [*PAIR, FURTHER]


def test_over_a_weighted_pair_an_upsert_is_refused_and_one_batch_of_delete_and_create_is_taken() -> None:
    old = [replace(item, name=API) for item in PAIR]
    message = refusal([*PAIR, *old], ("UPSERT", FURTHER))
    assert message.endswith("cannot be created as other RRSets exist with the same name and type.")
    deletes = [("DELETE", item) for item in old]
    assert refusal([*PAIR, *old], ("CREATE", FURTHER), *deletes) == message
    assert after([*PAIR, *old], *deletes, ("CREATE", FURTHER)) == [*PAIR, FURTHER]


def test_over_a_cname_an_upsert_is_refused_and_one_batch_of_delete_and_create_is_taken() -> None:
    old = RecordSet(API, "CNAME", 60, (WWW,))
    message = refusal([*PAIR, old], ("UPSERT", FURTHER))
    assert "because a conflicting RRSet of type CNAME with the same DNS name already exists" in message
    assert after([*PAIR, old], ("DELETE", old), ("CREATE", FURTHER)) == [*PAIR, FURTHER]


def test_a_weighted_set_beside_the_alias_of_a_further_name_is_refused() -> None:
    message = refusal([*PAIR, FURTHER], ("CREATE", replace(PAIR[0], name=API)))
    assert message.endswith("as a non-weighted set exists with the same name and type.")
