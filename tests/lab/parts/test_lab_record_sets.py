"""What Route 53 takes and what it refuses, without any server."""

from dataclasses import replace

import pytest

from lab.aws.change_batch import Change, HostedZone, Refused, apply_batch
from lab.aws.record_set import RecordSet, absolute

ZONE = "example.test."
HERE = HostedZone(ZONE, "ZHERE")
APEX = [
    RecordSet(ZONE, "NS", 172800, ("ns.example.",)),
    RecordSet(ZONE, "SOA", 900, ("ns. host. 1 7200 900 1209600 86400",)),
]
WWW = RecordSet("www.example.test.", "A", 300, ("192.0.2.1",))
WEIGHTED = RecordSet("www.example.test.", "A", 300, ("192.0.2.1",), "one", 100)
CNAME = RecordSet("www.example.test.", "CNAME", 300, ("elsewhere.example.",))


def refusal(current: list[RecordSet], *changes: Change) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        apply_batch(HERE, APEX + current, changes)
    return refused.value.code, str(refused.value)


def test_a_batch_is_applied_in_order() -> None:
    raised = replace(WEIGHTED, weight=200)
    after = apply_batch(HERE, [*APEX, WEIGHTED], [Change("DELETE", WEIGHTED), Change("CREATE", raised)])
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


@pytest.mark.parametrize(
    "other", [{"ttl": 60}, {"values": ("192.0.2.9",)}, {"weight": 7}, {"health_check": "6a8d4f2e"}]
)
def test_deleting_with_other_values_than_the_current_ones_is_refused(other: dict[str, object]) -> None:
    wrong = Change("DELETE", replace(WEIGHTED, **other))  # type: ignore[arg-type]  # one field each
    assert "do not match the current values" in refusal([WEIGHTED], wrong)[1]


def test_of_two_types_with_the_same_identifier_only_the_named_one_is_deleted() -> None:
    other_type = replace(WEIGHTED, type="AAAA", values=("2001:db8::1",))
    assert apply_batch(HERE, [*APEX, WEIGHTED, other_type], [Change("DELETE", WEIGHTED)]) == [*APEX, other_type]


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
    assert apply_batch(HERE, [*APEX, WWW], changes) == [*APEX, WEIGHTED, two]


def test_weighted_record_sets_of_one_name_need_the_same_ttl() -> None:
    other = replace(WEIGHTED, set_identifier="two", ttl=60)
    assert "weighted sets must contain the same TTL" in refusal([WEIGHTED], Change("CREATE", other))[1]


def test_a_cname_beside_another_type_is_refused() -> None:
    assert "conflicts with other records" in refusal([WWW], Change("CREATE", CNAME))[1]


def test_another_type_beside_a_cname_is_refused() -> None:
    assert "because a conflicting RRSet of type CNAME" in refusal([CNAME], Change("UPSERT", WWW))[1]


def test_a_cname_at_the_top_of_the_zone_is_refused() -> None:
    assert "is not permitted at apex" in refusal([], Change("CREATE", replace(CNAME, name=ZONE)))[1]


def test_a_cname_is_exchanged_for_another_type_in_one_batch() -> None:
    assert apply_batch(HERE, [*APEX, CNAME], [Change("DELETE", CNAME), Change("CREATE", WWW)]) == [*APEX, WWW]


def test_changes_count_in_their_order_so_what_is_in_the_way_is_to_be_deleted_first() -> None:
    assert "conflicting RRSet of type CNAME" in refusal([CNAME], Change("CREATE", WWW), Change("DELETE", CNAME))[1]
    two = [Change("CREATE", WEIGHTED), Change("DELETE", WWW)]
    assert "as a non-weighted set exists" in refusal([WWW], *two)[1]


def test_a_cname_that_leads_back_to_itself_is_refused() -> None:
    back = RecordSet("elsewhere.example.test.", "CNAME", 300, (WWW.name,))
    to_there = replace(CNAME, values=("Elsewhere.example.test",))
    assert "creates a CNAME or alias loop in the zone" in refusal([back], Change("CREATE", to_there))[1]


def test_the_ttl_of_weighted_record_sets_is_changed_in_one_batch() -> None:
    both = [WEIGHTED, replace(WEIGHTED, set_identifier="two", weight=0)]
    changed = [replace(item, ttl=60) for item in both]
    assert "must contain the same TTL" in refusal(both, Change("UPSERT", changed[0]))[1]
    assert apply_batch(HERE, APEX + both, [Change("UPSERT", item) for item in changed]) == APEX + changed


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
        (replace(WWW, alias="lb.example.", values=()), "but found more than one"),
        (replace(WWW, ttl=None), "but found none"),
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


def test_a_batch_without_a_change_is_refused() -> None:
    assert refusal([])[0] == "InvalidInput"


@pytest.mark.parametrize(
    "actions", [("CREATE", "CREATE"), ("UPSERT", "UPSERT"), ("DELETE", "DELETE"), ("CREATE", "DELETE")]
)
def test_a_record_set_that_is_named_twice_is_refused(actions: tuple[str, ...]) -> None:
    current = [] if actions[0] == "CREATE" else [WWW]
    assert refusal(current, *(Change(action, WWW) for action in actions)) == (
        "InvalidChangeBatch",
        "[The request contains an invalid set of changes for a resource record set 'A www.example.test.']",
    )


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("A", "lb.example.", "ARRDATAIllegalIPv4Address"),
        ("AAAA", "192.0.2.1", "AAAARRDATAIllegalIPv6Address"),
        ("TXT", "it's bare", "Value should be enclosed in quotation marks"),
    ],
)
def test_a_value_that_is_none_of_its_type_is_refused(kind: str, value: str, expected: str) -> None:
    message = refusal([], Change("CREATE", RecordSet(WWW.name, kind, 300, (value,))))[1]
    assert expected in message
    assert f"encountered with '{value}'" in message


def test_values_in_quotation_marks_are_taken() -> None:
    text = RecordSet(WWW.name, "TXT", 300, ('"it\'s"', '"one" "and \\" two"'))
    assert apply_batch(HERE, APEX, [Change("CREATE", text)]) == [*APEX, text]


def test_a_value_that_is_there_twice_is_refused() -> None:
    twice = replace(WWW, values=("192.0.2.1", "192.0.2.1"))
    assert refusal([], Change("CREATE", twice))[1] == "[Duplicate Resource Record: '192.0.2.1']"


def test_a_thousand_records_are_the_most_and_an_upsert_counts_twice() -> None:
    many = [RecordSet(f"n{number}.example.test.", "A", 300, ("192.0.2.1",)) for number in range(501)]
    assert len(apply_batch(HERE, APEX, [Change("CREATE", item) for item in many])) == len(APEX) + 501
    assert "limit of 1000 exceeded" in refusal([], *(Change("UPSERT", item) for item in many))[1]
