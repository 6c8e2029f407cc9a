"""Asking many questions of few servers without crowding any of them."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from propagation.answer import Answer, Ask, Endpoint

# At most so many questions under way at one address. A dead server keeps each for the whole of its timeout, so fewer
# would leave many names waiting long after it came back.
AT_ONCE = 16


@dataclass(frozen=True)
class Heard:
    """An answer and when, in monotonic seconds, it was asked for and came."""

    answer: Answer
    asked_at: float
    at: float


class PoliteAsk:
    """Ask, with a bound on the questions under way at each server; counts the `queries` to each."""

    def __init__(self, ask: Ask, clock: Callable[[], float]) -> None:
        self._ask = ask
        self._clock = clock
        self._turns: defaultdict[Endpoint, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
        self.queries: Counter[Endpoint] = Counter()

    async def __call__(self, server: Endpoint, name: str, rdtype: str, *, recursive: bool) -> Answer:
        return (await self.hear(server, name, rdtype, recursive=recursive)).answer

    async def hear(self, server: Endpoint, name: str, rdtype: str, *, recursive: bool) -> Heard:
        """Ask and note the times; waiting for one's turn is not part of them."""
        async with self._turns[server]:
            self.queries[server] += 1
            asked_at = self._clock()
            answer = await self._ask(server, name, rdtype, recursive=recursive)
            return Heard(answer, asked_at, self._clock())
