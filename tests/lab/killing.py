"""What dies in a `pulumi up` of the live stack, at a chosen moment: the command, or the incoming colour."""

import subprocess
import time
from collections.abc import Callable, Mapping

from lab.pulumi_command import Event, Result
from tests.lab.world import FIRST, LIVE, NAME, SECOND, World

# The second colour is raised, and the first not lowered yet.
RAISED = {FIRST: 100, SECOND: 100}


def began(name: str) -> Callable[[Event], bool]:
    """Whether an event says that the step of `name` has begun."""
    return lambda event: event.kind == "resourcePreEvent" and event.body["metadata"]["urn"].endswith(f"::{name}")


def wait_for(world: World, weights: Mapping[str, int]) -> None:
    """Until the live name has these weights: on a slow machine that is some time after the step has begun."""
    deadline = time.monotonic() + 120
    while world.weights() != weights and time.monotonic() < deadline:
        time.sleep(0.2)


def kill_when(world: World, active: str, is_moment: Callable[[Event], bool], then: float | Mapping[str, int]) -> Result:
    """Tag `active` in, and kill -9 the command so many seconds after the moment, or at these weights."""
    killed = False

    def kill(event: Event) -> None:
        nonlocal killed
        if not killed and is_moment(event):
            killed = True
            if isinstance(then, float):
                time.sleep(then)
            else:
                wait_for(world, then)
            # Only the command line itself, by the path of this world's own engine.
            subprocess.run(["pkill", "-KILL", "-f", f"^{world.workspace.directory.parent}/bin/pulumi up"], check=True)

    world.workspace.edit_stack(LIVE, active=active)
    result = world.workspace.up(LIVE, on_event=kill)
    assert killed
    assert result.exit_code != 0
    return result


def die_half_way(world: World) -> Result:
    """Tag the second colour in, whose instances die between the raise and the lowering; that is refused."""

    def die(event: Event) -> None:
        if began(f"{NAME}-{SECOND}")(event):
            wait_for(world, RAISED)
            world.faults.set_unhealthy_instances(world.instances(SECOND))

    world.workspace.edit_stack(LIVE, active=SECOND)
    refused = world.workspace.up(LIVE, on_event=die)
    assert refused.failed == (f"{NAME}-{FIRST}",)
    assert world.weights() == RAISED
    return refused
