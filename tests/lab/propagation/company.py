"""Many plays at once in one process, each with servers of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tests.lab.propagation.play import Ending
from tests.own_time import run_in_own_time

T = TypeVar("T")
# Their time stands still while any of them computes: more of them would not be over sooner.
AT_ONCE = 32
# Worlds in step would all be busy at the same moment.
BETWEEN_SECONDS = 0.25


@dataclass(frozen=True)
class Performance(Generic[T]):
    """How one play ended."""

    play: T
    ending: Ending


def perform_all(
    plays: Sequence[T], perform: Callable[[T], Awaitable[Ending]], at_once: int = AT_ONCE
) -> list[Performance[T]]:
    """Perform all of them, some at a time, in one loop on its own time."""

    async def one(play: T, turns: asyncio.Semaphore, door: asyncio.Lock) -> Performance[T]:
        async with turns:
            async with door:
                await asyncio.sleep(BETWEEN_SECONDS)
            return Performance(play, await perform(play))

    async def everything() -> list[Performance[T]]:
        turns, door = asyncio.Semaphore(at_once), asyncio.Lock()
        return list(await asyncio.gather(*(one(play, turns, door) for play in plays)))

    return run_in_own_time(everything())
