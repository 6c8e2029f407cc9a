"""An event loop whose clock jumps to the next thing to do: a wait of minutes takes milliseconds."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
# Not zero, so that a clock mistaken for a duration shows.
START = 1000.0


class _JumpingSelector(selectors.DefaultSelector):
    """Never sleeps: what it would have slept is added to `now`. Nobody listens to a socket, so none is looked at."""

    now = START

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits for something that will never happen")
        self.now += max(timeout, 0.0)
        return []


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop on virtual time, beginning at START seconds."""

    def __init__(self) -> None:
        self.jumping = _JumpingSelector()
        super().__init__(self.jumping)

    def time(self) -> float:
        return self.jumping.now


def run_in_virtual_time(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end, and fail if it leaves tasks behind."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        result = runner.run(main)
        assert not asyncio.all_tasks(runner.get_loop()), "tasks were left running"
        return result
