"""What the program does about further names before it declares anything, by its state, Route 53 and certificates."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pulumi
import pytest

from cutover import in_charge
from cutover.aws_readiness import AwsReadiness
from cutover.checks.certificate import CertificateSeen
from cutover.in_charge import History, Version
from cutover.owned import PARAMETER, RECORD, STASH, Owned
from cutover.record_set import RecordSet
from cutover.refusal import Refusal
from tests.components import pulumi_mocks
from tests.components.pulumi_mocks import ZONE_ID, Declaration
from tests.unit.stack_values import OWN, PROJECT, facts
from tests.unit.zone_of import alias, simple

WWW, API = "www.shop.example", "api.shop.example"
CLUSTERS = {name: facts(name) for name in ("amber", "violet")}
IN_CHARGE = in_charge.history_of(
    [Version(1, 1.0, '{"colour": "amber", "group": "amber-group", "release": "1.0.0"}')], 1000.0
)
STRANGER = simple(API, "192.0.2.7")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def to(name: str, zone_id: str = ZONE_ID) -> dict[str, Any]:
    found = alias(API, name)
    return {**found, "AliasTarget": {**found["AliasTarget"], "HostedZoneId": zone_id, "EvaluateTargetHealth": False}}


def pair(name: str, **weights: int) -> list[dict[str, Any]]:
    sets = [alias(name, f"{colour}.elb.example", SetIdentifier=colour, Weight=of) for colour, of in weights.items()]
    for one in sets:
        one["AliasTarget"] |= {"HostedZoneId": f"ZONE-OF-{one['SetIdentifier'].upper()}", "EvaluateTargetHealth": False}
    return sets


def held(name: str, colour: str = "", weight: int = 0) -> Owned:
    """A record in the state: a weighted one of `colour`, or the alias of a further name."""
    target = {"name": WWW, "zoneId": ZONE_ID, "evaluateTargetHealth": False}
    if colour:
        target = {"name": f"{colour}.elb.example", "zoneId": f"ZONE-OF-{colour.upper()}", "evaluateTargetHealth": False}
    weighted = {"setIdentifier": colour, "weightedRoutingPolicies": [{"weight": weight}]} if colour else {}
    outputs = {"zoneId": ZONE_ID, "name": name, "type": "A", "aliases": [target], **weighted}
    return Owned(f"{name}-{colour}" if colour else name, RECORD, outputs)


OURS = [held(WWW, "amber", 100), held(WWW, "violet", 0), Owned("in-charge", PARAMETER, {"insecureValue": ""})]
KNOWN = [*OURS, Owned("names", STASH, {"input": [WWW, API]})]


@pytest.fixture(autouse=True)
def certified(monkeypatch: pytest.MonkeyPatch) -> dict[str, frozenset[str]]:
    """Which names the certificate of each colour covers; both have all, unless a test says otherwise."""
    covered = {colour: frozenset({WWW, API}) for colour in CLUSTERS}

    def certificate(_: object, arn: str) -> CertificateSeen:
        return CertificateSeen(arn, "ISSUED", covered[arn.rpartition("-")[2]], NOW, NOW)

    monkeypatch.setattr(AwsReadiness, "certificate", certificate)
    return covered


def declared(
    *there: Mapping[str, Any],
    owned: Sequence[Owned] = OURS,
    seen: History = IN_CHARGE,
    switch: Sequence[Mapping[str, Any]] = tuple(pair(WWW, amber=100, violet=0)),
    names: str = f'["{WWW}", "{API}"]',
    others: Mapping[str, History] | None = None,
    **own: str,
) -> Declaration:
    """What the live stack declares while Route 53 has these record sets at the further name."""
    records = {WWW: list(map(RecordSet.of, switch)), API: list(map(RecordSet.of, there))}
    config, project = {**OWN["live"], **own}, {**PROJECT, "names": names}
    return pulumi_mocks.declare(
        "live", config, project, CLUSTERS, owned=owned, history=seen, records=records, others=others
    )


def names_of(found: Declaration) -> Any:
    return found.one("Stash", "names").inputs["input"]


def test_a_name_that_has_no_record_or_the_alias_already_comes_in() -> None:
    for there in ([], [to(WWW)]):
        assert names_of(declared(*there)) == [WWW, API]


@pytest.mark.parametrize("there", [[STRANGER], pair(API, amber=100, violet=0), [simple(API, "x.", kind="CNAME")]])
def test_a_strangers_record_is_refused_before_anything_is_declared(there: list[dict[str, Any]]) -> None:
    with pytest.raises(Refusal, match=f"{API} does not follow {WWW}") as refused:
        declared(*there)
    assert "change-resource-record-sets" in refused.value.next_step
    with pytest.raises(Refusal, match="does not follow"):
        declared(*there, active="violet")


@pytest.mark.parametrize(
    ("there", "service"), [(pair(API, green=100, lime=0), API), ([to("shop.example")], "shop.example")]
)
def test_a_name_that_another_service_has_is_refused_without_a_batch(there: list[dict[str, Any]], service: str) -> None:
    others = {f"/tag-team/{service}/in-charge": IN_CHARGE}
    for active in CLUSTERS:
        with pytest.raises(Refusal, match=f"{API} is a live name of another service") as refused:
            declared(*there, others=others, active=active)
        assert "change-resource-record-sets" not in refused.value.next_step
    with pytest.raises(Refusal, match=f"{API} does not follow {WWW}"):
        declared(*there)


def test_the_layout_of_before_is_refused_with_the_batch_whatever_the_certificates_cover(
    certified: dict[str, frozenset[str]],
) -> None:
    certified["amber"] = frozenset({WWW})
    own = [*KNOWN, held(API, "amber", 100), held(API, "violet", 0)]
    for active in CLUSTERS:
        with pytest.raises(Refusal, match=f"{API} does not follow {WWW}") as refused:
            declared(*pair(API, amber=100, violet=0), owned=own, active=active)
        assert [refused.value.next_step.count(f'"Action": "{one}"') for one in ("DELETE", "CREATE")] == [2, 1]
    # Once it is typed, the state is all that is of before.
    assert names_of(declared(to(WWW), owned=own)) == [WWW, API]


@pytest.mark.parametrize("there", [[], [to("other.shop.example")], [to(WWW, "ZOTHER")], [STRANGER]])
def test_an_alias_of_ours_that_somebody_changed_is_refused_in_every_update(there: list[dict[str, Any]]) -> None:
    for active in CLUSTERS:
        with pytest.raises(Refusal, match=f"{API} does not follow {WWW}"):
            declared(*there, owned=[*KNOWN, held(API)], active=active)
    assert names_of(declared(to(WWW), owned=[*KNOWN, held(API)])) == [WWW, API]


def test_a_name_whose_clients_could_not_be_served_yet_is_left_alone_by_the_tag_in_and_then_refused(
    certified: dict[str, frozenset[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    certified["amber"] = frozenset({WWW})
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    found = declared(STRANGER, active="violet")
    assert names_of(found) == found.one("Stash", "ready").inputs["input"]["names"] == [WWW]
    assert {record.inputs["name"] for record in found.of("Record")} == {WWW}
    assert any(f"{API} has a record of its own, and is left as it is" in line for line in said)
    with pytest.raises(Refusal, match="could not serve its clients") as refused:
        declared(STRANGER)
    assert f"certificate of amber: ISSUED, for {WWW}" in refused.value.seen


def test_a_certificate_that_cannot_be_read_covers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(*_: object) -> CertificateSeen:
        raise LookupError("no answer")

    monkeypatch.setattr(AwsReadiness, "certificate", unreadable)
    with pytest.raises(Refusal, match="could not serve its clients") as refused:
        declared(STRANGER)
    assert "certificate of amber: cannot be read: no answer" in refused.value.seen


def test_the_first_colour_is_put_in_charge_without_a_name_that_has_a_record() -> None:
    before = {**simple(WWW, "192.0.2.1"), "SetIdentifier": "before", "Weight": 0}
    for switch in ((), (before,)):
        assert names_of(declared(STRANGER, owned=[], seen=History(), switch=switch)) == [WWW]


def test_of_a_service_that_was_retired_nothing_is_asked() -> None:
    assert names_of(declared(STRANGER, owned=OURS[2:], switch=())) == [WWW, API]


def test_a_name_that_is_taken_out_of_the_config_while_it_follows_is_refused_before_anything_is_declared() -> None:
    with pytest.raises(Refusal, match=f"{API} cannot be removed from names"):
        declared(to(WWW), owned=[*KNOWN, held(API)], names=f'["{WWW}"]')
    assert names_of(declared(owned=[*KNOWN, held(API)], names=f'["{WWW}"]')) == [WWW]


@pytest.mark.parametrize("names", [f'["{API}", "{WWW}"]', f'["{API}"]'])
def test_a_further_name_does_not_become_the_first_and_no_batch_is_given_that_would_turn_them_round(names: str) -> None:
    with pytest.raises(Refusal) as refused:
        declared(to(WWW), owned=[*KNOWN, held(API)], names=names)
    allowed = ("cannot be removed from names", f"{API} cannot take the place of {WWW}")
    assert any(said in refused.value.problem for said in allowed)
    assert "change-resource-record-sets" not in refused.value.next_step


def test_what_is_only_beside_the_alias_is_left_to_readiness() -> None:
    assert names_of(declared(to(WWW), simple(API, "2001:db8::1", kind="AAAA"), owned=[*KNOWN, held(API)])) == [WWW, API]
