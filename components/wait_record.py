"""How the last wait for DNS ended: the stack output `propagation`, also of an update that fails."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any

import pulumi

from components import own_state
from propagation import Outcome

OUTPUT = "propagation"
# The engine is told of the outputs some milliseconds after the last of them is known; the SDK does not say when it was.
REGISTERED_SECONDS = 2.0
Before = Awaitable[Mapping[str, Any]]


class WaitRecord:
    """The outcome of this update's wait, if there was one.

    The engine takes a stack's outputs once, as soon as all are known, and when a hook fails the program ends. So a hook
    that has to fail holds back until they are registered, with the values that they had before: of what failed only the
    outcome is told.
    """

    def __init__(self) -> None:
        self._outcome: dict[str, Any] | None = None
        self._failed = asyncio.Event()

    def keep(self, outcome: Outcome) -> None:
        """Note how a wait ended well."""
        self._outcome = outcome.as_dict()

    async def keep_failure(self, outcome: Outcome) -> None:
        """Note how a wait failed, and return when that is in the stack's state."""
        self.keep(outcome)
        self._failed.set()
        await asyncio.sleep(REGISTERED_SECONDS)

    def export(self, last: pulumi.Output[Any], outputs: dict[str, Any]) -> None:
        """Export `outputs` and the outcome; `last` becomes known when the last step of the update is done.

        When the wait fails, every other output keeps the value that it has in the stack's state. When there is no wait,
        the outcome of the last one stays.
        """
        before = asyncio.ensure_future(own_state.outputs())
        if pulumi.runtime.is_dry_run():
            for name, value in {**outputs, OUTPUT: _one_of(before, OUTPUT)}.items():
                pulumi.export(name, pulumi.Output.from_input(value))
            return
        has_failed = asyncio.ensure_future(self._has_failed(last))
        for name, value in outputs.items():
            pulumi.export(name, pulumi.Output.from_input(_either(has_failed, _one_of(before, name), value)))
        pulumi.export(OUTPUT, pulumi.Output.from_input(self._last_outcome(has_failed, before)))

    async def _has_failed(self, last: pulumi.Output[Any]) -> bool:
        """Whether the wait has failed, as soon as that is known; raises what kept `last` from becoming known."""
        known, failed = asyncio.ensure_future(last.future()), asyncio.ensure_future(self._failed.wait())
        # It fails as well once the hook has raised; nobody is interested then. Cancelled, it would take `last` with it.
        known.add_done_callback(lambda task: task.cancelled() or task.exception())
        await asyncio.wait({known, failed}, return_when=asyncio.FIRST_COMPLETED)
        if self._failed.is_set():
            return True
        failed.cancel()
        known.result()
        return False

    async def _last_outcome(self, has_failed: "asyncio.Future[bool]", before: Before) -> Any:
        await has_failed
        return self._outcome or await _one_of(before, OUTPUT)


async def _one_of(before: Before, name: str) -> Any:
    return (await before).get(name)


async def _either(has_failed: "asyncio.Future[bool]", before: Awaitable[Any], value: Any) -> Any:
    old = await before
    return old if await has_failed else await pulumi.Output.from_input(value).future()
