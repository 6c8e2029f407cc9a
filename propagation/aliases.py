"""Following a CNAME out of the zone: an authoritative server's answer ends with a name that is not its own."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from propagation.answer import Answer, Ask, Endpoint, Kind
from propagation.name_servers import first_to_know
from propagation.polite_ask import Heard

# The addresses of a name are taken to be the same for so long.
FRESH_SECONDS = 5.0


class Aliases:
    """Gives answers that end with a name of another zone the addresses that resolvers have for it."""

    def __init__(self, rdtype: str, resolvers: Sequence[Endpoint], ask: Ask, clock: Callable[[], float]) -> None:
        self._rdtype, self._resolvers, self._ask, self._clock = rdtype, resolvers, ask, clock
        self._known: dict[str, tuple[float, Answer]] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def followed(self, heard: Heard) -> Heard:
        """What was heard, with addresses where its alias has any; the TTL stays that of the server's own records."""
        alias = heard.answer.alias
        if not alias:
            return heard
        found = await self._look_up(alias, heard.asked_at)
        if found.kind is not Kind.ADDRESSES:
            return heard
        ttl_seconds = heard.answer.longest_ttl_seconds
        answer = replace(
            heard.answer, kind=Kind.ADDRESSES, addresses=found.addresses, ttl_seconds=ttl_seconds, detail=""
        )
        return replace(heard, answer=answer)

    async def _look_up(self, alias: str, not_before: float) -> Answer:
        async with self._locks[alias]:
            asked_at, answer = self._known.get(alias, (float("-inf"), Answer(Kind.NODATA)))
            if asked_at < not_before - FRESH_SECONDS:
                asked_at, answer = self._clock(), await first_to_know(alias, self._rdtype, self._resolvers, self._ask)
                self._known[alias] = asked_at, answer
            return answer
