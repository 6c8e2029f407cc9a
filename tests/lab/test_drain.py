"""After a tag-out a colour refuses change for as long as its load balancer keeps the connections of clients."""

from collections.abc import Iterator
from contextlib import contextmanager

from cutover.aws_clusters import KEEP_ALIVE
from cutover.freeze import DRAIN_SECONDS
from lab.client import ApiFault
from lab.pulumi_command import Result
from tests.lab.world import FIRST, NAME, SECOND, World

IN_CHARGE = f"/tag-team/{NAME}/in-charge"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"


def _errors(result: Result) -> str:
    assert result.exit_code != 0, result.output
    return "\n".join(result.messages("error"))


@contextmanager
def _asleep(world: World, colour: str) -> Iterator[None]:
    world.workspace.edit_stack(colour, awake=False)
    yield
    world.workspace.edit_stack(colour, awake=None)


def _arn(world: World, colour: str) -> str:
    (one,) = [found for found in world.state(colour)["resources"] if found["type"] == BALANCER]
    return str(one["outputs"]["arn"])


def _kept(world: World, colour: str) -> str:
    said = world.workspace.aws("elbv2").describe_load_balancer_attributes(LoadBalancerArn=_arn(world, colour))
    return str({one["Key"]: one["Value"] for one in said["Attributes"]}[KEEP_ALIVE])


def _keep(world: World, colour: str, seconds: int) -> None:
    """By hand."""
    world.workspace.aws("elbv2").modify_load_balancer_attributes(
        LoadBalancerArn=_arn(world, colour), Attributes=[{"Key": KEEP_ALIVE, "Value": str(seconds)}]
    )


def test_the_colour_that_was_tagged_out_waits_for_the_keep_alive_that_aws_has(first_in_charge: World) -> None:
    world = first_in_charge
    assert _kept(world, FIRST) == "60"
    world.must_tag_in(SECOND)
    with world.as_if_time_stood_still(), _asleep(world, FIRST):
        message = _errors(world.preview(FIRST))
        assert "(TTL 60 s + propagation 60 s + clientKeepAlive 60 s); WebSockets and requests" in message

        _keep(world, FIRST, 900)
        world.faults.age_parameter(IN_CHARGE, DRAIN_SECONDS)
        message = _errors(world.up(FIRST))
        assert "clientKeepAlive 900 s)" in message
        world.assert_nothing_half_done()

        # As AWS says no more, it is the longest; and by what the last update set it is 60 s again.
        world.faults.set_api_faults([ApiFault("elbv2", "DescribeLoadBalancerAttributes", "AccessDenied", -1)])
        message = _errors(world.up(FIRST))
        assert "clientKeepAlive 3600 s, the longest: the load balancer's own cannot be read" in message
        assert "AccessDenied" in message
        world.faults.clear_faults()

        _keep(world, FIRST, 60)
        allowed = world.preview(FIRST)
        assert allowed.exit_code == 0, allowed.output
    world.must_tag_in(FIRST)
    world.assert_nothing_half_done()


def test_a_hotfix_makes_the_keep_alive_of_the_colour_in_charge_longer_and_never_shorter(first_in_charge: World) -> None:
    world = first_in_charge
    world.workspace.edit_stack(FIRST, hotfix=True)
    world.workspace.edit_project(clientKeepAlive=120)
    loud = world.must_up(FIRST)
    assert any("HOTFIX: LoadBalancer" in text for text in loud.messages("warning"))
    assert _kept(world, FIRST) == "120"

    world.workspace.edit_project(clientKeepAlive=60)
    for refused in (world.preview(FIRST), world.up(FIRST)):
        message = _errors(refused)
        assert "clientKeepAlive: 120 s => 60 s" in message
        assert f"`clientKeepAlive` in Pulumi.yaml until {FIRST} is idle" in message
    assert _kept(world, FIRST) == "120"
    world.assert_nothing_half_done()
    world.workspace.edit_stack(FIRST, hotfix=None)

    world.must_tag_in(SECOND)
    world.wait_until_drained()
    assert "clientKeepAlive 120 s" in _errors(world.up(FIRST))
    world.wait_until_drained()
    world.must_up(FIRST)
    assert _kept(world, FIRST) == "60"
    world.must_tag_in(FIRST)
