"""How much one instance can do: requests in their service time, then slow ones, then none."""

from lab.messages import Capacity

__all__ = ["Capacity", "Load"]


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
