"""A caching resolver at one address, in front of the authoritative servers."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
from dns.rdatatype import RdataType

from lab.dns.cache import Cache, Entry
from lab.dns.lookup import MAX_CHAIN
from lab.dns.outcome import STALE, UNREACHABLE, Outcome
from lab.dns.responder import Responder
from lab.dns.timeline import Setting, Timeline
from lab.messages import Cached

UPSTREAM_TIMEOUT_SECONDS = 0.5
# So many turns the loop makes at least before a server counts as silent: all servers are in this loop, and on a machine
# that is busy half a second may be less than one turn.
UPSTREAM_TURNS = 20
Ask = Callable[[str, dns.message.Message], Awaitable[dns.message.Message]]
Inside = Callable[[dns.name.Name, RdataType], Awaitable[Outcome | None]]


async def nothing_private(qname: dns.name.Name, kind: RdataType) -> Outcome | None:  # noqa: ARG001  # an Inside
    """A network without a zone of its own."""
    return None


class CachingResolver(Responder):
    """Asks the authoritative servers, those that `servers` puts first first, and keeps an answer for exactly its TTL.

    inside: what private zones say, None for a name that is in none.
    """

    recursive = True

    def __init__(
        self,
        servers: Callable[[], Sequence[str]],
        ask: Ask,
        new_cache: Callable[[], Cache],
        timeline: Timeline,
        clock: Callable[[], float] = time.time,
        inside: Inside = nothing_private,
    ) -> None:
        super().__init__(lambda: timeline.latest.fault)
        self._servers = servers
        self._ask = ask
        self._new_cache = new_cache
        self._caches: list[Cache] = []
        self._turns: defaultdict[tuple[dns.name.Name, RdataType], list[int]] = defaultdict(list)
        self._timeline = timeline
        self._clock = clock
        self._inside = inside
        self._under_way: dict[tuple[int, str, RdataType], asyncio.Task[Entry]] = {}

    def cached(self, name: str) -> list[Cached]:
        """What this resolver holds for a name (lower case, with a dot at the end), in all of its caches."""
        now = self._clock()
        return [
            entry
            for number, cache in enumerate(self._caches)
            for entry in cache.entries(name, now, self._setting(number))
        ]

    async def fill(self, qname: dns.name.Name, kind: RdataType) -> None:
        """What clients do: ask so often that every cache holds an answer."""
        await asyncio.gather(
            *(self._from_cache(number, qname, kind) for number in range(self._timeline.latest.fault.caches))
        )

    async def outcome(self, qname: dns.name.Name, kind: RdataType) -> Outcome:
        """The answer with the TTL that is left, following CNAMEs from zone to zone."""
        return await self._from_cache(self._next_cache(qname, kind), qname, kind)

    def _next_cache(self, qname: dns.name.Name, kind: RdataType) -> int:
        """The questions about a name meet all caches in turn, in random order: a test must not hang on luck."""
        turn = self._turns[qname, kind]
        turn[:] = [number for number in turn if number < self._timeline.latest.fault.caches]
        if not turn:
            turn += random.sample(range(self._timeline.latest.fault.caches), self._timeline.latest.fault.caches)
        return turn.pop()

    async def _from_cache(self, number: int, qname: dns.name.Name, kind: RdataType) -> Outcome:
        while len(self._caches) <= number:
            self._caches.append(self._new_cache())
        answer: list[dns.rrset.RRset] = []
        target, asked_at, error = qname, self._clock(), None
        for _ in range(MAX_CHAIN):
            entry = await self._entry(number, target, kind)
            at = max(asked_at, entry.stored_at)  # an answer that has just been fetched has its full TTL
            part = entry.aged(at)
            error = error or part.error or (STALE if at > entry.expires_at else None)
            answer += [_named(records, target) for records in part.answer]
            last = part.answer[-1] if part.answer else None
            if last is None or last.rdtype != RdataType.CNAME or kind == RdataType.CNAME or part.authority:
                return Outcome(part.rcode, tuple(answer), part.authority, authoritative=False, error=error)
            target = last[0].target
        return UNREACHABLE

    def _setting(self, number: int) -> Setting:
        """How one cache behaves: `one_stuck` is about the first of them."""
        setting = self._timeline.latest
        return replace(setting, stuck_at=None) if setting.fault.fault == "one_stuck" and number > 0 else setting

    async def _entry(self, number: int, qname: dns.name.Name, kind: RdataType) -> Entry:
        name = qname.to_text().lower()
        entry = self._caches[number].get((name, kind), self._clock(), self._setting(number))
        if entry is not None:
            return entry
        task = self._under_way.get((number, name, kind))
        if task is None:  # one question upstream, however many clients ask at once
            task = asyncio.create_task(self._fetch(self._caches[number], qname, kind))
            self._under_way[number, name, kind] = task
            task.add_done_callback(lambda _: self._under_way.pop((number, name, kind)))
        return await asyncio.shield(task)

    async def _fetch(self, cache: Cache, qname: dns.name.Name, kind: RdataType) -> Entry:
        outcome = await self._inside(qname, kind) or await self._ask_around(qname, kind)
        shortest = self._timeline.latest.fault.minimum_ttl_seconds
        return cache.put((qname.to_text().lower(), kind), outcome, self._clock(), shortest)

    async def _ask_around(self, qname: dns.name.Name, kind: RdataType) -> Outcome:
        """What the first server says that gives an answer for good: no error, no referral, with authority."""
        query = dns.message.make_query(qname, kind, use_edns=0)
        query.flags &= ~dns.flags.RD
        for server in self._servers():
            try:
                response = await self._ask(server, query)
                if response.rcode() == dns.rcode.FORMERR:
                    response = await self._ask(server, _without_edns(query))
            except (dns.exception.DNSException, OSError, EOFError):
                continue
            if response.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN) and response.flags & dns.flags.AA:
                return Outcome(response.rcode(), tuple(response.answer), tuple(response.authority))
        return UNREACHABLE


def _named(records: dns.rrset.RRset, name: dns.name.Name) -> dns.rrset.RRset:
    """`records` under `name` as it is written there, where they are of that name at all."""
    if records.name == name:
        records.name = name
    return records


def _without_edns(query: dns.message.Message) -> dns.message.Message:
    plain = dns.message.make_query(query.question[0].name, query.question[0].rdtype, use_edns=False)
    plain.flags &= ~dns.flags.RD
    return plain


def asking(port: int) -> Ask:
    """Ask by UDP, by TCP if the answer is truncated. Raises DNSException, OSError (as for time) or EOFError."""

    async def ask(server: str, query: dns.message.Message) -> dns.message.Message:
        # asyncio's time limit, as dnspython's follows the wall clock through its jumps.
        asking = asyncio.ensure_future(
            dns.asyncquery.udp_with_fallback(query, server, port=port, ignore_unexpected=True, ignore_errors=True)
        )
        try:
            for _ in range(UPSTREAM_TURNS):
                if (await asyncio.wait({asking}, timeout=UPSTREAM_TIMEOUT_SECONDS / UPSTREAM_TURNS))[0]:
                    return asking.result()[0]
            raise TimeoutError
        finally:
            asking.cancel()

    return ask
