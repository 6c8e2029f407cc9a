"""Capacity units are reserved with patience, and what stands in the way is AWS's own word, after which it goes on."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.lab.test_drain import BALANCER, _arn, _errors
from tests.lab.world import SECOND, World

UNITS = 200
# The provider first looks half a minute after it has asked.
FIRST_LOOK_SECONDS = 40


def _reserved(world: World) -> dict[str, Any]:
    said: dict[str, Any] = world.workspace.aws("elbv2").describe_capacity_reservation(
        LoadBalancerArn=_arn(world, SECOND)
    )
    return said


def test_a_reservation_is_waited_for_and_one_that_is_pending_is_refused_by_aws_until_it_is_there(
    first_in_charge: World,
) -> None:
    world = first_in_charge
    world.workspace.aws("elbv2").modify_capacity_reservation(
        LoadBalancerArn=_arn(world, SECOND), MinimumLoadBalancerCapacity={"CapacityUnits": 100}
    )
    world.faults.set_reservation_seconds(36_000)
    world.workspace.edit_project(loadBalancerCapacityUnits=UNITS)
    refused = world.up(SECOND)
    assert "CapacityReservationPending" in _errors(refused)
    assert _reserved(world)["MinimumLoadBalancerCapacity"] == {"CapacityUnits": 100}
    world.assert_nothing_half_done()

    world.faults.set_reservation_seconds(0)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(world.up, SECOND)
        while _reserved(world)["MinimumLoadBalancerCapacity"] != {"CapacityUnits": UNITS}:
            assert not waiting.done(), waiting.result().output
            time.sleep(0.2)
        world.faults.set_reservation_seconds(36_000)
        time.sleep(FIRST_LOOK_SECONDS)
        assert not waiting.done(), "it ended before AWS had reserved anything"
        world.faults.set_reservation_seconds(0)
        result = waiting.result()
    assert result.exit_code == 0, result.output
    assert {step.name for step in result.steps if step.type == BALANCER and step.op == "update"} == {SECOND}
    said = _reserved(world)
    assert said["MinimumLoadBalancerCapacity"] == {"CapacityUnits": UNITS}
    assert {one["State"]["Code"] for one in said["CapacityReservationState"]} == {"provisioned"}
    (balancer,) = [one for one in world.state(SECOND)["resources"] if one["type"] == BALANCER]
    four_hours = 4 * 3600
    assert {balancer["customTimeouts"][of] for of in ("create", "update")} == {four_hours}
    assert any(f"reserved {UNITS} load balancer capacity units" in text for text in result.progress_of(SECOND))

    world.faults.set_reservation_seconds(0)
    world.workspace.edit_project(loadBalancerCapacityUnits=0)
    world.must_up(SECOND)
    assert "MinimumLoadBalancerCapacity" not in _reserved(world)
    world.assert_nothing_half_done()
