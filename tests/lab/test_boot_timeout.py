"""How long an instance may boot: for its group, and for the wait for full capacity."""

from tests.lab.test_drain import _errors
from tests.lab.world import IMPATIENCE_SECONDS, PATIENCE_SECONDS, SECOND, World

BAD = "9.9.9"


def _grace_seconds(world: World) -> int:
    group = world.outputs(SECOND)["cluster"]["group"]
    said = world.workspace.aws("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[group])
    return int(said["AutoScalingGroups"][0]["HealthCheckGracePeriod"])


def test_a_longer_boot_is_granted_and_no_wait_is_shorter_than_a_boot(world: World) -> None:
    before = _grace_seconds(world)
    assert before == world.workspace.project_config("bootTimeout")
    world.workspace.edit_project(bootTimeout=IMPATIENCE_SECONDS + 5)
    world.must_up(SECOND)
    assert _grace_seconds(world) == IMPATIENCE_SECONDS + 5

    world.faults.set_broken_releases([BAD])
    release = world.workspace.stack_file(SECOND)
    world.workspace.edit_stack(SECOND, release=BAD)
    world.workspace.edit_project(fullCapacityTimeout=1)
    late = world.up(SECOND)
    assert late.failed == ("full-capacity",)
    assert f"did not reach full capacity within {IMPATIENCE_SECONDS + 5} s" in _errors(late)

    world.faults.clear_faults()
    world.workspace.restore_stack_file(SECOND, release)
    world.workspace.edit_project(fullCapacityTimeout=PATIENCE_SECONDS, bootTimeout=before)
    world.must_up(SECOND)
    world.assert_nothing_half_done()
