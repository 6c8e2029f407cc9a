"""While AWS reserves capacity units, the load balancer's line says what it takes its time for."""

from typing import Any

import pytest

from cutover.capacity_units import PATIENCE_HOURS, under_way
from tests.components import pulumi_mocks
from tests.unit.stack_values import OWN, PROJECT


def inputs(units: int | None) -> dict[str, Any]:
    return {} if units is None else {"minimumLoadBalancerCapacity": {"capacityUnits": units}}


def test_a_reservation_says_how_many_how_long_and_how_to_look() -> None:
    said = under_way({}, inputs(500))
    assert "500 load balancer capacity units (0 before)" in said
    assert f"{PATIENCE_HOURS} h at most" in said
    assert "aws elbv2 describe-capacity-reservation" in said
    assert "700 load balancer capacity units (500 before)" in under_way(inputs(500), inputs(700))


@pytest.mark.parametrize(("old", "new"), [(500, 500), (None, None), (500, None)])
def test_where_none_is_reserved_nothing_is_said(old: int | None, new: int | None) -> None:
    assert under_way(inputs(old), inputs(new)) == ""


def test_only_a_load_balancer_with_a_reservation_has_another_patience() -> None:
    with_units = pulumi_mocks.declare("amber", OWN["amber"], {**PROJECT, "loadBalancerCapacityUnits": "500"})
    reserved = with_units.one("lb/loadBalancer:LoadBalancer")
    timeouts = reserved.request.customTimeouts
    assert (timeouts.create, timeouts.update, timeouts.delete) == ("4h", "4h", "")
    assert reserved.hooks["before_create"] == reserved.hooks["before_update"] == ("reserving",)

    plain = pulumi_mocks.declare("amber", OWN["amber"], PROJECT).one("lb/loadBalancer:LoadBalancer")
    assert not plain.request.customTimeouts.create
    assert plain.hooks == {}
