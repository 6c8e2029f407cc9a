"""What an operator types and looks at: the batch that a refusal gives, and what DNS answered meanwhile."""

import json
import shlex
from typing import Any

from lab.pulumi_command import Result
from tests.lab.world import World


def errors(result: Result) -> str:
    """What a refused command said."""
    assert result.exit_code != 0, result.output
    return "\n".join(result.messages("error"))


def batch_of(message: str) -> dict[str, Any]:
    """The change batch of the command that a refusal gives as the next step."""
    (next_step,) = [line for line in message.splitlines() if "--change-batch" in line]
    arguments = shlex.split(next_step.partition("next:")[2])
    assert arguments[:4] == ["aws", "route53", "change-resource-record-sets", "--hosted-zone-id"]
    batch: dict[str, Any] = json.loads(arguments[arguments.index("--change-batch") + 1].removesuffix(","))
    return batch


def type_batch(world: World, message: str) -> None:
    """Make the change that a refusal gives."""
    world.workspace.aws("route53").change_resource_record_sets(
        HostedZoneId=world.zone_id, ChangeBatch=batch_of(message)
    )


def assert_always_answered(world: World, name: str, since: float) -> None:
    """From `since` (Unix time) on there was no instant in which any server had no answer for the name.

    By the lab's own record of what each server served and since when, so that no instant is left out.
    """
    for address, served in world.faults.truth(name).servers.items():
        before = [one for one in served if one.since <= since][-1:]
        for one in [*before, *(one for one in served if one.since > since)]:
            assert one.addresses, f"{name} at {address}: {one}"
        assert before, f"{name} at {address}: nothing was served at {since}"
