"""Asking name servers and resolvers again and again, and keeping what they say; whom and when is decided elsewhere."""

import asyncio
from collections.abc import Mapping

from propagation.answer import Endpoint
from propagation.criterion import Picture, Status, status
from propagation.further import (
    next_first_question,
    next_resolver_question,
    next_server_question,
    resolver_contradicts,
    server_contradicts,
)
from propagation.judges import judge_of
from propagation.name_servers import NameServers
from propagation.observation import Observation
from propagation.poll import Sent, Wakeup, confirm, poll
from propagation.questions import Aliases, Limiter, Runtime
from propagation.resolver_view import FURTHER_FINAL_LOOKS, ResolverView, observe_resolver
from propagation.schedule import ResolverSchedule, ServerSchedule
from propagation.server_view import ServerView, is_news, observe_server
from propagation.target import Target

# The status for planning questions is asked for after every one of them: it may be so old.
STATUS_SECONDS = 0.1

Key = tuple[Endpoint, str]


class Watchers:
    """One watcher for every address of a name server and for every resolver, about the first name, and one about the
    further names; `run` runs them.

    `at_once`: further names are asked about at once, for somebody who only looks, and does not wait.
    """

    def __init__(self, target: Target, runtime: Runtime, *, at_once: bool = False) -> None:
        self._target, self._runtime, self._at_once = target, runtime, at_once
        self._limiter = Limiter(runtime)
        self._aliases = Aliases(target.rdtype, target.resolvers, self._limiter)
        self._judge = judge_of(target, self._limiter)
        self._servers: dict[Key, ServerView] = {}
        self._resolvers: dict[Key, ResolverView] = {}
        self._further_servers: dict[Key, ServerView] = {}
        self._further_resolvers: dict[Key, ResolverView] = {}
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
            tuple(self._further_servers.values()),
            tuple(self._further_resolvers.values()),
        )

    def status(self, now: float) -> Status:
        """How far DNS is, by all that is known now."""
        return status(self.picture(), now, self._target.minimum_ttl_seconds)

    async def run(self) -> None:
        """Watch for ever."""
        async with self._group as group:
            group.create_task(self._name_servers.run())
            for resolver in self._target.resolvers:
                for name in self._target.further:
                    self._further_resolvers[resolver, name] = ResolverView(
                        name, str(resolver), final_looks=FURTHER_FINAL_LOOKS
                    )
                self._follow_at_resolver((resolver, self._target.name), ResolverView(self._target.name, str(resolver)))
                if self._target.further:
                    group.create_task(self._confirm_at_resolver(resolver))

    def _watch_address(self, ns_name: str, server: Endpoint) -> None:
        printable = f"{ns_name.rstrip('.')} ({server})"
        first = (server, self._target.name)
        if first in self._servers:
            return
        if not self._runtime.is_routable(server):
            self._skipped.add(printable)
            return
        for name in self._target.further:
            self._further_servers[server, name] = ServerView(name, printable)
        self._follow_at_server(first, ServerView(self._target.name, printable))
        if self._target.further:
            self._group.create_task(self._confirm_at_server(server))

    def _follow_at_server(self, key: Key, view: ServerView) -> None:
        """Ask one authoritative address about one name for ever."""
        self._servers[key] = view
        schedule = ServerSchedule(lambda: self._servers[key], self._recent_status)
        self._group.create_task(poll(schedule, lambda: self._ask_server(key), self._runtime, self._wakeup))

    async def _ask_server(self, key: Key) -> None:
        seen = await self._observation(key, recursive=False)
        before, self._servers[key] = self._servers[key], observe_server(self._servers[key], seen)
        # What is settled may be asked about its further names.
        if is_news(before, self._servers[key]) or before.is_settled != self._servers[key].is_settled:
            self._wake()

    def _follow_at_resolver(self, key: Key, view: ResolverView) -> None:
        """Ask one resolver about one name for ever."""
        self._resolvers[key] = view
        schedule = ResolverSchedule(lambda: self._resolvers[key], self._recent_status, self._runtime.clock)
        self._group.create_task(poll(schedule, lambda: self._ask_resolver(key), self._runtime, self._wakeup))

    async def _ask_resolver(self, key: Key) -> None:
        seen = await self._observation(key, recursive=True)
        before, self._resolvers[key] = self._resolvers[key], observe_resolver(self._resolvers[key], seen)
        if not before.is_good and self._resolvers[key].is_good:
            self._wake()

    async def _confirm_at_server(self, server: Endpoint) -> None:
        """Ask one authoritative address about the further names for ever, each when that is needed."""
        views, first = self._further_servers, (server, self._target.name)

        def next_at(name: str, sent: Sent) -> float:
            if (server, name) not in views:
                return float("inf")
            if self._at_once:
                return next_first_question(views[server, name], sent)
            return next_server_question(views[server, name], self._servers[first], sent)

        async def ask(name: str) -> None:
            key = (server, name)
            seen = await self._observation(key, recursive=False)
            if key in views:
                views[key] = observe_server(views[key], seen)
                if not self._at_once and server_contradicts(views[key], self._servers[first]):
                    self._follow_at_server(key, views.pop(key))
                    self._wake()

        await confirm(self._target.further, next_at, ask, self._runtime, self._wakeup)

    async def _confirm_at_resolver(self, resolver: Endpoint) -> None:
        """Ask one resolver about the further names for ever, each when that is needed."""
        views, first = self._further_resolvers, (resolver, self._target.name)

        def next_at(name: str, sent: Sent) -> float:
            if (resolver, name) not in views:
                return float("inf")
            if self._at_once:
                return next_first_question(views[resolver, name], sent)
            return next_resolver_question(views[resolver, name], self._resolvers[first], self._recent_status(), sent)

        async def ask(name: str) -> None:
            key = (resolver, name)
            seen = await self._observation(key, recursive=True)
            if key in views:
                views[key] = observe_resolver(views[key], seen)
                if not self._at_once and resolver_contradicts(views[key], self._recent_status()):
                    self._follow_at_resolver(key, views.pop(key))

        await confirm(self._target.further, next_at, ask, self._runtime, self._wakeup)

    async def _observation(self, key: Key, *, recursive: bool) -> Observation:
        """One question, and what the answer is worth."""
        server, name = key
        answer = await self._limiter.timed(server, name, self._target.rdtype, recursive=recursive)
        if not recursive:
            answer = await self._aliases.followed(answer)
        return await self._judge.judge(server, answer, recursive=recursive)

    def _wake(self) -> None:
        """Let everybody plan anew, by what is known now."""
        self._status_at = float("-inf")
        self._wakeup.call()

    def _recent_status(self) -> Status:
        now = self._runtime.clock()
        if self._latest_status is None or now - self._status_at >= STATUS_SECONDS:
            self._latest_status, self._status_at = self.status(now), now
        return self._latest_status
