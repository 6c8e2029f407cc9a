"""Where copies of the world are, one after the other, and the provider that goes on with each of them."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType

from lab.plugins.kept_provider import KeptProvider


class Seat:
    """A port that is kept for the embedded AWS of one copy at a time, and a provider that finds it there."""

    def __init__(self) -> None:
        # Bound and not listening, both with SO_REUSEADDR: a copy can listen there, and nobody else is given the port.
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind(("127.0.0.1", 0))
        self.port: int = self._held.getsockname()[1]
        self._provider: KeptProvider | None = None

    def provider(self, environment: Mapping[str, str]) -> Mapping[str, str]:
        """The variables that lead commands in the environment of a copy to the provider."""
        if self._provider is None:
            self._provider = KeptProvider(environment)
        return self._provider.variables

    def close(self) -> None:
        """Give the port back and end the provider."""
        if self._provider is not None:
            self._provider.end()
        self._held.close()


class Seats:
    """As many as there are copies at the same time in this process."""

    def __init__(self) -> None:
        self._free: list[Seat] = []

    def __enter__(self) -> "Seats":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for seat in self._free:
            seat.close()

    @contextmanager
    def one(self) -> Iterator[Seat]:
        """A seat for one copy."""
        seat = self._free.pop() if self._free else Seat()
        try:
            yield seat
        finally:
            self._free.append(seat)
