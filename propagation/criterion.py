"""When has DNS let go of every other answer? Decided over plain data, with no clock and no socket.

All times are seconds of one monotonic clock. DNS has let go of a name when

1. every address of every authoritative name server answers as expected and nothing else, also shortly before the end,
2. since the last of them switched, one full TTL has passed: no compliant cache can still hold an older answer
   (https://www.rfc-editor.org/rfc/rfc1035#section-3.2.1), and
3. the answers of every resolver have been the expected one for one TTL, but for older ones that ended in time,
   and so have some more questions after that (`ResolverView.clear_at`).

Further names are decided by the same record: for them it is enough that each server and each resolver has been seen to
answer as expected, once that holds for the first name there (further.py).

A private zone has no servers that can be asked: there the resolvers' agreement takes the place of 1 and 2.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from propagation.delegation import NO_DELEGATION, Delegation
from propagation.resolver_view import ResolverView
from propagation.server_view import FINAL_LOOK_SECONDS, NO_SENTINEL, Sentinel, ServerView, sentinel_of

# An alias to a load balancer: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias-common.html
DEFAULT_TTL_SECONDS = 60.0

AnyView = TypeVar("AnyView", ServerView, ResolverView)


@dataclass(frozen=True)
class Picture:
    """All that is known at a moment.

    `unlocated` maps name servers without a known address to the reason; `skipped` addresses have no route to them.
    `delegation`: by whom the zone is served, by itself and by its parent. `private`: only resolvers can be asked.
    `servers` and `resolvers` are followed closely: what they say of the first name, and of a further one that they
    contradicted it in; `further_servers` and `further_resolvers` have what they say of all other further names.
    """

    servers: Sequence[ServerView]
    resolvers: Sequence[ResolverView]
    unlocated: Mapping[str, str] = field(default_factory=dict)
    skipped: Sequence[str] = ()
    delegation: Delegation = NO_DELEGATION
    private: bool = False
    further_servers: Sequence[ServerView] = ()
    further_resolvers: Sequence[ResolverView] = ()

    @property
    def all_servers(self) -> tuple[ServerView, ...]:
        """What is known of every address and name."""
        return (*self.servers, *self.further_servers)

    @property
    def all_resolvers(self) -> tuple[ResolverView, ...]:
        """What is known of every resolver and name."""
        return (*self.resolvers, *self.further_resolvers)

    @property
    def is_complete(self) -> bool:
        """Whether everybody has been found, and has said something of every name or has had time to."""
        views: list[ServerView | ResolverView] = [*self.all_servers, *self.all_resolvers]
        is_known = bool(views) and not self.unlocated and not self.delegation.is_awaited
        return is_known and all(view.last is not None for view in views)


@dataclass(frozen=True)
class Status:
    """How far DNS is. `since`: when the last server switched; `released_at`: one TTL later; None while any is stale.

    In a private zone `since` is when the last resolver began to agree. `final_look_at`: from when on every server has
    to answer once more. `waiting_further`: who has not yet been seen to answer a further name as expected.
    `unreachable` resolvers never answered; they hold up nothing once the first two parts of the criterion hold.
    `sentinel`: by whom the next switch is noticed.
    """

    done: bool
    ttl_seconds: float
    since: float | None
    released_at: float | None
    waiting_servers: tuple[ServerView, ...]
    waiting_resolvers: tuple[ResolverView, ...]
    unreachable: tuple[ResolverView, ...]
    final_look_at: float | None = None
    waiting_further: tuple[ServerView | ResolverView, ...] = ()
    sentinel: Sentinel = NO_SENTINEL


def status(picture: Picture, now: float, minimum_ttl_seconds: float | None = None) -> Status:
    """Compare `picture` with the criterion at the top.

    The TTL is the largest that any authoritative answer gave, and not less than `minimum_ttl_seconds` where that is
    given; as long as there was no such answer it is 60 s. `since` and the TTL are those of all names together.
    """
    givers: Sequence[ServerView | ResolverView] = picture.all_resolvers if picture.private else picture.all_servers
    ttl_seconds = longest_ttl_seconds(givers, minimum_ttl_seconds)
    since = _agreed_since(picture.resolvers) if picture.private else _switched_since(picture)
    released_at = None if since is None else since + ttl_seconds
    final_look_at = None if released_at is None else released_at - FINAL_LOOK_SECONDS
    waiting_servers = tuple(view for view in picture.servers if not view.is_settled)
    waiting_resolvers = tuple(
        view for view in picture.resolvers if since is None or not view.is_done(since, ttl_seconds)
    )
    unreachable = tuple(view for view in waiting_resolvers if view.is_unreachable)
    waiting_further = _waiting_further(picture, since, ttl_seconds)
    return Status(
        done=released_at is not None
        and final_look_at is not None
        and now >= released_at
        and not picture.delegation.is_awaited
        and not waiting_servers
        and all(view.is_confirmed(final_look_at) for view in picture.servers)
        and len(waiting_resolvers) == len(unreachable)
        and not waiting_further,
        ttl_seconds=ttl_seconds,
        since=since,
        released_at=released_at,
        waiting_servers=waiting_servers,
        waiting_resolvers=waiting_resolvers,
        unreachable=unreachable,
        final_look_at=final_look_at,
        waiting_further=waiting_further,
        sentinel=sentinel_of(picture.servers),
    )


def _waiting_further(
    picture: Picture, since: float | None, ttl_seconds: float
) -> tuple[ServerView | ResolverView, ...]:
    """Who has not been seen to answer a further name as expected; of those who are unreachable that is not awaited."""
    servers, resolvers = _by_server(picture.servers), _by_server(picture.resolvers)
    return (
        *(view for view in picture.further_servers if not view.is_confirmed_by(servers[view.server])),
        *(
            view
            for view in picture.further_resolvers
            if not (first := resolvers[view.server]).is_unreachable
            and (since is None or not view.is_confirmed_by(first, since, ttl_seconds))
        ),
    )


def _by_server(views: Sequence[AnyView]) -> dict[str, AnyView]:
    """What each server says of the first name: of what it is followed for, that is what came first."""
    return {view.server: view for view in reversed(views)}


def _switched_since(picture: Picture) -> float | None:
    """When the last server switched; None while there is one that has not, or may be."""
    times = [view.switched_at for view in picture.servers]
    if not times or picture.unlocated:
        return None
    return _latest(times)


def _agreed_since(resolvers: Sequence[ResolverView]) -> float | None:
    """When the last of the resolvers that answer at all began to agree; None while one does not, or none answers."""
    times = [view.agrees_since for view in resolvers if not view.is_unreachable]
    return _latest(times) if times else None


def _latest(times: Sequence[float | None]) -> float | None:
    known = [moment for moment in times if moment is not None]
    return max(known) if len(known) == len(times) else None


def longest_ttl_seconds(givers: Sequence[ServerView | ResolverView], minimum_ttl_seconds: float | None = None) -> float:
    """The longest that a compliant cache may keep an answer, by what these give."""
    ttls = (view.ttl_seconds if isinstance(view, ServerView) else view.longest_ttl_seconds for view in givers)
    given = [ttl for ttl in ttls if ttl is not None]
    return max([*given, minimum_ttl_seconds or 0.0]) if given else minimum_ttl_seconds or DEFAULT_TTL_SECONDS
