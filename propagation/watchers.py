"""Asking name servers and resolvers again and again, and keeping what they say; whom and when is decided elsewhere."""

import asyncio
from collections.abc import Mapping

from propagation.answer import Endpoint
from propagation.criterion import Picture, Status, status
from propagation.judges import judge_of
from propagation.name_servers import NameServers
from propagation.poll import Wakeup, poll
from propagation.questions import Aliases, Limiter, Runtime
from propagation.resolver_view import ResolverView, observe_resolver
from propagation.schedule import ResolverSchedule, ServerSchedule
from propagation.server_view import ServerView, is_news, observe_server
from propagation.target import Target

# The status for planning questions is asked for after every one of them: it may be so old.
STATUS_SECONDS = 0.1

Key = tuple[Endpoint, str]


class Watchers:
    """One watcher for every address of a name server, and for every resolver, and each name; `run` runs them."""

    def __init__(self, target: Target, runtime: Runtime) -> None:
        self._target = target
        self._runtime = runtime
        self._limiter = Limiter(runtime)
        self._aliases = Aliases(target.rdtype, target.resolvers, self._limiter)
        self._judge = judge_of(target, self._limiter)
        self._servers: dict[Key, ServerView] = {}
        self._resolvers: dict[Key, ResolverView] = {}
        self._name_servers = NameServers(target, self._limiter, runtime, self._watch_address)
        self._skipped: set[str] = set()
        self._status_at = float("-inf")
        self._latest_status: Status | None = None
        self._wakeup = Wakeup(runtime)
        self._group = asyncio.TaskGroup()

    @property
    def queries(self) -> int:
        """How many questions have been asked, of anybody."""
        return self._limiter.queries.total()

    @property
    def queries_by_server(self) -> Mapping[str, int]:
        """How many questions each server and resolver was asked, by its printable name."""
        counts = self._limiter.queries
        servers = {view.server: counts[server] for (server, _), view in self._servers.items()}
        return servers | {str(resolver): counts[resolver] for resolver in self._target.resolvers}

    @property
    def in_doubt(self) -> bool:
        """Whether there is an answer, not known to be the expected one, that is still being judged."""
        return self._judge.in_doubt > 0

    def picture(self) -> Picture:
        """All that is known now."""
        return Picture(
            tuple(self._servers.values()),
            tuple(self._resolvers.values()),
            dict(self._name_servers.unlocated),
            tuple(sorted(self._skipped)),
            self._name_servers.delegation,
            self._target.private,
        )

    def status(self, now: float) -> Status:
        """How far DNS is, by all that is known now."""
        return status(self.picture(), now, self._target.minimum_ttl_seconds)

    async def run(self) -> None:
        """Watch for ever."""
        async with self._group as group:
            group.create_task(self._name_servers.run())
            for resolver in self._target.resolvers:
                for name in self._target.names:
                    self._resolvers[resolver, name] = ResolverView(name, str(resolver))
                    group.create_task(self._watch_resolver((resolver, name)))

    def _watch_address(self, ns_name: str, server: Endpoint) -> None:
        printable = f"{ns_name.rstrip('.')} ({server})"
        if not self._runtime.is_routable(server):
            self._skipped.add(printable)
            return
        for name in self._target.names:
            if (server, name) not in self._servers:
                self._servers[server, name] = ServerView(name, printable)
                self._group.create_task(self._watch_server((server, name)))

    async def _watch_server(self, key: Key) -> None:
        """Ask one authoritative address about one name for ever."""
        schedule = ServerSchedule(lambda: self._servers[key], self._recent_status, len(self._target.names))
        await poll(schedule, lambda: self._ask_server(key), self._runtime, self._wakeup)

    async def _ask_server(self, key: Key) -> None:
        server, name = key
        answer = await self._limiter.timed(server, name, self._target.rdtype, recursive=False)
        seen = await self._judge.judge(server, await self._aliases.followed(answer), recursive=False)
        before, self._servers[key] = self._servers[key], observe_server(self._servers[key], seen)
        if is_news(before, self._servers[key]):
            self._status_at = float("-inf")
            self._wakeup.call()

    async def _watch_resolver(self, key: Key) -> None:
        """Ask one resolver about one name for ever."""
        schedule = ResolverSchedule(
            lambda: self._resolvers[key], self._recent_status, len(self._target.names), self._runtime.clock
        )
        await poll(schedule, lambda: self._ask_resolver(key), self._runtime, self._wakeup)

    async def _ask_resolver(self, key: Key) -> None:
        server, name = key
        answer = await self._limiter.timed(server, name, self._target.rdtype, recursive=True)
        seen = await self._judge.judge(server, answer, recursive=True)
        self._resolvers[key] = observe_resolver(self._resolvers[key], seen)

    def _recent_status(self) -> Status:
        now = self._runtime.clock()
        if self._latest_status is None or now - self._status_at >= STATUS_SECONDS:
            self._latest_status, self._status_at = self.status(now), now
        return self._latest_status
