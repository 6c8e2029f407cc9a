"""Waking everybody who sleeps, because one of them has found something out."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any


class News:
    """`tell` ends all naps that were begun before it."""

    def __init__(self, sleep: Callable[[float], Awaitable[object]]) -> None:
        self._sleep = sleep
        self._told: asyncio.Future[None] | None = None

    def tell(self) -> None:
        """Wake everybody."""
        if self._told is not None:
            self._told.set_result(None)
            self._told = None

    async def or_after(self, seconds: float) -> None:
        """Return when there is news, and after `seconds` at the latest."""
        if self._told is None:
            self._told = asyncio.get_running_loop().create_future()
        nap: asyncio.Future[object] = asyncio.ensure_future(self._sleep(seconds))
        either: set[asyncio.Future[Any]] = {nap, self._told}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if nap.done():
                nap.result()
        finally:
            nap.cancel()
