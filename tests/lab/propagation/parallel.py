"""Many simulations at once in one process, each with servers of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tests.lab.propagation.simulation import Ending
from tests.own_time import run_in_own_time

T = TypeVar("T")
# Their time stands still while any of them computes: more of them would not be over sooner.
AT_ONCE = 32
# Worlds in step would all be busy at the same moment.
BETWEEN_SECONDS = 0.25


@dataclass(frozen=True)
class Finished(Generic[T]):
    """How one simulation ended."""

    simulation: T
    ending: Ending


def simulate_all(
    simulations: Sequence[T], simulate: Callable[[T], Awaitable[Ending]], at_once: int = AT_ONCE
) -> list[Finished[T]]:
    """Perform all of them, some at a time, in one loop on its own time."""

    async def one(simulation: T, turns: asyncio.Semaphore, door: asyncio.Lock) -> Finished[T]:
        async with turns:
            async with door:
                await asyncio.sleep(BETWEEN_SECONDS)
            return Finished(simulation, await simulate(simulation))

    async def everything() -> list[Finished[T]]:
        turns, door = asyncio.Semaphore(at_once), asyncio.Lock()
        return list(await asyncio.gather(*(one(simulation, turns, door) for simulation in simulations)))

    return run_in_own_time(everything())
