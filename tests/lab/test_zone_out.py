"""With a zone out, the colour that was in charge before is tagged back in from the zones that are left."""

import time

from tests.lab.test_drain import IN_CHARGE, _errors
from tests.lab.world import CAPACITY, FIRST, SECOND, World


def _zone(world: World, instance: str) -> str:
    (reservation,) = world.workspace.aws("ec2").describe_instances(InstanceIds=[instance])["Reservations"]
    return str(reservation["Instances"][0]["Placement"]["AvailabilityZone"])


def _lose_a_zone(world: World, colour: str) -> None:
    """As Auto Scaling answers a zone that is out: what dies in it is launched in another one."""
    scaling = world.workspace.aws("autoscaling")
    group = world.outputs(colour)["cluster"]["group"]
    (found,) = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"]
    left, *_ = found["VPCZoneIdentifier"].split(",")
    scaling.update_auto_scaling_group(AutoScalingGroupName=group, VPCZoneIdentifier=left)
    world.faults.terminate_instances(colour, CAPACITY, short_seconds=0.5)
    deadline = time.monotonic() + 60
    while len(world.instances(colour)) < CAPACITY:
        assert time.monotonic() < deadline
        scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])
        time.sleep(0.2)
    assert len({_zone(world, instance) for instance in world.instances(colour)}) == 1


def test_a_tag_back_is_not_refused_for_zones_alone_and_a_tag_in_is(first_in_charge: World) -> None:
    world = first_in_charge
    world.must_tag_in(SECOND)
    _lose_a_zone(world, FIRST)
    back = world.tag_in(FIRST)
    assert back.exit_code == 0, back.output
    assert any("in 1 zones" in text and "refuses no tag-back" in text for text in back.messages("info"))
    assert world.in_charge() == FIRST

    _lose_a_zone(world, SECOND)
    # Its instances look as if they had been made since: no tag-back.
    world.faults.age_parameter(IN_CHARGE, 100_000, groups=False)
    refused = world.tag_in(SECOND)
    assert refused.failed == ("ready",)
    message = _errors(refused)
    assert f"{SECOND} is not ready to carry the traffic: capacity" in message
    assert "in 1 zones" in message
    assert world.in_charge() == FIRST
    world.assert_nothing_half_done()
