"""A colour that is awake stays in its network and its zones, and can be built elsewhere after it has slept."""

from tests.lab.test_drain import _asleep, _errors
from tests.lab.world import CAPACITY, FIRST, SECOND, World

ELSEWHERE = {FIRST: "10.10.0.0/16", SECOND: "10.30.0.0/16"}


def test_another_range_is_refused_while_a_colour_is_awake_and_is_its_new_one_after_a_sleep(world: World) -> None:
    before = world.workspace.project_config("cidrs")
    world.workspace.edit_project(cidrs=ELSEWHERE)
    for refused in (world.preview(SECOND), world.up(SECOND)):
        message = _errors(refused)
        assert f"the network of {SECOND} cannot move while {SECOND} is awake" in message
        assert "is to lie in 10.30.0.0/16, and lies in 10.20.0.0/16" in message
        assert f"pulumi config set awake false -s {SECOND}" in message
        assert refused.steps == ()
    world.assert_nothing_half_done()
    same = world.preview(FIRST)
    assert (same.exit_code, same.steps) == (0, ()), same.output
    with _asleep(world, SECOND):
        allowed = world.preview(SECOND)
    assert allowed.exit_code == 0, allowed.output
    assert {step.op for step in allowed.steps if step.type == "aws:ec2/vpc:Vpc"} == {"delete"}
    world.workspace.edit_project(cidrs=before)


def test_a_colour_goes_into_a_further_zone_and_not_out_of_it_again(world: World) -> None:
    before = {key: world.workspace.project_config(key) for key in ("availabilityZones", "capacity")}
    world.workspace.edit_project(availabilityZones=3, capacity=3)
    world.must_up(SECOND)
    dns_name = world.outputs(SECOND)["cluster"]["dns_name"]
    balancers = world.workspace.aws("elbv2").describe_load_balancers()["LoadBalancers"]
    (zones,) = [one["AvailabilityZones"] for one in balancers if one["DNSName"] == dns_name]
    assert len(zones) == 3

    world.workspace.edit_project(availabilityZones=2, capacity=CAPACITY)
    for refused in (world.preview(SECOND), world.up(SECOND)):
        message = _errors(refused)
        assert f"{SECOND} cannot leave a zone while {SECOND} is awake" in message
        assert "3 or more, or fewer while it is asleep" in message
        assert refused.steps == ()
    world.assert_nothing_half_done()
    with _asleep(world, SECOND):
        world.must_up(SECOND)
    world.must_up(SECOND)
    world.workspace.edit_project(**before)
    assert world.preview(SECOND).steps == ()
