"""Asking name servers and resolvers again and again, and keeping what they say; whom and when is decided elsewhere."""

import asyncio
from collections.abc import Awaitable, Callable

from cutover.propagation import name_servers
from cutover.propagation.answer import Ask, Endpoint, Kind
from cutover.propagation.colour_lookup import ColourLookup
from cutover.propagation.concurrently import all_of
from cutover.propagation.criterion import (
    Picture,
    ResolverView,
    ServerView,
    Status,
    observe_resolver,
    observe_server,
    status,
)
from cutover.propagation.next_look import (
    LONGEST_BACKOFF_SECONDS,
    PROBE_SECONDS,
    backoff_seconds,
    next_resolver_look,
    next_server_look,
    probe_seconds,
    questions_at_once,
)
from cutover.propagation.polite_ask import PoliteAsk
from cutover.propagation.target import Target

# The status for planning looks is asked for after every one of them: it may be so old.
STATUS_SECONDS = 0.1
# Nobody sleeps longer without regard for what the others have found.
NAP_SECONDS = 1.0
# Unanswered questions about one name at one address: with a timeout of 2 s and a look each 0.5 s there are four.
UNDER_WAY_AT_MOST = 8

Key = tuple[Endpoint, str]


class Watchers:
    """One watcher for every address of a name server, and for every resolver, and each live name; `run` runs them."""

    def __init__(
        self,
        target: Target,
        ask: Ask,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        is_routable: Callable[[Endpoint], bool],
    ) -> None:
        self._target = target
        self._clock = clock
        self._sleep = sleep
        self._is_routable = is_routable
        self._ask = PoliteAsk(ask, clock)
        self._lookup = ColourLookup(target, self._ask, clock)
        self._servers: dict[Key, ServerView] = {}
        self._resolvers: dict[Key, ResolverView] = {}
        self._unlocated = dict.fromkeys(target.ns_names, "not asked yet")
        self._skipped: set[str] = set()
        self._status_at = float("-inf")
        self._latest_status: Status | None = None

    @property
    def queries(self) -> int:
        """How many questions have been asked."""
        return self._ask.queries

    @property
    def in_doubt(self) -> bool:
        """Whether there is an answer, not known to be the incoming colour's, that is still being judged."""
        return self._lookup.in_doubt > 0

    def picture(self) -> Picture:
        """All that is known now."""
        return Picture(
            tuple(self._servers.values()),
            tuple(self._resolvers.values()),
            dict(self._unlocated),
            tuple(sorted(self._skipped)),
        )

    def status(self, now: float) -> Status:
        """How far DNS is, by all that is known now."""
        return status(self.picture(), now, self._target.minimum_ttl_seconds)

    async def run(self) -> None:
        """Watch for ever."""
        async with asyncio.TaskGroup() as group:
            for ns_name in self._target.ns_names:
                group.create_task(self._locate(ns_name, group))
            for resolver in self._target.resolvers:
                for name in self._target.names:
                    self._resolvers[resolver, name] = ResolverView(name, str(resolver))
                    group.create_task(self._watch_resolver((resolver, name)))

    async def _locate(self, ns_name: str, group: asyncio.TaskGroup) -> None:
        """Find the addresses of one name server, however long that takes, and watch each as soon as it is known."""
        while not any(await all_of(self._locate_family(ns_name, rdtype, group) for rdtype in name_servers.FAMILIES)):
            self._unlocated[ns_name] = "it has neither A nor AAAA records"
            await self._sleep(LONGEST_BACKOFF_SECONDS)
        del self._unlocated[ns_name]

    async def _locate_family(self, ns_name: str, rdtype: str, group: asyncio.TaskGroup) -> bool:
        """Whether the name server has addresses of this family; asks until that is known."""
        failures = 0
        while True:
            answer = await name_servers.find_addresses(ns_name, rdtype, self._target.resolvers, self._ask)
            if answer.kind is Kind.ADDRESSES:
                for address in sorted(answer.addresses):
                    self._watch_address(ns_name, Endpoint(address, self._target.authoritative_port), group)
                return True
            if answer.kind is Kind.NODATA:
                return False
            failures += 1
            self._unlocated[ns_name] = f"its {rdtype} records: {answer.detail}"
            await self._sleep(backoff_seconds(failures))

    def _watch_address(self, ns_name: str, server: Endpoint, group: asyncio.TaskGroup) -> None:
        printable = f"{ns_name.rstrip('.')} ({server})"
        if not self._is_routable(server):
            self._skipped.add(printable)
            return
        for name in self._target.names:
            if (server, name) not in self._servers:
                self._servers[server, name] = ServerView(name, printable)
                group.create_task(self._watch_server((server, name)))

    async def _watch_server(self, key: Key) -> None:
        """Ask one authoritative address about one name for ever.

        A question that is not answered soon is not waited for: what became of it is noted whenever it is known.
        """
        pause_seconds = probe_seconds(len(self._target.names))
        async with asyncio.TaskGroup() as group:
            under_way: set[asyncio.Task[None]] = set()
            while True:
                await self._sleep_until(
                    lambda: next_server_look(self._servers[key], self._recent_status(), pause_seconds)
                )
                count = questions_at_once(self._servers[key])
                asked = {group.create_task(self._look_at_server(key)) for _ in range(count)}
                await asyncio.wait(asked, timeout=PROBE_SECONDS)
                under_way = {task for task in under_way | asked if not task.done()}
                if len(under_way) >= UNDER_WAY_AT_MOST:
                    await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)

    async def _look_at_server(self, key: Key) -> None:
        server, name = key
        heard = await self._ask.hear(server, name, self._target.rdtype, recursive=False)
        look = await self._lookup.judge(server, heard, recursive=False)
        self._servers[key] = observe_server(self._servers[key], look)

    async def _watch_resolver(self, key: Key) -> None:
        """Ask one resolver about one name for ever."""
        server, name = key
        while True:
            await self._sleep_until(lambda: next_resolver_look(self._resolvers[key], self._recent_status()))
            heard = await self._ask.hear(server, name, self._target.rdtype, recursive=True)
            look = await self._lookup.judge(server, heard, recursive=True)
            self._resolvers[key] = observe_resolver(self._resolvers[key], look)

    async def _sleep_until(self, next_look: Callable[[], float]) -> None:
        """Sleep until the time that `next_look` gives, which may change as others find things out."""
        while (pause := next_look() - self._clock()) > 0:
            await self._sleep(min(pause, NAP_SECONDS))

    def _recent_status(self) -> Status:
        now = self._clock()
        if self._latest_status is None or now - self._status_at >= STATUS_SECONDS:
            self._latest_status, self._status_at = self.status(now), now
        return self._latest_status
