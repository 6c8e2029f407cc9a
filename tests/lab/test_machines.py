"""A world whose instances run: releases that cannot serve, each for its own reason, and a colour that is too small."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import dns.resolver
import pytest

from lab.machines import http1
from tests.lab.one_world import Copy
from tests.lab.world import CAPACITY, FIRST, NAME, PATIENCE_SECONDS, RELEASES, SECOND, SECRET, World

BAD = "9.9.9"
# A machine's last words come after nine tenths of it.
BOOT_SECONDS = 15
PER_SECOND = 5.0


@pytest.fixture
def running(copy_of_the_world: Copy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A copy of the world whose instances run, all of them healthy; the second colour may be changed."""
    with copy_of_the_world(tmp_path_factory.mktemp("world"), machines=True) as world:
        for colour in (FIRST, SECOND):
            _wait_until(lambda colour=colour: _healthy(world, colour) == CAPACITY)  # type: ignore[misc]
        world.wait_until_drained()
        yield world
        world.faults.clear_faults()
        world.assert_always_carried()


def _healthy(world: World, colour: str) -> int:
    """How many targets of a colour its load balancer finds healthy."""
    arn = world.outputs(colour)["cluster"]["target_group_arn"]
    described = world.workspace.aws("elbv2").describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    return sum(target["TargetHealth"]["State"] == "healthy" for target in described)


def _wait_until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@contextmanager
def _impatient(world: World) -> Iterator[None]:
    """Instances have little time to boot, and the wait for them is as long."""
    before = world.workspace.project_config("bootTimeout")
    world.workspace.edit_project(bootTimeout=BOOT_SECONDS, fullCapacityTimeout=BOOT_SECONDS)
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
    """What is wrong with a release, and what the wait for its instances quotes."""

    make: Callable[[World], None]
    quoted: tuple[str, ...]


FAULTS = (
    Fault(never_published, (f":{BAD} not found: manifest unknown",)),
    Fault(answers_500, (f":{BAD}", "Target.ResponseCodeMismatch", "[500]")),
    Fault(boots_for_ever, (f":{BAD}", "Target.FailedHealthChecks")),
    Fault(role_without_its_secret, (f"read the parameter {SECRET} for DATABASE_URL", "AccessDenied")),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.make.__name__)
def test_a_release_that_cannot_serve_ends_up_at_the_deadline_with_the_machines_own_last_words(
    running: World, fault: Fault
) -> None:
    old = set(running.instances(SECOND))
    fault.make(running)
    running.workspace.edit_stack(SECOND, release=BAD)
    with _impatient(running):
        for _ in range(2):
            failed = running.up(SECOND)
            assert failed.failed == ("full-capacity",), failed.output
            message = "\n".join(failed.messages("error"))
            assert "said last: " in message
            for words in fault.quoted:
                assert words in message
        assert old <= set(running.instances(SECOND)), "the last good instances still run"
        destroyed = running.workspace.pulumi("destroy", "-s", SECOND, "--yes", "--skip-preview", "--run-program")
    assert destroyed.exit_code == 0, destroyed.output
    assert running.instances(SECOND) == []
    running.assert_nothing_half_done()
    _wait_until(lambda: _alive(running, SECOND) == 0)
    assert _alive(running, FIRST) == CAPACITY


def _alive(world: World, colour: str) -> int:
    """How many machines of a colour there are."""
    return sum(one.colour == colour and one.state != "terminated" for one in world.faults.machines())


def test_every_instance_runs_its_colours_release_with_the_offsite_values_and_no_other_does(running: World) -> None:
    secret = running.workspace.aws("ssm").get_parameter(Name=SECRET, WithDecryption=True)["Parameter"]["Value"]
    machines = running.faults.machines()
    assert len(machines) == 2 * CAPACITY
    assert len({machine.address for machine in machines}) == 2 * CAPACITY
    for machine in machines:
        (container,) = machine.containers
        assert container["environment"] == {"DATABASE_URL": secret}
        assert container["image"].endswith(f":{RELEASES[machine.colour]}")
        assert secret not in machine.console


def _statuses(world: World, per_second: float, requests: int) -> list[int]:
    """Of so many requests to the live name, sent at this rate whatever becomes of those before."""
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [world.addresses.resolvers[0]], world.addresses.dns_port
    address = resolver.resolve(NAME, "A", lifetime=60)[0].to_text()

    async def ask() -> int:
        request = http1.request("GET", "/", {"Host": NAME, "Connection": "close"})
        reader, writer = await asyncio.open_connection(address, world.addresses.http_port)
        writer.write(request.rendered())
        answer = await http1.read(reader, request)
        writer.close()
        return answer.status if answer else 0

    async def ask_all() -> list[int]:
        asking = []
        for _ in range(requests):
            asking.append(asyncio.create_task(ask()))
            await asyncio.sleep(1 / per_second)  # a machine that is slow asks less, and never more at once
        return await asyncio.gather(*asking)

    return asyncio.run(ask_all())


def test_a_colour_at_half_its_instances_answers_errors_under_the_load_of_the_whole_and_a_whole_one_none(
    running: World,
) -> None:
    running.faults.set_machines(capacity={"per_second": PER_SECOND, "patience_seconds": 2.0})
    load_of_the_whole = 0.9 * CAPACITY * PER_SECOND
    assert set(_statuses(running, load_of_the_whole, 60)) == {200}
    running.faults.terminate_instances(FIRST, CAPACITY // 2)
    assert 503 in _statuses(running, load_of_the_whole, 60)
