"""A loopback address for every instance, as all of them serve the same port."""

from collections import deque
from ipaddress import IPv4Address


class MachineAddresses:
    """A block of `count` addresses from `first` on; one that was given back is given again as late as possible."""

    def __init__(self, first: IPv4Address, count: int) -> None:
        self._free = deque(first + offset for offset in range(count))
        self._count = count

    def take(self) -> str:
        """Raises LookupError when all are in use."""
        if not self._free:
            raise LookupError(f"the lab has addresses for {self._count} instances at a time, and all of them run")
        return str(self._free.popleft())

    def give_back(self, address: str) -> None:
        self._free.append(IPv4Address(address))
