"""Who carries the traffic right now: one short-lived look, shared by all hooks that ask at about the same time."""

import asyncio
import time

from components.settings import SharedSettings
from cutover.aws import Aws
from cutover.freeze import Standing
from cutover.threads import in_thread


class StandingLook:
    """Reads the weights of every live name and the history of `in-charge`; a look serves for `fresh_seconds`."""

    def __init__(self, aws: Aws, zone_id: str, shared: SharedSettings, fresh_seconds: float) -> None:
        self._aws, self._zone_id, self._shared, self._fresh_seconds = aws, zone_id, shared, fresh_seconds
        self._looking = asyncio.Lock()
        self._looked: tuple[float, Standing] | None = None

    def read(self) -> Standing:
        """A look of its own, outside of any hook."""
        return Standing(
            self._aws.weights(self._zone_id, self._shared.names),
            self._aws.in_charge_history(self._shared.in_charge_parameter),
        )

    async def __call__(self) -> Standing:
        """The latest look, or a new one when that is too old."""
        async with self._looking:
            if self._looked is None or time.monotonic() - self._looked[0] > self._fresh_seconds:
                standing = await in_thread(self.read)
                self._looked = time.monotonic(), standing
            return self._looked[1]

    def forget(self) -> None:
        """Let the next call look anew."""
        self._looked = None
