"""How much one instance can do: requests in their service time, then slow ones, then none."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Capacity:
    """What a service can do on one instance.

    per_second: requests that it works off, one after the other. service_seconds: how long each takes at least.
    patience_seconds: how long a request may have to wait for its turn; one that would wait longer is turned away.
    """

    per_second: float = 50.0
    service_seconds: float = 0.005
    patience_seconds: float = 1.0


class Load:
    """The work that lies before one instance: a queue that is worked off at a constant rate."""

    def __init__(self) -> None:
        self._free_at = 0.0

    def take(self, capacity: Capacity, now: float) -> float | None:
        """After how many seconds a request that comes `now` is answered; None when it is turned away."""
        turn = max(now, self._free_at)
        if turn - now > capacity.patience_seconds:
            return None
        self._free_at = turn + 1 / capacity.per_second
        return turn - now + capacity.service_seconds
