"""What a crash left behind is found by its tags, and nothing that a state knows."""

import subprocess
import sys

import pytest

from lab.workspace import CHECKOUT
from tests.lab.world import FIRST, NAME, RELEASES, SECOND, World


def look(world: World, of: str, colour: str, *options: str) -> subprocess.CompletedProcess[str]:
    """The command, with the state of the stack `of`."""
    exported = world.workspace.pulumi("stack", "export", "-s", of)
    assert exported.exit_code == 0
    return subprocess.run(
        [sys.executable, "-m", "cutover.orphans", colour, *options],
        input=exported.output,
        cwd=CHECKOUT,
        env=dict(world.workspace.environment),
        capture_output=True,
        text=True,
        check=False,
    )


def made_by_nobody(world: World, colour: str) -> str:
    """A load balancer as a killed `pulumi up` leaves it; its ARN."""
    elbv2 = world.workspace.aws("elbv2")
    every = elbv2.describe_load_balancers()["LoadBalancers"]
    (known,) = [one for one in every if one["LoadBalancerName"].startswith(colour)]
    tags = {"service": NAME, "colour": colour, "release": RELEASES[colour]}
    made = elbv2.create_load_balancer(
        Name=f"{colour}-0000000",
        Subnets=[zone["SubnetId"] for zone in known["AvailabilityZones"]],
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


@pytest.mark.parametrize("colour", [FIRST, SECOND])
def test_of_a_colour_that_is_up_nothing_is_in_no_state(world: World, colour: str) -> None:
    found = look(world, colour, colour)
    assert (found.returncode, found.stdout) == (0, ""), found.stderr
    assert f"with the tags service={NAME} and colour={colour}: 0 in no state" in found.stderr
    # Everything that has tags was looked at: a cluster has more than twenty things.
    assert int(found.stderr.partition(", of ")[2].split()[0]) > 20


def test_a_load_balancer_that_no_state_knows_is_named_with_what_deletes_it(world: World) -> None:
    arn = made_by_nobody(world, SECOND)
    found = look(world, SECOND, SECOND)
    assert found.returncode == 1
    assert found.stdout.splitlines() == [
        f"load-balancer {arn} (release {RELEASES[SECOND]})",
        f"    aws elbv2 delete-load-balancer --load-balancer-arn {arn} --region eu-central-1",
    ]
    world.workspace.aws("elbv2").delete_load_balancer(LoadBalancerArn=arn)
    assert look(world, SECOND, SECOND).returncode == 0


def test_by_another_state_nothing_is_called_an_orphan(world: World) -> None:
    found = look(world, SECOND, FIRST)
    assert (found.returncode, found.stdout) == (2, "")
    assert f"refused: this is not the state of {FIRST}" in found.stderr
