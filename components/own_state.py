"""This stack's own resources and outputs, as its last update left them: read from the engine."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi

from cutover.owned import Owned
from cutover.printable import quoted
from cutover.refusal import Refusal

_RESOURCES = "pulumi:pulumi:readStackResourceOutputs"
_OUTPUTS = "pulumi:pulumi:readStackOutputs"
# The engine reads its backend, to which it writes after every step. In a backend of files, a reader may find the
# attributes of the state cut off for a moment (`setAttrs` in gocloud.dev/blob/fileblob), and reads "EOF".
PAUSES_SECONDS = (0.1, 0.3, 1.0, 3.0)


def read() -> tuple[Owned, ...]:
    """Every resource in the state of this very stack; empty before its first update. Raises Refusal when it is not to
    be had.

    The engine leaves out what waits for its delete. It answers from the state at the start of the update, whatever
    `--target` and `--refresh` say; nothing is asked of AWS.
    """
    resources: Mapping[str, Mapping[str, Any]] = _asked(_RESOURCES, {"stackName": _name()})["outputs"]
    return tuple(
        Owned(urn.rpartition("::")[2], found["type"], found.get("outputs") or {}) for urn, found in resources.items()
    )


async def outputs() -> Mapping[str, Any]:
    """The outputs in the state of this very stack; raises Refusal when they are not to be had.

    What a StackReference asks the engine. As a resource of its own it would show as read whenever the last update
    changed an output, and an update that changes nothing would not look like it.
    """
    arguments, pauses = {"name": _name()}, iter(PAUSES_SECONDS)
    while True:
        try:
            found: Mapping[str, Any] = (await pulumi.runtime.invoke_async(_OUTPUTS, arguments))["outputs"]
            return found
        except Exception as error:  # noqa: BLE001  # a failing invoke has no type of its own
            pause = _pause_after(error, pauses)
        await asyncio.sleep(pause)


def _asked(invoke: str, arguments: Mapping[str, str]) -> Any:
    pauses = iter(PAUSES_SECONDS)
    while True:
        try:
            return pulumi.runtime.invoke(invoke, arguments).value
        except Exception as error:  # noqa: BLE001  # as above
            pause = _pause_after(error, pauses)
        time.sleep(pause)


def _pause_after(error: Exception, pauses: Iterator[float]) -> float:
    """How long to wait before the engine is asked again; raises Refusal when it has been asked often enough."""
    for pause in pauses:
        return pause
    raise _refusal(error) from None


def _name() -> str:
    return f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"


def _refusal(error: Exception) -> Refusal:
    stack = pulumi.get_stack()
    return Refusal(
        f"the state of stack {stack} cannot be read",
        seen=quoted(str(error).rpartition("returned an error: ")[2]),
        allowed="the state that its last update left",
        next_step=f"pulumi stack export -s {stack} shows whether it is to be had at all; then the same command again",
    )
