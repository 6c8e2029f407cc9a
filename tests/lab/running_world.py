"""A copy of the world whose instances run, and releases that cannot serve, each for its own reason."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.lab.one_world import Copy
from tests.lab.world import CAPACITY, FIRST, PATIENCE_SECONDS, SECOND, SECRET, World

BAD = "9.9.9"
# A machine's last words come after nine tenths of it.
BOOT_SECONDS = 15
# For what health checks have to find out in time, also on a busy machine.
CHECKED_SECONDS = 60


@contextmanager
def running(copy: Copy, root: Path) -> Iterator[World]:
    """A copy whose instances are all healthy; the second colour may be changed."""
    with copy(root, machines=True) as world:
        for colour in (FIRST, SECOND):
            wait_until(partial(_is_healthy, world, colour))
        world.wait_until_drained()
        yield world
        world.faults.clear_faults()
        world.assert_always_carried()


def _is_healthy(world: World, colour: str) -> bool:
    arn = world.outputs(colour)["cluster"]["target_group_arn"]
    described = world.workspace.aws("elbv2").describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    return [target["TargetHealth"]["State"] for target in described] == ["healthy"] * CAPACITY


def wait_until(what: Callable[[], bool]) -> None:
    """Wait for what only has to happen at all."""
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def alive(world: World, colour: str) -> int:
    """How many machines of a colour there are."""
    return sum(one.colour == colour and one.state != "terminated" for one in world.faults.machines())


@contextmanager
def impatient(world: World, seconds: int = BOOT_SECONDS) -> Iterator[None]:
    """Instances have little time to boot, and the wait for them is as long."""
    before = world.workspace.project_config("bootTimeout")
    world.workspace.edit_project(bootTimeout=seconds, fullCapacityTimeout=seconds)
    try:
        yield
    finally:
        world.workspace.edit_project(bootTimeout=before, fullCapacityTimeout=PATIENCE_SECONDS)


def never_published(world: World) -> None:
    world.faults.set_machines(unpublished=[BAD])


def answers_500(world: World) -> None:
    world.faults.set_machines(health_status={BAD: 500})


def boots_for_ever(world: World) -> None:
    world.faults.set_machines(boot_seconds={BAD: 3600.0})


def role_without_its_secret(world: World) -> None:
    """Somebody took the statement out of the second colour's role."""
    iam = world.workspace.aws("iam")
    policies = [r for r in world.state(SECOND)["resources"] if r["type"] == "aws:iam/rolePolicy:RolePolicy"]
    (outputs,) = [policy["outputs"] for policy in policies]
    document = json.loads(outputs["policy"])
    kept = [one for one in document["Statement"] if "ssm:GetParameter" not in one["Action"]]
    iam.put_role_policy(
        RoleName=outputs["role"],
        PolicyName=outputs["name"],
        PolicyDocument=json.dumps({**document, "Statement": kept}),
    )


@dataclass(frozen=True)
class Fault:
    """What is wrong with a release, what the wait for its instances quotes, and how long that has to be."""

    make: Callable[[World], None]
    quoted: tuple[str, ...]
    seconds: int = BOOT_SECONDS


FAULTS = (
    Fault(never_published, (f":{BAD} not found: manifest unknown",)),
    Fault(answers_500, (f":{BAD}", "Target.ResponseCodeMismatch", "[500]"), CHECKED_SECONDS),
    Fault(boots_for_ever, (f":{BAD}", "Target.FailedHealthChecks"), CHECKED_SECONDS),
    Fault(role_without_its_secret, (f"read the parameter {SECRET} for DATABASE_URL", "AccessDenied")),
)


def up_in_vain(world: World, fault: Fault) -> None:
    """`pulumi up` of the second colour ends at its deadline, with the machine's own last words."""
    failed = world.up(SECOND)
    assert failed.failed == ("full-capacity",), failed.output
    message = "\n".join(failed.messages("error"))
    assert "said last: " in message
    for words in fault.quoted:
        assert words in message, message
