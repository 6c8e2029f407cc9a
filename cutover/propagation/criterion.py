"""When has DNS let go of the outgoing colour? Decided over plain data, with no clock and no socket.

All times are seconds of one monotonic clock. For every live name DNS has let go when

1. every address of every authoritative name server answers only the incoming colour,
2. since the last of them switched, one full TTL has passed: no compliant cache can still hold an older answer
   (https://www.rfc-editor.org/rfc/rfc1035#section-3.2.1), and
3. every resolver has been seen to answer the incoming colour since then.

| a look brings | authoritative server | resolver |
| --- | --- | --- |
| the incoming colour | counts; the 20th in a row makes it switched | seen |
| another colour, unknown addresses, NXDOMAIN, NODATA | starts again from nothing | starts again from nothing |
| SERVFAIL, REFUSED, lame | starts counting again; what has switched stays so, but holds up the end | holds up the end |
| no answer | does not count; holds up the end | holds up the end, unless it never answered at all |
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cutover.propagation.answer import Answer, Kind
from cutover.propagation.colour_addresses import Verdict, classify, outgoing_colours

# While both colours are at the same weight an answer is the incoming colour's with p = 1/2: 2^-20 < 1e-6.
BURST_ANSWERS = 20
# An alias to a load balancer: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias-common.html
DEFAULT_TTL_SECONDS = 60.0
TRIES_BEFORE_UNREACHABLE = 3

_AGAINST = frozenset({Verdict.OLD, Verdict.UNKNOWN, Verdict.NEGATIVE})


@dataclass(frozen=True)
class Look:
    """One look at one server: its worth, in words, with the answer's addresses and TTL left when it came, at `at`."""

    verdict: Verdict
    summary: str
    asked_at: float
    at: float
    addresses: tuple[str, ...] = ()
    ttl_seconds: float | None = None


def judge(
    answer: Answer, by_colour: Mapping[str, frozenset[str]], incoming: str, *, asked_at: float, at: float
) -> Look:
    """What `answer` says about the `incoming` colour, given which addresses belong to which colour."""
    if answer.kind is Kind.ADDRESSES:
        verdict = classify(answer.addresses, by_colour, incoming)
        if verdict is Verdict.UNKNOWN:
            summary = "answers unknown addresses"
        else:
            colours = outgoing_colours(answer.addresses, by_colour, incoming) or (incoming,)
            summary = f"answers {' and '.join(colours)}"
    else:
        verdict = {
            Kind.NO_ANSWER: Verdict.NO_ANSWER,
            Kind.FAILURE: Verdict.FAILURE,
        }.get(answer.kind, Verdict.NEGATIVE)
        summary = answer.detail or answer.kind.value
    return Look(verdict, summary, asked_at, at, tuple(sorted(answer.addresses)), answer.ttl_seconds)


@dataclass(frozen=True)
class ServerView:
    """What one address of an authoritative server (`server`, its printable name) has said about one live `name`.

    `since`: when it began to say what it `said`. `ttl_seconds`: the largest TTL it has given. `streak`: answers of the
    incoming colour in a row, since `streak_since`. `switched_at`: the end of the burst that showed it.
    `stale`: the last answer of another colour, until it has switched.
    """

    name: str
    server: str
    last: Look | None = None
    since: float | None = None
    streak: int = 0
    streak_since: float | None = None
    switched_at: float | None = None
    ttl_seconds: float | None = None
    stale: Look | None = None

    @property
    def said(self) -> Look | None:
        """The look that describes it: one that answers both colours in turn is stale all the time."""
        if self.last is not None and self.last.verdict is Verdict.NEW and self.stale is not None:
            return self.stale
        return self.last

    @property
    def is_settled(self) -> bool:
        """Whether it has switched and the last that was heard of it agrees."""
        return self.switched_at is not None and self.last is not None and self.last.verdict is Verdict.NEW


@dataclass(frozen=True)
class ResolverView:
    """What one resolver (`server`, its printable name) has said about one live `name`.

    `seen_at`: when it was last asked and answered the incoming colour. `failures`: unhelpful answers in a row.
    """

    name: str
    server: str
    last: Look | None = None
    since: float | None = None
    seen_at: float | None = None
    tries: int = 0
    failures: int = 0
    has_answered: bool = False

    @property
    def said(self) -> Look | None:
        """The look that describes it: the last."""
        return self.last

    @property
    def is_unreachable(self) -> bool:
        """Whether it never gave a single answer, though asked often enough."""
        return not self.has_answered and self.tries >= TRIES_BEFORE_UNREACHABLE

    def has_seen_new(self, since: float | None) -> bool:
        """Whether it was seen to answer the incoming colour (at or after `since`, where there is one)."""
        return self.seen_at is not None and (since is None or self.seen_at >= since)


def observe_server(view: ServerView, look: Look) -> ServerView:
    """Add one look at an authoritative server, by the table at the top."""
    if _is_overtaken(view, look):
        return view
    streak, streak_since = view.streak, view.streak_since
    switched_at, ttl_seconds = view.switched_at, view.ttl_seconds
    stale = look if look.verdict is Verdict.OLD else view.stale
    if look.verdict is Verdict.NEW:
        streak, streak_since = streak + 1, look.at if streak_since is None else streak_since
        if switched_at is None and streak >= BURST_ANSWERS:
            switched_at, stale = look.at, None
    elif look.verdict is not Verdict.NO_ANSWER:
        streak, streak_since = 0, None
        switched_at = None if look.verdict in _AGAINST else switched_at
    if look.addresses and look.ttl_seconds is not None:
        ttl_seconds = max(ttl_seconds or 0.0, look.ttl_seconds)
    new = replace(
        view,
        last=look,
        streak=streak,
        streak_since=streak_since,
        switched_at=switched_at,
        ttl_seconds=ttl_seconds,
        stale=stale,
    )
    return replace(new, since=_since(view.said, view.since, new.said or look, look.at))


def observe_resolver(view: ResolverView, look: Look) -> ResolverView:
    """Add one look at a resolver, by the table at the top."""
    seen_at = view.seen_at
    if look.verdict is Verdict.NEW:
        seen_at = look.asked_at
    elif look.verdict in _AGAINST:
        seen_at = None
    return replace(
        view,
        last=look,
        since=_since(view.last, view.since, look, look.at),
        seen_at=seen_at,
        tries=view.tries + 1,
        failures=0 if look.verdict in (Verdict.NEW, Verdict.OLD) else view.failures + 1,
        has_answered=view.has_answered or look.verdict is not Verdict.NO_ANSWER,
    )


def _is_overtaken(view: ServerView, look: Look) -> bool:
    """Whether `look` is known too late to tell anything: some answers take longer to judge, and silence is long.

    A question that got no answer must not be older than one that got one; an answer not older than the streak.
    """
    if look.verdict is Verdict.NO_ANSWER:
        return view.last is not None and look.asked_at < view.last.asked_at
    return view.streak_since is not None and look.at < view.streak_since


def _since(before: Look | None, since: float | None, after: Look, now: float) -> float:
    return now if before is None or since is None or before.summary != after.summary else since


@dataclass(frozen=True)
class Picture:
    """All that is known at a moment.

    `unlocated` maps name servers without a known address to the reason; `skipped` addresses have no route to them.
    """

    servers: Sequence[ServerView]
    resolvers: Sequence[ResolverView]
    unlocated: Mapping[str, str] = field(default_factory=dict)
    skipped: Sequence[str] = ()


@dataclass(frozen=True)
class Status:
    """How far DNS is. `since`: when the last server switched; `released_at`: one TTL later; None while any is stale.

    `unreachable` resolvers never answered; they hold up nothing once the first two parts of the criterion hold.
    """

    done: bool
    ttl_seconds: float
    since: float | None
    released_at: float | None
    waiting_servers: tuple[ServerView, ...]
    waiting_resolvers: tuple[ResolverView, ...]
    unreachable: tuple[ResolverView, ...]


def status(picture: Picture, now: float, minimum_ttl_seconds: float | None = None) -> Status:
    """Compare `picture` with the criterion at the top.

    The TTL is the largest that any authoritative answer gave, and not less than `minimum_ttl_seconds` where that is
    given; as long as there was no such answer it is 60 s. `since` and the TTL are those of all names together.
    """
    ttl_seconds = longest_ttl_seconds(picture.servers, minimum_ttl_seconds)
    switches = [view.switched_at for view in picture.servers]
    times = [switched_at for switched_at in switches if switched_at is not None]
    since = max(times) if times and len(times) == len(switches) and not picture.unlocated else None
    released_at = None if since is None else since + ttl_seconds
    waiting_servers = tuple(view for view in picture.servers if not view.is_settled)
    waiting_resolvers = tuple(view for view in picture.resolvers if not view.has_seen_new(since))
    unreachable = tuple(view for view in waiting_resolvers if view.is_unreachable)
    return Status(
        done=released_at is not None
        and now >= released_at
        and not waiting_servers
        and len(waiting_resolvers) == len(unreachable),
        ttl_seconds=ttl_seconds,
        since=since,
        released_at=released_at,
        waiting_servers=waiting_servers,
        waiting_resolvers=waiting_resolvers,
        unreachable=unreachable,
    )


def longest_ttl_seconds(servers: Sequence[ServerView], minimum_ttl_seconds: float | None = None) -> float:
    """The longest that a compliant cache may keep an answer of these servers."""
    given = [view.ttl_seconds for view in servers if view.ttl_seconds is not None]
    return max([*given, minimum_ttl_seconds or 0.0]) if given else minimum_ttl_seconds or DEFAULT_TTL_SECONDS
