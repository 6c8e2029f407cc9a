"""A caching resolver at one address, in front of the authoritative servers."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
from dns.rdatatype import RdataType

from lab.dns.cache import Cache, Entry
from lab.dns.endpoint import Responder
from lab.dns.lookup import MAX_CHAIN, SERVFAIL, Outcome
from lab.dns.timeline import Timeline
from lab.messages import Cached

UPSTREAM_TIMEOUT_SECONDS = 0.5
Ask = Callable[[str, dns.message.Message], Awaitable[dns.message.Message]]


class CachingResolver(Responder):
    """Asks any authoritative server at random and keeps its answer for exactly its TTL."""

    recursive = True

    def __init__(
        self, servers: Sequence[str], ask: Ask, cache: Cache, timeline: Timeline, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(lambda: timeline.latest.fault)
        self._servers = servers
        self._ask = ask
        self._cache = cache
        self._timeline = timeline
        self._clock = clock
        self._under_way: dict[tuple[str, RdataType], asyncio.Task[Entry]] = {}

    def cached(self, name: str) -> list[Cached]:
        """What this resolver holds for a name (lower case, with a dot at the end)."""
        return self._cache.entries(name, self._clock(), self._timeline.latest)

    async def outcome(self, qname: dns.name.Name, kind: RdataType) -> Outcome:
        """The answer with the TTL that is left, following CNAMEs from zone to zone."""
        answer: list[dns.rrset.RRset] = []
        target, asked_at = qname, self._clock()
        for _ in range(MAX_CHAIN):
            entry = await self._entry(target, kind)
            part = entry.aged(max(asked_at, entry.stored_at))  # an answer that has just been fetched has its full TTL
            answer += part.answer
            last = part.answer[-1] if part.answer else None
            if last is None or last.rdtype != RdataType.CNAME or kind == RdataType.CNAME or part.authority:
                return Outcome(part.rcode, tuple(answer), part.authority, authoritative=False)
            target = last[0].target
        return SERVFAIL

    async def _entry(self, qname: dns.name.Name, kind: RdataType) -> Entry:
        question = (qname.to_text().lower(), kind)
        entry = self._cache.get(question, self._clock(), self._timeline.latest)
        if entry is not None:
            return entry
        task = self._under_way.get(question)
        if task is None:  # one question upstream, however many clients ask at once
            task = asyncio.create_task(self._fetch(qname, kind))
            self._under_way[question] = task
            task.add_done_callback(lambda _: self._under_way.pop(question))
        return await task

    async def _fetch(self, qname: dns.name.Name, kind: RdataType) -> Entry:
        query = dns.message.make_query(qname, kind, use_edns=0)
        query.flags &= ~dns.flags.RD
        outcome = SERVFAIL
        for server in random.sample(self._servers, len(self._servers)):
            try:
                response = await self._ask(server, query)
            except (dns.exception.DNSException, OSError):
                continue
            if response.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
                outcome = Outcome(response.rcode(), tuple(response.answer), tuple(response.authority))
                break
        return self._cache.put((qname.to_text().lower(), kind), outcome, self._clock())


def asking(port: int) -> Ask:
    """Ask by UDP, by TCP if the answer is truncated. Raises DNSException or OSError."""

    async def ask(server: str, query: dns.message.Message) -> dns.message.Message:
        response, _ = await dns.asyncquery.udp_with_fallback(query, server, UPSTREAM_TIMEOUT_SECONDS, port)
        return response

    return ask
