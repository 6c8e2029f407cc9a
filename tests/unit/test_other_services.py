"""What another service of the account has is not taken, and whose a name is shows in its own records."""

from collections.abc import Mapping
from typing import Any

import pytest

from cutover import other_services
from cutover.in_charge import Entry, History
from cutover.record_set import RecordSet
from cutover.refusal import Refusal
from tests.unit.zone_of import alias, simple

API, WWW, ZONE = "api.shop.example", "www.shop.example", "ZONE"
ENTRY = Entry(1, "amber", group="amber-1")


def in_zone(name: str, to: str, zone_id: str = ZONE) -> dict[str, Any]:
    found = alias(name, to)
    return {**found, "AliasTarget": {**found["AliasTarget"], "HostedZoneId": zone_id}}


def of(*contents: Mapping[str, Any]) -> list[RecordSet]:
    return [RecordSet.of(content) for content in contents]


@pytest.mark.parametrize(
    ("there", "services"),
    [
        (in_zone(API, WWW), (WWW,)),
        (in_zone(API, WWW.upper()), (WWW,)),
        (simple(API, "192.0.2.1") | {"SetIdentifier": "amber", "Weight": 0}, (API,)),
        # Nobody's but its own: plain addresses, a load balancer, a record of another zone.
        (simple(API, "192.0.2.1"), ()),
        (in_zone(API, "old.elb.example", "ZONE-OF-ELB"), ()),
        (simple(API, f"{WWW}.", kind="CNAME"), ()),
        (simple(API, "2001:db8::1", kind="AAAA"), ()),
        (in_zone(API, "\\052.shop.example"), ()),
    ],
    ids=["alias", "as aws writes it", "weighted", "address", "load balancer", "cname", "aaaa", "wildcard"],
)
def test_who_could_have_a_name_shows_in_its_records(there: Mapping[str, Any], services: tuple[str, ...]) -> None:
    assert other_services.may_belong_to(API, of(there), ZONE) == services


def test_a_name_whose_service_has_somebody_in_charge_is_not_taken() -> None:
    there = of(in_zone(API, WWW))
    with pytest.raises(Refusal) as refused:
        other_services.refuse_taking(API, there, {API: (), WWW: (ENTRY,)})
    assert refused.value.problem == f"{API} is a live name of another service of this account; DNS was not touched"
    assert refused.value.seen.endswith(f"/tag-team/{WWW}/in-charge names 'amber', group 'amber-1'")
    assert refused.value.next_step.startswith(f"take {API} out of `names` in Pulumi.yaml")
    other_services.refuse_taking(API, there, {WWW: ()})
    other_services.refuse_taking(API, (), {WWW: (ENTRY,)})


def test_each_service_is_asked_by_its_own_parameter_and_who_does_not_answer_is_no_nobody() -> None:
    asked = []

    def read(parameter: str) -> History:
        asked.append(parameter)
        if API in parameter:
            raise ValueError("no time in the answer")
        return History((ENTRY,))

    assert other_services.histories([WWW], read) == {WWW: (ENTRY,)}
    with pytest.raises(Refusal, match="SSM could not be asked"):
        other_services.histories([WWW, API], read)
    assert asked == [f"/tag-team/{WWW}/in-charge", f"/tag-team/{WWW}/in-charge", f"/tag-team/{API}/in-charge"]


def test_a_namesake_is_told_by_its_door() -> None:
    with pytest.raises(Refusal) as refused:
        other_services.refuse_namesake("amber", WWW, f"/tag-team/{WWW}/amber/can-be-tagged-in")
    assert refused.value.problem.startswith(f"there is a cluster amber of {WWW} in this account already")
    assert refused.value.next_step.endswith(f"aws ssm delete-parameter --name /tag-team/{WWW}/amber/can-be-tagged-in")
