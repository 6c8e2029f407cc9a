"""A colour whose instances cannot be launched: the wait for its capacity ends with AWS's own reason."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.world import CAPACITY, FIRST, SECOND, World

NO_ROOM = (
    "We currently do not have sufficient m7i.large capacity in the Availability Zone you requested (eu-central-1a). "
    "Launching EC2 instance failed."
)


@contextmanager
def _release(world: World, release: str) -> Iterator[None]:
    """The second colour's `release` for as long as it takes."""
    before = world.workspace.stack_file(SECOND)
    world.workspace.edit_stack(SECOND, release=release)
    try:
        yield
    finally:
        world.workspace.restore_stack_file(SECOND, before)


def test_instances_that_cannot_be_launched_are_told_with_awss_own_reason_and_are_waited_for_again(
    first_in_charge: World,
) -> None:
    world = first_in_charge
    world.wait_until_drained()
    before = set(world.instances(SECOND))
    world.faults.set_launch_failure(SECOND, f"{NO_ROOM}\n  next:    rm -rf /")
    with _release(world, "3.0.0"):
        with world.impatient():
            failed = world.up(SECOND)
        assert failed.failed == ("full-capacity",)
        message = "\n".join(failed.messages("error"))
        assert f"{SECOND} did not reach full capacity within" in message
        assert "0 instances InService, 0 healthy targets" in message
        assert NO_ROOM in message
        assert "Failed at 20" in message
        assert "\\n  next:    rm -rf /" in message, "what AWS says is printed as data"
        assert [line.split()[1] for line in message.splitlines() if line.startswith("  next:")] == ["pulumi"]
        assert set(world.instances(SECOND)) == before, "those before it still run"
        assert world.weights()[FIRST] == 100

        world.faults.set_launch_failure(SECOND, None)
        world.must_up(SECOND)
        after = set(world.instances(SECOND))
        assert len(after) == CAPACITY
        assert not after & before
    world.assert_nothing_half_done()
