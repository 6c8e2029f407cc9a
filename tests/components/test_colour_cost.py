"""What a colour costs by the hour: as its stack exports it, and as the preview says that wakes it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pulumi
import pytest

from components.colour_cost import parts_of
from cutover.cost import Parts, Price, Prices, Rate, Unknown
from cutover.in_charge import Entry, History
from cutover.owned import ADDRESS, BALANCER, Owned
from tests.components import pulumi_mocks
from tests.components.pulumi_mocks import Declaration
from tests.unit.stack_values import OWN, PROJECT, colour, parted

LISTED: Prices = {rate: Price(Decimal("0.1"), "USD", "price list, 2026-11-26") for rate in Rate}
KEPT = (Owned("amber-nat-1", ADDRESS, {}),)
BUILT = (*KEPT, Owned("amber", BALANCER, {}))


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Sequence[str]:
    """What is left on no resource's line."""
    lines: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda text, *_, **__: lines.append(text))
    return lines


def declared(
    prices: Prices = LISTED,
    outputs: Mapping[str, Any] | None = None,
    owned: Sequence[Owned] = (),
    history: Sequence[Entry] = (),
    *,
    preview: bool = False,
    **changes: str,
) -> Declaration:
    shared, own = parted(changes)
    return pulumi_mocks.declare(
        "amber",
        {**OWN["amber"], **own},
        {**PROJECT, **shared},
        outputs=outputs,
        owned=owned,
        history=History(tuple(history)),
        prices=prices,
        preview=preview,
    )


def test_the_parts_are_those_of_the_settings() -> None:
    changes = {"capacity": "6", "natGateways": "3", "availabilityZones": "3", "loadBalancerCapacityUnits": "100"}
    assert parts_of(colour(**changes)) == Parts("m7i.large", 6, "gp3", 20, 6, 1, 100, 3, 6)
    assert parts_of(colour(awake="false", natGateways="2")) == Parts(idle_addresses=2)
    assert parts_of(colour(awake="false", keepAddresses="false")) == Parts()


def test_what_is_declared_is_what_is_counted() -> None:
    found = declared(natGateways="2")
    parts = parts_of(colour(natGateways="2"))
    ebs = found.one("LaunchTemplate").inputs["blockDeviceMappings"][0]["ebs"]
    assert (ebs["volumeType"], ebs["volumeSize"]) == (parts.volume_type, parts.volume_gigabytes)
    assert found.one("autoscaling/group:Group").inputs["desiredCapacity"] == parts.instances
    assert len(found.of("NatGateway")) == parts.nat_gateways
    assert len(found.of("Eip")) + len(found.one("lb/loadBalancer:LoadBalancer").inputs["subnets"]) == parts.addresses


def test_the_output_has_the_sum_and_each_kind() -> None:
    cost = declared().exports["costPerHour"]
    assert (cost["perHour"], cost["atLeast"], cost["currency"], cost["region"]) == (
        "0.91096",
        False,
        "USD",
        pulumi_mocks.REGION,
    )
    assert cost["kinds"]["volumes"] == "0.01096"


def test_own_prices_count_before_the_list() -> None:
    project = {**PROJECT, "prices": '{"instanceHour": 1}'}
    cost = pulumi_mocks.declare("amber", OWN["amber"], project, prices=LISTED).exports["costPerHour"]
    assert cost["kinds"]["instances"] == "4.00000"


def test_without_prices_it_says_so_and_the_colour_is_declared_all_the_same() -> None:
    found = declared({rate: Unknown("denied") for rate in Rate})
    assert found.exports["costPerHour"]["perHour"] == "unknown"
    assert len(found.resources) == len(declared().resources)


def test_the_output_of_before_is_kept_while_nothing_changes() -> None:
    before = declared().exports["costPerHour"]
    dearer: Prices = {rate: Price(Decimal(9), "USD", "x") for rate in Rate}
    assert declared(dearer, {"costPerHour": before}, BUILT).exports["costPerHour"] == before
    assert declared({}, {"costPerHour": before}, BUILT).exports["costPerHour"] == before
    assert declared(dearer, {"costPerHour": before}, BUILT, capacity="5").exports["costPerHour"] != before


def test_the_preview_that_wakes_a_colour_says_what_it_adds(said: Sequence[str]) -> None:
    declared(owned=KEPT, history=[Entry(1764148320, "violet")], preview=True)
    assert said == ["both awake: + $ 0.81 an hour, since violet, in charge from 2025-11-26 09:12 UTC on, stays awake"]


def test_a_colour_that_nobody_waits_for_is_awake_alone(said: Sequence[str]) -> None:
    declared(preview=True)
    assert said == ["amber awake: + $ 0.91 an hour"]


def test_what_is_not_known_of_it_is_said_with_the_reason(said: Sequence[str]) -> None:
    declared({**LISTED, Rate.INSTANCE: Unknown("denied")}, owned=KEPT, preview=True)
    assert said == ["amber awake: + at least $ 0.41 an hour (instances unknown: denied)"]


@pytest.mark.parametrize(
    ("owned", "awake", "preview"),
    [(BUILT, "true", True), (KEPT, "false", True), (BUILT, "false", True), ((), "true", False)],
)
def test_otherwise_nothing_is_said(owned: Sequence[Owned], awake: str, preview: bool, said: Sequence[str]) -> None:
    declared(owned=owned, awake=awake, preview=preview)
    assert said == []
