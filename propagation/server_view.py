"""What one authoritative server has said about one name."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from propagation.observation import AGAINST, Observation, Worth, said_since

# While two answers are at the same weight each is the expected one with p = 1/2: 2^-20 < 1e-6.
BURST_ANSWERS = 20
# Whoever has switched has to answer once more so shortly before the end, or later.
FINAL_LOOK_SECONDS = 0.4
# So many good answers in a row are luck once in 128 times while two answers are at the same weight: reason enough to
# ask the others, while the sentinel's burst goes on.
SUSPICIOUS_ROW = 7


@dataclass(frozen=True)
class ServerView:
    """What one address of an authoritative server (`server`, its printable name) has said about one `name`.

    `since`: when it began to say what it `said`. `ttl_seconds`: the largest TTL it has given. `streak`: answers as
    expected in a row, since `streak_since`. `switched_at`: the end of the burst that showed it.
    `stale`: the last other answer, until it has switched.
    """

    name: str
    server: str
    last: Observation | None = None
    since: float | None = None
    streak: int = 0
    streak_since: float | None = None
    switched_at: float | None = None
    ttl_seconds: float | None = None
    stale: Observation | None = None

    @property
    def said(self) -> Observation | None:
        """The answer that describes it: one that gives two in turn is stale all the time."""
        if self.last is not None and self.last.verdict is Worth.EXPECTED and self.stale is not None:
            return self.stale
        return self.last

    @property
    def is_settled(self) -> bool:
        """Whether it has switched and the last that was heard of it agrees."""
        return self.switched_at is not None and self.last is not None and self.last.verdict is Worth.EXPECTED

    def is_confirmed(self, final_look_at: float) -> bool:
        """Whether that was asked for at `final_look_at`, shortly before the end, or later."""
        return self.is_settled and self.last is not None and self.last.asked_at >= final_look_at

    def is_confirmed_by(self, first: "ServerView") -> bool:
        """Whether it has been seen to answer this further name as expected, since it let go for the `first` one."""
        if first.switched_at is None or self.last is None:
            return False
        return self.last.verdict is Worth.EXPECTED and self.last.asked_at >= first.switched_at


def observe_server(view: ServerView, seen: Observation) -> ServerView:
    """Add one answer of an authoritative server, by the table in docs/propagation.md."""
    if _is_overtaken(view, seen):
        return view
    streak, streak_since = view.streak, view.streak_since
    switched_at, ttl_seconds = view.switched_at, view.ttl_seconds
    stale = seen if seen.verdict is Worth.OTHER else view.stale
    if seen.verdict is Worth.EXPECTED:
        streak, streak_since = streak + 1, seen.at if streak_since is None else streak_since
        if switched_at is None and streak >= BURST_ANSWERS:
            switched_at, stale = seen.at, None
    elif seen.verdict is not Worth.NO_ANSWER:
        streak, streak_since = 0, None
        switched_at = None if seen.verdict in AGAINST else switched_at
    if seen.kept_seconds is not None:
        ttl_seconds = max(ttl_seconds or 0.0, seen.kept_seconds)
    new = replace(
        view,
        last=seen,
        streak=streak,
        streak_since=streak_since,
        switched_at=switched_at,
        ttl_seconds=ttl_seconds,
        stale=stale,
    )
    return replace(new, since=said_since(view.said, view.since, new.said or seen))


def _is_overtaken(view: ServerView, seen: Observation) -> bool:
    """Whether `seen` is known too late to tell anything: some answers take longer to judge, and silence is long.

    A question that got no answer must not be older than one that got one; an answer not older than the streak.
    """
    if seen.verdict is Worth.NO_ANSWER:
        return view.last is not None and seen.asked_at < view.last.asked_at
    return view.streak_since is not None and seen.at < view.streak_since


@dataclass(frozen=True)
class Sentinel:
    """The one server (`view`) that is asked often on behalf of all that have not switched; None when all have.

    The end is one TTL after the last server has switched, so it cannot be before the sentinel's. It is enough to see
    the sentinel switch in time, and to ask all others as soon as it seems to have: to notice them then delays nothing.
    `ask_again_before`: whoever has not switched and was last asked earlier is asked at once.
    """

    view: ServerView | None = None
    ask_again_before: float = float("-inf")

    def is_of(self, view: ServerView) -> bool:
        """Whether `view` is of its server and name, whatever these have said meanwhile."""
        return self.view is not None and (view.server, view.name) == (self.view.server, self.view.name)


NO_SENTINEL = Sentinel()


def sentinel_of(servers: Sequence[ServerView]) -> Sentinel:
    """The last of `servers` that has not switched, and the latest good row of it and of those behind it.

    Those behind it have switched: they were sentinels, or were ahead of one. Any order would do; this is the one in
    which addresses were found, and for each the names in the order in which they were given.
    """
    behind: list[ServerView] = []
    sentinel: ServerView | None = None
    for view in reversed(servers):
        behind.append(view)
        if view.switched_at is None:
            sentinel = view
            break
    rows = [view.streak_since for view in behind if view.streak >= SUSPICIOUS_ROW and view.streak_since is not None]
    return Sentinel(sentinel, max(rows, default=float("-inf")))


def is_news(before: ServerView, after: ServerView) -> bool:
    """Whether one more answer of a server may be a reason to ask others at once."""
    seems_to_have = before.streak < SUSPICIOUS_ROW <= after.streak and after.switched_at is None
    return seems_to_have or (before.switched_at is None) != (after.switched_at is None)
