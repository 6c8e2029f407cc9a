"""Which hosted zone a name means: the one that the records are in, or the one that is given, or the only one."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from components import zone as component
from cutover.aws_zones import AwsZones
from cutover.owned import RECORD, Owned
from cutover.refusal import Refusal
from cutover.zone import Wanted, Zone, choose, pins, warning
from tests.unit.stack_values import colour

NAME = "shop.example"
PUBLIC, PRIVATE, SECOND = Zone("ZPUBLIC", NAME, False), Zone("ZPRIVATE", NAME, True), Zone("ZSECOND", NAME, False)
OTHER = Zone("ZOTHER", "other.example", False)
ALL = [PUBLIC, PRIVATE, SECOND, OTHER]


def wanted(zone_id: str | None = None, *, movable: bool = False) -> Wanted:
    return Wanted(NAME, zone_id, "live", movable)


def refusal(zone_id: str | None, pinned: Sequence[str], found: Sequence[Zone], *, movable: bool = False) -> Refusal:
    with pytest.raises(Refusal) as refused:
        choose(wanted(zone_id, movable=movable), frozenset(pinned), found)
    assert "DNS was not touched" in refused.value.problem
    return refused.value


def test_the_only_zone_of_the_name_is_meant_public_or_private() -> None:
    for only in (PUBLIC, PRIVATE):
        assert choose(wanted(), frozenset(), [only, OTHER]) == only


def test_of_several_zones_of_one_name_none_is_guessed() -> None:
    for two in ([PUBLIC, PRIVATE], [PUBLIC, SECOND]):
        refused = refusal(None, [], two)
        assert all(str(zone) in refused.seen for zone in two)
        assert "zoneId" in refused.next_step
        assert choose(wanted(two[1].id), frozenset(), two) == two[1]


def test_no_zone_of_the_name_is_refused() -> None:
    refused = refusal(None, [], [OTHER])
    assert refused.problem.startswith(f"no zone of this account is called {NAME}")
    assert "list-hosted-zones-by-name" in refused.next_step


def test_the_zone_of_the_records_is_meant_whatever_else_has_its_name() -> None:
    for pin in (PUBLIC, PRIVATE):
        assert choose(wanted(), frozenset([pin.id]), ALL) == pin
        assert choose(wanted(pin.id), frozenset([pin.id]), ALL) == pin


def test_another_zone_than_that_of_the_records_is_refused_with_both_ids() -> None:
    refused = refusal(PUBLIC.id, [PRIVATE.id], ALL)
    assert PUBLIC.id in refused.seen
    assert PRIVATE.id in refused.seen
    assert "awake" not in refused.next_step
    assert "awake false" in refusal(PUBLIC.id, [PRIVATE.id], ALL, movable=True).next_step


def test_a_zone_of_the_records_that_is_gone_is_refused_though_another_has_its_name() -> None:
    refused = refusal(None, ["ZGONE"], [PUBLIC])
    assert "ZGONE" in refused.seen
    assert PUBLIC.id in refused.seen


def test_a_record_that_does_not_say_its_zone_is_no_evidence_for_any() -> None:
    assert pins([Owned("a", RECORD, {})]) == {""}
    refusal(None, [""], [PUBLIC])


def test_another_name_than_that_of_the_records_zone_is_refused() -> None:
    refused = refusal(None, [OTHER.id], [PUBLIC, OTHER])
    assert "other.example" in refused.seen
    assert "`zone`" in refused.next_step


def test_records_in_several_zones_are_refused() -> None:
    assert "several zones" in refusal(None, [PUBLIC.id, PRIVATE.id], ALL).problem


@pytest.mark.parametrize(("given", "said"), [(OTHER.id, "is called 'other.example'"), ("ZTYPO", "is no zone")])
def test_an_id_that_is_not_of_a_zone_of_the_name_is_refused(given: str, said: str) -> None:
    refused = refusal(given, [], ALL)
    assert f"{given} {said}" in refused.seen


def test_other_zones_of_the_name_are_warned_of_until_the_config_names_one() -> None:
    loud = warning(wanted(), PRIVATE, ALL)
    assert loud
    assert PRIVATE.id in loud
    assert PUBLIC.id in loud
    assert warning(wanted(PRIVATE.id), PRIVATE, ALL) is None
    assert warning(wanted(), PRIVATE, [PRIVATE, OTHER]) is None


def test_only_records_say_in_which_zone_a_stack_is() -> None:
    owned = [Owned("a", RECORD, {"zoneId": "ZA"}), Owned("lb", "aws:lb/loadBalancer:LoadBalancer", {"zoneId": "ZLB"})]
    assert pins(owned) == {"ZA"}


class Account(AwsZones):
    """An account with zones in it, and weights in some."""

    def __init__(self, zones: Sequence[Zone], weights: Mapping[str, Mapping[str, int]] | None = None) -> None:
        self._zones, self._in, self.asked = zones, weights or {}, 0

    def zones_called(self, name: str) -> tuple[Zone, ...]:
        self.asked += 1
        return tuple(zone for zone in self._zones if zone.name == name)

    def zone(self, zone_id: str) -> Zone | None:
        self.asked += 1
        return next((zone for zone in self._zones if zone.id == zone_id), None)

    def weights(self, zone_id: str, names: Sequence[str]) -> dict[str, Mapping[str, int]]:
        return {name: self._in.get(zone_id, {}) for name in names}


def test_one_call_is_enough_while_all_is_well() -> None:
    account = Account(ALL)
    owned = [Owned("a", RECORD, {"zoneId": PRIVATE.id})]
    assert component.id_of(colour().shared, "amber", owned, account) == PRIVATE.id
    assert account.asked == 1


def test_a_zone_is_not_chosen_by_its_id_while_the_live_record_is_in_another_of_the_same_name() -> None:
    account = Account(ALL, {PRIVATE.id: {"amber": 100, "violet": 0}})
    with pytest.raises(Refusal) as refused:
        component.id_of(colour(zoneId=PUBLIC.id).shared, "amber", [], account)
    assert PRIVATE.id in refused.value.seen
    assert PUBLIC.id in refused.value.seen
    strangers = Account(ALL, {PRIVATE.id: {"before": 0}})
    assert component.id_of(colour(zoneId=PUBLIC.id).shared, "amber", [], strangers) == PUBLIC.id


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NoCredentialsError(), "Unable to locate credentials"),
        (EndpointConnectionError(endpoint_url="https://route53.amazonaws.com"), "https://route53.amazonaws.com"),
        (ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListHostedZonesByName"), "ListHostedZones"),
        (ClientError({"Error": {"Code": "ExpiredToken", "Message": "old"}}, "ListHostedZonesByName"), "ExpiredToken"),
    ],
    ids=["no credentials", "no network", "no permission", "expired"],
)
def test_who_could_not_be_asked_is_said_and_why_and_not_to_edit_the_zone(error: Exception, said: str) -> None:
    class Broken(Account):
        def zones_called(self, name: str) -> tuple[Zone, ...]:  # noqa: ARG002  # as the reader has it
            raise error

    with pytest.raises(Refusal) as refused:
        component.id_of(colour().shared, "amber", [], Broken(ALL))
    assert refused.value.problem == f"Route 53 could not be asked for the zone {NAME}"
    assert said in refused.value.seen
    assert "aws sts get-caller-identity" in refused.value.next_step
    assert "edit" not in refused.value.next_step


def test_zones_are_read_page_by_page_and_only_those_of_the_very_name() -> None:
    pages = {
        None: {
            "HostedZones": [_listed("A")],
            "IsTruncated": True,
            "NextDNSName": "shop.example.",
            "NextHostedZoneId": "B",
        },
        "B": {
            "HostedZones": [_listed("B", private=True), _listed("C", "a.shop.example.")],
            "IsTruncated": True,
            "NextDNSName": "b.shop.example.",
            "NextHostedZoneId": "D",
        },
    }

    class Read(AwsZones):
        def __init__(self) -> None:
            read = SimpleNamespace(list_hosted_zones_by_name=lambda **of: pages[of.get("HostedZoneId")])
            self.__dict__["_route53"] = read

    assert Read().zones_called(NAME) == (Zone("A", NAME, False), Zone("B", NAME, True))


def _listed(zone_id: str, name: str = "shop.example.", *, private: bool = False) -> dict[str, object]:
    return {"Id": f"/hostedzone/{zone_id}", "Name": name, "Config": {"PrivateZone": private}}
