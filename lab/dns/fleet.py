"""Name servers and resolvers by themselves, without an AWS: for tests and measurements of DNS alone."""

import ssl
import time
from collections.abc import Callable, Sequence
from types import TracebackType

from lab.dns import service
from lab.dns.service import PARENTS, DnsService, Servers
from lab.dns.timeline import Timeline
from lab.dns.world import History, World
from lab.messages import Answers, Cached, ServerFault, Truth


class Fleet:
    """Authoritative servers, the parents' servers and caching resolvers on one port, within the running loop.

    name_servers: name (with a dot at the end) -> addresses; the world has to have them among its hosts.
    delegated: the names that the parents name; none: those of the hosted zones.
    secure: what the resolver at an address presents over HTTPS; without it there is no HTTPS.
    clock: all times of it and of its truth, in seconds.
    """

    def __init__(
        self,
        world: World,
        name_servers: Servers,
        resolvers: Sequence[str],
        *,
        delegated: Sequence[str] = (),
        parents: Servers = PARENTS,
        alias_ttl_seconds: int = 60,
        secure: Callable[[str], ssl.SSLContext] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        plan = service.bound(name_servers, resolvers, parents)
        self.port = plan.port
        self.history = History(clock(), world)
        self.timelines = {address: Timeline(clock()) for address in [*plan.servers(), *resolvers]}
        self._service = DnsService(plan, self.history, self.timelines, alias_ttl_seconds, lambda: delegated, clock)
        self._secure = secure
        self._clock = clock

    async def __aenter__(self) -> "Fleet":
        await self._service.start(self._secure)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._service.stop()

    @property
    def doh_urls(self) -> dict[str, str]:
        """Resolver -> its URL for DNS over HTTPS."""
        return self._service.doh_urls

    def change(self, world: World) -> None:
        """From now on there is this to resolve."""
        self.history.add(self._clock(), world)

    def set(self, address: str, fault: ServerFault) -> None:
        """From now on this address misbehaves so; `ServerFault()` heals it."""
        self.timelines[address].set(self._clock(), fault)

    async def use(self, name: str, rdtype: str = "A") -> None:
        """What clients do: ask every resolver, so that each holds whatever it can get."""
        await self._service.use(name, rdtype)

    def held(self, name: str) -> dict[str, list[Cached]]:
        """What every resolver holds for `name` (lower case, with a dot at the end)."""
        return self._service.held(name)

    def queries(self) -> dict[str, int]:
        """Address -> messages received there."""
        return self._service.queries()

    def truth(self, name: str) -> Truth:
        """What every server served and every resolver holds for `name` (lower case, with a dot at the end)."""
        return self._service.truth(name)

    def answers_over_time(self, name: str) -> dict[str, list[Answers]]:
        """What every server may have answered for `name` (lower case, with a dot at the end), and when."""
        return self._service.answers_over_time(name)
