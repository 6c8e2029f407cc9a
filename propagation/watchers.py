"""Asking name servers and resolvers again and again, and keeping what they say; whom and when is decided elsewhere."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from propagation import delegation, name_servers
from propagation.aliases import Aliases
from propagation.answer import Ask, Endpoint, Kind
from propagation.ask_for_ever import ask_for_ever
from propagation.concurrently import all_of
from propagation.criterion import Picture, Status, status
from propagation.look import Judge
from propagation.news import News
from propagation.next_look import (
    LONGEST_BACKOFF_SECONDS,
    backoff_seconds,
    next_resolver_look,
    next_server_look,
    questions_at_once,
    resolver_patience_seconds,
    resolver_pause_seconds,
    resolver_questions_at_once,
    server_patience_seconds,
    server_pause_seconds,
)
from propagation.polite_ask import PoliteAsk
from propagation.resolver_view import ResolverView, observe_resolver
from propagation.sentinel import is_news
from propagation.server_view import ServerView, observe_server
from propagation.target import Target

# The status for planning looks is asked for after every one of them: it may be so old.
STATUS_SECONDS = 0.1
# Nobody sleeps longer without regard for what the others have found.
NAP_SECONDS = 1.0
# Nor so short that the clock may not have moved after it.
SHORTEST_NAP_SECONDS = 0.001
# A parent zone that was not seen at first is asked for again, ever more seldom.
PARENT_SECONDS = 10.0

Key = tuple[Endpoint, str]
NewJudge = Callable[[Target, PoliteAsk, Callable[[], float]], Judge]


class Watchers:
    """One watcher for every address of a name server, and for every resolver, and each live name; `run` runs them."""

    def __init__(
        self,
        target: Target,
        ask: Ask,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        is_routable: Callable[[Endpoint], bool],
        new_judge: NewJudge,
    ) -> None:
        self._target = target
        self._clock = clock
        self._sleep = sleep
        self._is_routable = is_routable
        self._ask = PoliteAsk(ask, clock)
        self._aliases = Aliases(target.rdtype, target.resolvers, self._ask, clock)
        self._judge = new_judge(target, self._ask, clock)
        self._servers: dict[Key, ServerView] = {}
        self._resolvers: dict[Key, ResolverView] = {}
        self._delegation = delegation.Delegation(
            delegation.plain_names(target.ns_names),
            is_awaited=target.zone is not None and not target.private,
            doubts=target.doubts,
        )
        self._unlocated = dict.fromkeys(self._delegation.own, "not asked yet")
        self._skipped: set[str] = set()
        self._status_at = float("-inf")
        self._latest_status: Status | None = None
        self._news = News(sleep)

    @property
    def queries(self) -> int:
        """How many questions have been asked, of anybody."""
        return self._ask.queries.total()

    @property
    def queries_by_server(self) -> Mapping[str, int]:
        """How many questions each server and resolver was asked, by its printable name."""
        counts = self._ask.queries
        servers = {view.server: counts[server] for (server, _), view in self._servers.items()}
        return servers | {str(resolver): counts[resolver] for resolver in self._target.resolvers}

    @property
    def in_doubt(self) -> bool:
        """Whether there is an answer, not known to be the incoming colour's, that is still being judged."""
        return self._judge.in_doubt > 0

    def picture(self) -> Picture:
        """All that is known now."""
        return Picture(
            tuple(self._servers.values()),
            tuple(self._resolvers.values()),
            dict(self._unlocated),
            tuple(sorted(self._skipped)),
            self._delegation,
            self._target.private,
        )

    def status(self, now: float) -> Status:
        """How far DNS is, by all that is known now."""
        return status(self.picture(), now, self._target.minimum_ttl_seconds)

    async def run(self) -> None:
        """Watch for ever."""
        async with asyncio.TaskGroup() as group:
            for ns_name in self._delegation.own:
                group.create_task(self._locate(ns_name, group))
            if self._target.zone is not None and not self._target.private:
                group.create_task(self._find_parent(self._target.zone, group))
            for resolver in self._target.resolvers:
                for name in self._target.names:
                    self._resolvers[resolver, name] = ResolverView(name, str(resolver))
                    group.create_task(self._watch_resolver((resolver, name)))

    async def _find_parent(self, zone: str, group: asyncio.TaskGroup) -> None:
        """Find out to whom the parent delegates, and watch those as well that the zone itself does not have."""
        target, pause_seconds = self._target, PARENT_SECONDS
        while self._delegation.by_parent is None:
            self._delegation = await delegation.ask_parent(
                self._delegation, zone, target.resolvers, target.authoritative_port, self._ask
            )
            for ns_name in self._delegation.by_parent or ():
                if ns_name not in self._delegation.own:
                    self._unlocated[ns_name] = "not asked yet"
                    group.create_task(self._locate(ns_name, group))
            if self._delegation.by_parent is None:
                await self._sleep(pause_seconds)
                pause_seconds *= 2

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
            answer = await name_servers.first_to_know(ns_name, rdtype, self._target.resolvers, self._ask)
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
        """Ask one authoritative address about one name for ever."""
        views, status, names = self._servers, self._recent_status, len(self._target.names)
        await ask_for_ever(
            lambda: self._sleep_until(lambda: next_server_look(views[key], status(), names)),
            lambda under_way: questions_at_once(views[key], under_way),
            lambda: self._look_at_server(key),
            lambda: server_patience_seconds(views[key], status(), names),
            self._clock,
            lambda: server_pause_seconds(views[key], status(), names),
        )

    async def _look_at_server(self, key: Key) -> None:
        server, name = key
        heard = await self._ask.hear(server, name, self._target.rdtype, recursive=False)
        heard = await self._aliases.followed(heard)
        look = await self._judge.judge(server, heard, recursive=False)
        before, self._servers[key] = self._servers[key], observe_server(self._servers[key], look)
        if is_news(before, self._servers[key]):
            self._status_at = float("-inf")
            self._news.tell()

    async def _watch_resolver(self, key: Key) -> None:
        """Ask one resolver about one name for ever."""
        views, status, clock = self._resolvers, self._recent_status, self._clock
        pause_seconds = resolver_pause_seconds(len(self._target.names))
        await ask_for_ever(
            lambda: self._sleep_until(lambda: next_resolver_look(views[key], status(), pause_seconds)),
            lambda under_way: resolver_questions_at_once(views[key], status(), clock(), under_way),
            lambda: self._look_at_resolver(key),
            lambda: resolver_patience_seconds(views[key], status(), clock()),
            clock,
            lambda: pause_seconds,
        )

    async def _look_at_resolver(self, key: Key) -> None:
        server, name = key
        heard = await self._ask.hear(server, name, self._target.rdtype, recursive=True)
        look = await self._judge.judge(server, heard, recursive=True)
        self._resolvers[key] = observe_resolver(self._resolvers[key], look)

    async def _sleep_until(self, next_look: Callable[[], float]) -> None:
        """Sleep until the time that `next_look` gives, which may change as others find things out."""
        while (pause := next_look() - self._clock()) > 0:
            await self._news.or_after(min(max(pause, SHORTEST_NAP_SECONDS), NAP_SECONDS))

    def _recent_status(self) -> Status:
        now = self._clock()
        if self._latest_status is None or now - self._status_at >= STATUS_SECONDS:
            self._latest_status, self._status_at = self.status(now), now
        return self._latest_status
