"""Keeping up with the addresses of the colours' load balancers, and judging answers by them."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine
from typing import Any

from propagation.answer import Endpoint, Kind
from propagation.colour_addresses import Sighting, Verdict, addresses_by_colour, classify, remember
from propagation.concurrently import all_of
from propagation.criterion import DEFAULT_TTL_SECONDS
from propagation.look import Look, judge
from propagation.polite_ask import Heard, PoliteAsk
from propagation.target import Target

# An answer is judged by look-ups at most so old. For the incoming colour half a TTL will do: so there is one after
# every switch and before the end, should an address have moved from one colour to another.
FRESH_SECONDS = 5.0
FRESH_TTLS = 0.5
# Load balancers show only some of their addresses at a time, and caches show them for one TTL.
REMEMBER_TTLS = 2


class ColourLookup:
    """Judges answers; asks for the colours' addresses when those it knows are old or leave an answer unexplained.

    `in_doubt` counts answers not of the incoming colour for all that is known, with look-ups still under way.
    Raises ValueError when the incoming colour is not one of the target's colours.
    """

    def __init__(self, target: Target, ask: PoliteAsk, clock: Callable[[], float]) -> None:
        if target.incoming not in target.colours:
            known = ", ".join(target.colours) or "none"
            raise ValueError(f"incoming is {target.incoming!r}, which is not one of the colours: {known}")
        self._target = target
        self._ask = ask
        self._clock = clock
        self._sightings: tuple[Sighting, ...] = ()
        self._known: dict[Endpoint, dict[str, frozenset[str]]] = {}
        self._asked_at: dict[Endpoint | None, float] = {}
        self._locks: defaultdict[Endpoint | None, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._ttl_seconds = 0.0
        self.in_doubt = 0

    async def judge(self, server: Endpoint, heard: Heard, *, recursive: bool) -> Look:
        """What the answer heard from `server` is worth."""
        if heard.answer.kind is Kind.ADDRESSES:
            doubt = self._verdict(server, heard) is not Verdict.NEW
            self.in_doubt += doubt
            try:
                await self._catch_up(server, heard, recursive=recursive)
            finally:
                self.in_doubt -= doubt
        return judge(heard.answer, self._colours(server), self._target.incoming, asked_at=heard.asked_at, at=heard.at)

    async def _catch_up(self, server: Endpoint, heard: Heard, *, recursive: bool) -> None:
        is_new = self._verdict(server, heard) is Verdict.NEW
        fresh_seconds = max(FRESH_SECONDS, FRESH_TTLS * self._ttl_seconds) if is_new else FRESH_SECONDS
        await self._refresh(server, heard.at - fresh_seconds, lambda: self._ask_own_names(server, recursive=recursive))
        if self._verdict(server, heard) is Verdict.UNKNOWN:
            await self._refresh(server, heard.asked_at, lambda: self._ask_own_names(server, recursive=recursive))
        if self._verdict(server, heard) is Verdict.UNKNOWN:
            await self._refresh(None, heard.asked_at, self._ask_load_balancers)

    def _verdict(self, server: Endpoint, heard: Heard) -> Verdict:
        return classify(heard.answer.addresses, self._colours(server), self._target.incoming)

    def _colours(self, server: Endpoint) -> dict[str, frozenset[str]]:
        if server not in self._known:
            self._known[server] = addresses_by_colour(self._sightings, server, self._target.incoming)
        return self._known[server]

    async def _refresh(
        self, view: Endpoint | None, not_before: float, look_up: Callable[[], Coroutine[Any, Any, list[Sighting]]]
    ) -> None:
        """Look up unless that was done at or after `not_before`; those who come together share one look-up."""
        async with self._locks[view]:
            if self._asked_at.get(view, float("-inf")) >= not_before:
                return
            self._asked_at[view] = now = self._clock()
            new = await look_up()
            keep_seconds = REMEMBER_TTLS * (self._ttl_seconds or DEFAULT_TTL_SECONDS)
            self._sightings = remember(self._sightings, new, now - keep_seconds)
            self._known.clear()

    async def _ask_own_names(self, server: Endpoint, *, recursive: bool) -> list[Sighting]:
        """What `server` itself says of each colour's own name."""
        asked_at = self._clock()
        found = await all_of(
            self._sight(server, server, colour, names.own_name, asked_at, recursive=recursive)
            for colour, names in self._target.colours.items()
        )
        return [sighting for sightings in found for sighting in sightings]

    async def _ask_load_balancers(self) -> list[Sighting]:
        """What the resolvers say of the load balancers' own DNS names."""
        asked_at = self._clock()
        found = await all_of(
            self._sight(None, resolver, colour, names.load_balancer_dns_name, asked_at, recursive=True)
            for colour, names in self._target.colours.items()
            if names.load_balancer_dns_name is not None
            for resolver in self._target.resolvers
        )
        return [sighting for sightings in found for sighting in sightings]

    async def _sight(
        self, view: Endpoint | None, server: Endpoint, colour: str, name: str, asked_at: float, *, recursive: bool
    ) -> list[Sighting]:
        """The addresses of one colour by one name.

        What a cache says is as old as the part of its TTL that is gone; authoritative answers tell how much that is.
        """
        answer = await self._ask(server, name, self._target.rdtype, recursive=recursive)
        if answer.kind is not Kind.ADDRESSES or answer.ttl_seconds is None:
            return []
        if not recursive:
            self._ttl_seconds = max(self._ttl_seconds, answer.ttl_seconds)
        age_seconds = max(0.0, self._ttl_seconds - answer.ttl_seconds) if recursive else 0.0
        return [Sighting(view, colour, address, asked_at - age_seconds) for address in answer.addresses]
