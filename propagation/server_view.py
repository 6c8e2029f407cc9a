"""What one authoritative server has said about one name."""

from dataclasses import dataclass, replace

from propagation.colour_addresses import Verdict
from propagation.look import AGAINST, Look, said_since

# While both colours are at the same weight an answer is the incoming colour's with p = 1/2: 2^-20 < 1e-6.
BURST_ANSWERS = 20
# Whoever has switched has to answer once more so shortly before the end, or later; many names take more time.
FINAL_LOOK_SECONDS = 0.4
FINAL_LOOKS_PER_SECOND = 40


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

    def is_confirmed(self, final_look_at: float) -> bool:
        """Whether that was asked for at `final_look_at`, shortly before the end, or later."""
        return self.is_settled and self.last is not None and self.last.asked_at >= final_look_at


def final_look_seconds(names: int) -> float:
    """How long before the end the servers are asked about so many names for the last time."""
    return max(FINAL_LOOK_SECONDS, names / FINAL_LOOKS_PER_SECOND)


def observe_server(view: ServerView, look: Look) -> ServerView:
    """Add one look at an authoritative server, by the table in docs/propagation.md."""
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
        switched_at = None if look.verdict in AGAINST else switched_at
    if look.kept_seconds is not None:
        ttl_seconds = max(ttl_seconds or 0.0, look.kept_seconds)
    new = replace(
        view,
        last=look,
        streak=streak,
        streak_since=streak_since,
        switched_at=switched_at,
        ttl_seconds=ttl_seconds,
        stale=stale,
    )
    return replace(new, since=said_since(view.said, view.since, new.said or look))


def _is_overtaken(view: ServerView, look: Look) -> bool:
    """Whether `look` is known too late to tell anything: some answers take longer to judge, and silence is long.

    A question that got no answer must not be older than one that got one; an answer not older than the streak.
    """
    if look.verdict is Verdict.NO_ANSWER:
        return view.last is not None and look.asked_at < view.last.asked_at
    return view.streak_since is not None and look.at < view.streak_since
