"""What Route 53 takes and what it refuses, without any server."""

from dataclasses import replace

import pytest

from lab.aws.record_set import Change, RecordSet, Refused, absolute, apply_batch

ZONE = "example.test."
APEX = [
    RecordSet(ZONE, "NS", 172800, ("ns.example.",)),
    RecordSet(ZONE, "SOA", 900, ("ns. host. 1 7200 900 1209600 86400",)),
]
WWW = RecordSet("www.example.test.", "A", 300, ("192.0.2.1",))
WEIGHTED = RecordSet("www.example.test.", "A", 300, ("192.0.2.1",), "one", 100)


def refusal(current: list[RecordSet], *changes: Change) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        apply_batch(ZONE, APEX + current, changes)
    return refused.value.code, str(refused.value)


def test_a_batch_is_applied_in_order() -> None:
    raised = replace(WEIGHTED, weight=200)
    after = apply_batch(ZONE, [*APEX, WEIGHTED], [Change("DELETE", WEIGHTED), Change("CREATE", raised)])
    assert after == [*APEX, raised]


def test_creating_what_exists_is_refused_by_name_type_and_identifier() -> None:
    code, message = refusal([WEIGHTED], Change("CREATE", WEIGHTED))
    assert code == "InvalidChangeBatch"
    assert message == (
        "[Tried to create resource record set [name='www.example.test.', type='A', set identifier='one'] "
        "but it already exists]"
    )


def test_deleting_what_does_not_exist_is_refused() -> None:
    assert "type='A'] but it was not found" in refusal([], Change("DELETE", WWW))[1]


@pytest.mark.parametrize("other", [{"ttl": 60}, {"values": ("192.0.2.9",)}, {"weight": 7}])
def test_deleting_with_other_values_than_the_current_ones_is_refused(other: dict[str, object]) -> None:
    wrong = Change("DELETE", replace(WEIGHTED, **other))  # type: ignore[arg-type]  # one field each
    assert "do not match the current values" in refusal([WEIGHTED], wrong)[1]


def test_of_two_types_with_the_same_identifier_only_the_named_one_is_deleted() -> None:
    other_type = replace(WEIGHTED, type="AAAA", values=("2001:db8::1",))
    assert apply_batch(ZONE, [*APEX, WEIGHTED, other_type], [Change("DELETE", WEIGHTED)]) == [*APEX, other_type]


@pytest.mark.parametrize("weight", [-1, 256])
def test_a_weight_outside_0_to_255_is_refused(weight: int) -> None:
    code, message = refusal([], Change("CREATE", replace(WEIGHTED, weight=weight)))
    assert code == "InvalidInput"
    assert f"Value '{weight}'" in message


def test_a_weighted_record_set_beside_a_simple_one_is_refused() -> None:
    assert "as a non-weighted set exists" in refusal([WWW], Change("CREATE", WEIGHTED))[1]


def test_a_simple_record_set_beside_a_weighted_one_is_refused() -> None:
    assert "as other RRSets exist with the same name and type" in refusal([WEIGHTED], Change("UPSERT", WWW))[1]


def test_a_simple_record_set_can_be_exchanged_for_weighted_ones_in_one_batch() -> None:
    two = replace(WEIGHTED, set_identifier="two", weight=0)
    changes = [Change("DELETE", WWW), Change("CREATE", WEIGHTED), Change("CREATE", two)]
    assert apply_batch(ZONE, [*APEX, WWW], changes) == [*APEX, WEIGHTED, two]


def test_weighted_record_sets_of_one_name_need_the_same_ttl() -> None:
    other = replace(WEIGHTED, set_identifier="two", ttl=60)
    assert "weighted sets must contain the same TTL" in refusal([WEIGHTED], Change("CREATE", other))[1]


def test_a_cname_beside_another_type_is_refused() -> None:
    cname = RecordSet(WWW.name, "CNAME", 300, ("elsewhere.example.",))
    assert "conflicts with other records" in refusal([WWW], Change("CREATE", cname))[1]


def test_a_name_of_another_zone_is_refused() -> None:
    assert (
        "is not permitted in zone example.test." in refusal([], Change("CREATE", replace(WWW, name="other.test.")))[1]
    )


def test_the_name_servers_of_the_zone_cannot_be_deleted() -> None:
    assert "at least one NS record" in refusal([], Change("DELETE", APEX[0]))[1]


@pytest.mark.parametrize(
    ("record_set", "expected"),
    [
        (replace(WEIGHTED, set_identifier=None), "Missing field 'SetIdentifier'"),
        (replace(WEIGHTED, weight=None), "Missing field 'Weight'"),
        (replace(WWW, values=()), "but found none"),
        (replace(WWW, alias="lb.example."), "but found more than one"),
    ],
)
def test_an_incomplete_record_set_is_refused(record_set: RecordSet, expected: str) -> None:
    code, message = refusal([], Change("CREATE", record_set))
    assert code == "InvalidInput"
    assert expected in message


def test_all_problems_of_a_batch_are_named_together() -> None:
    message = refusal([WWW], Change("CREATE", WWW), Change("DELETE", replace(WWW, name="gone.example.test.")))[1]
    assert "already exists" in message
    assert "was not found" in message


def test_names_are_kept_in_lower_case_with_a_dot() -> None:
    assert absolute("WWW.Example.Test") == "www.example.test."
