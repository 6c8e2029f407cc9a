"""With a zone out, the colour that was in charge before is tagged back in from the zones that are left."""

from tests.lab.test_drain import _errors
from tests.lab.test_layout import _zone
from tests.lab.world import CAPACITY, FIRST, SECOND, World


def _lose_a_zone(world: World, colour: str) -> None:
    """As Auto Scaling answers a zone that is out: what dies in it is launched in another one."""
    scaling = world.workspace.aws("autoscaling")
    group = world.outputs(colour)["cluster"]["group"]
    (found,) = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"]
    left, *_ = found["VPCZoneIdentifier"].split(",")
    scaling.update_auto_scaling_group(AutoScalingGroupName=group, VPCZoneIdentifier=left)
    world.faults.terminate_instances(colour, CAPACITY)
    assert len({_zone(world, instance) for instance in world.instances(colour)}) == 1


def test_a_tag_back_is_not_refused_for_zones_alone_and_a_tag_in_is(first_in_charge: World) -> None:
    world = first_in_charge
    world.must_tag_in(SECOND)
    _lose_a_zone(world, FIRST)
    back = world.tag_in(FIRST)
    assert back.exit_code == 0, back.output
    assert world.in_charge() == FIRST

    _lose_a_zone(world, SECOND)
    world.workspace.edit_stack(SECOND, release="9.9.9")
    world.wait_until_drained()
    world.must_up(SECOND)
    _lose_a_zone(world, SECOND)
    refused = world.tag_in(SECOND)
    assert refused.failed == ("ready",)
    message = _errors(refused)
    assert "capacity: " in message
    assert "in 1 zones" in message
    assert world.in_charge() == FIRST
    world.assert_nothing_half_done()
