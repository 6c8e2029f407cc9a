"""The faults that are set right now, and since when the DNS servers have theirs."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lab.dns.timeline import Timeline
from lab.messages import ApiFault, Faults, ServerFault, merged

EVERY_ACTION = "*"


class FaultBoard:
    """Holds the faults; thread-safe. `timelines` has one entry for every DNS address."""

    def __init__(
        self,
        servers: Sequence[str],
        resolvers: Sequence[str],
        health_seconds: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._none = Faults(
            servers={address: ServerFault() for address in servers},
            resolvers={address: ServerFault() for address in resolvers},
            health_seconds=health_seconds,
        )
        self._current = self._none
        self._calls: Counter[ApiFault] = Counter()
        self.timelines = {address: Timeline(clock()) for address in (*servers, *resolvers)}

    def current(self) -> Faults:
        return self._current

    def merge(self, patch: Mapping[str, Any]) -> Faults:
        """Apply a JSON merge patch. Raises ValueError or TypeError, and changes nothing, when it does not fit."""
        with self._lock:
            self._set(merged(self._current, patch))
            return self._current

    def clear(self) -> Faults:
        with self._lock:
            self._set(self._none)
            return self._current

    def take_api_fault(self, service: str, action: str) -> ApiFault | None:
        """The fault that the next call of this action meets, counted as met."""
        if not self._current.api:
            return None
        with self._lock:
            for fault in self._current.api:
                if fault.service == service and fault.action in (action, EVERY_ACTION) and fault.count != 0:
                    if not self._is_its_turn(fault):
                        continue
                    if fault.count > 0:
                        left = tuple(
                            replace(other, count=other.count - 1) if other is fault else other
                            for other in self._current.api
                        )
                        self._current = replace(self._current, api=tuple(item for item in left if item.count != 0))
                    return fault
        return None

    def _is_its_turn(self, fault: ApiFault) -> bool:
        """Whether this call of those that a fault is about is to fail, counted."""
        about = replace(fault, count=0)
        self._calls[about] += 1
        return self._calls[about] % fault.every == 0

    def _set(self, faults: Faults) -> None:
        self._current = faults
        for address, fault in (faults.servers | faults.resolvers).items():
            self.timelines[address].set(self._clock(), fault)
