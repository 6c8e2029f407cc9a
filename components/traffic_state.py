"""Who carries the traffic right now: one short-lived look, shared by all hooks that ask at about the same time."""

import asyncio
import time
from collections.abc import Callable

from components.shared_settings import SharedSettings
from cutover import in_charge
from cutover.aws import Aws
from cutover.freeze import TrafficState
from cutover.further_names import Records
from cutover.in_charge import History
from cutover.threads import in_thread
from cutover.weighted_set import of_records, weights_of
from cutover.weights import that_count


class TrafficLook:
    """Reads the record sets of every live name and the history of `in-charge`; a look serves for `fresh_seconds`.

    `report` is told once what of the history cannot be read.
    """

    def __init__(
        self, aws: Aws, zone_id: str, shared: SharedSettings, fresh_seconds: float, report: Callable[[str], None]
    ) -> None:
        self._aws, self._zone_id, self._shared, self._fresh_seconds = aws, zone_id, shared, fresh_seconds
        self._report = report
        self._looking = asyncio.Lock()
        self._looked: tuple[float, TrafficState] | None = None
        self._reported = ""

    def read(self) -> TrafficState:
        """A look of its own, outside of any hook."""
        return self._traffic(*self._read())

    async def __call__(self) -> TrafficState:
        """The latest look, or a new one when that is too old."""
        async with self._looking:
            if self._looked is None or time.monotonic() - self._looked[0] > self._fresh_seconds:
                traffic = self._traffic(*await in_thread(self._read))
                self._looked = time.monotonic(), traffic
            return self._looked[1]

    def forget(self) -> None:
        """Let the next call look anew."""
        self._looked = None

    def _read(self) -> tuple[Records, History]:
        return (
            self._aws.record_sets(self._zone_id, self._shared.names),
            self._aws.in_charge_history(self._shared.in_charge_parameter),
        )

    def _traffic(self, records: Records, found: History) -> TrafficState:
        warning = in_charge.warning(found, self._shared.in_charge_parameter)
        if warning and warning != self._reported:
            self._reported = warning
            self._report(warning)
        weights = that_count(weights_of(of_records(records)), self._shared.names)
        return TrafficState(weights, found.entries, found.read_at, found.latest_unreadable, records)
