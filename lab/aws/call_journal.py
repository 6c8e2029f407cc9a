"""Which calls the embedded AWS got: by whom, of what, and whether they were allowed."""

import threading
from collections import deque
from collections.abc import Sequence

from lab.messages import Call

# Some 20 MB; a rehearsal makes 2000 calls.
KEPT = 20_000


class CallJournal:
    """The last `KEPT` calls, oldest first; thread-safe."""

    def __init__(self, before: Sequence[Call] = ()) -> None:
        self._lock = threading.Lock()
        self._calls: deque[Call] = deque(before, KEPT)

    def add(self, call: Call) -> None:
        with self._lock:
            self._calls.append(call)

    def calls(self) -> list[Call]:
        with self._lock:
            return list(self._calls)
