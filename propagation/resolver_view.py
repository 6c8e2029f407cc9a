"""What one resolver, which may be many caches behind one address, has said about one name."""

from dataclasses import dataclass, replace

from propagation.observation import AGAINST, Observation, Worth, said_since

TRIES_BEFORE_UNREACHABLE = 3
# Questions at the end that nothing speaks against: a stale one of four caches shows with p > 0.96 among them.
FINAL_LOOKS = 12
# About a further name that is followed: many may be, and the caches are the same.
FURTHER_FINAL_LOOKS = 2
# Then p > 0.9999.
TIMES_AFTER_CONTRADICTION = 3
LONGEST_ROW = FINAL_LOOKS * TIMES_AFTER_CONTRADICTION
# Resolvers count in whole seconds, and may keep an answer until the last of them is over.
WHOLE_SECOND = 1.0


@dataclass(frozen=True)
class ResolverView:
    """What one resolver (`server`, its printable name) has said about one `name`.

    `seen_at`: when it was last asked and answered as expected, `agrees_since`: when first, since it last spoke
    `against` it. `row`: when the last questions were asked that have been concluded since then, whatever they brought.
    `failures`: unhelpful answers in a row. `longest_ttl_seconds`: the largest TTL it has given with records.
    `final_looks`: how many questions it is asked at the end.
    """

    name: str
    server: str
    last: Observation | None = None
    since: float | None = None
    seen_at: float | None = None
    agrees_since: float | None = None
    against: Observation | None = None
    row: tuple[float, ...] = ()
    tries: int = 0
    failures: int = 0
    has_answered: bool = False
    longest_ttl_seconds: float | None = None
    final_looks: int = FINAL_LOOKS

    @property
    def said(self) -> Observation | None:
        """The answer that describes it: the last."""
        return self.last

    @property
    def is_good(self) -> bool:
        """Whether the last answer was the expected one."""
        return self.last is not None and self.last.verdict is Worth.EXPECTED

    @property
    def is_unreachable(self) -> bool:
        """Whether it never gave a single answer, though asked often enough."""
        return not self.has_answered and self.tries >= TRIES_BEFORE_UNREACHABLE

    def has_seen_expected(self, since: float | None) -> bool:
        """Whether it was seen to answer as expected (at or after `since`, where there is one)."""
        return self.seen_at is not None and (since is None or self.seen_at >= since)

    def clear_at(self, since: float, ttl_seconds: float) -> float:
        """When its answers will have agreed for one TTL: that much after `since`, when the last server switched.

        Until then caches may hold older answers, so one that ends in time is no contradiction. One that is later, or
        says that it will be, comes from a cache that does not keep to the TTL: the TTL begins again with it.
        """
        released_at = since + ttl_seconds
        if self.against is None or not self.contradicts(since, ttl_seconds):
            return released_at
        return max(released_at, self.against.at + ttl_seconds)

    def contradicts(self, since: float, ttl_seconds: float) -> bool:
        """Whether it gave an answer that was, or said that it would be, older than the TTL allows."""
        return self.against is not None and held_until(self.against) > since + ttl_seconds + WHOLE_SECOND

    def missing(self, since: float, ttl_seconds: float) -> int:
        """How many questions are still to be asked after that, to be concluded without an answer against.

        One that has been caught with an answer that was too old is asked more often.
        """
        clear_at = self.clear_at(since, ttl_seconds)
        times = 1 if clear_at <= since + ttl_seconds else TIMES_AFTER_CONTRADICTION
        wanted = self.final_looks * times
        return max(0, wanted - sum(asked_at >= clear_at for asked_at in self.row))

    def is_done(self, since: float, ttl_seconds: float) -> bool:
        """Whether its answers have agreed for one TTL, and enough of them after that."""
        return self.has_seen_expected(since) and not self.missing(since, ttl_seconds)

    def is_confirmed_by(self, first: "ResolverView", since: float, ttl_seconds: float) -> bool:
        """Whether it was seen to answer this further name as expected, when its answers to the `first` had agreed."""
        return self.has_seen_expected(first.clear_at(since, ttl_seconds))


def held_until(seen: Observation) -> float:
    """Until when what was said may be said again, by its own TTL."""
    return seen.at + (seen.ttl_seconds or 0.0)


def observe_resolver(view: ResolverView, seen: Observation) -> ResolverView:
    """Add one answer of a resolver, by the table in docs/propagation.md."""
    if _is_overtaken(view, seen):
        return view
    view = _against(view, seen) if seen.verdict in AGAINST else _not_against(view, seen)
    longest_ttl_seconds = view.longest_ttl_seconds
    if seen.kept_seconds is not None:
        longest_ttl_seconds = max(longest_ttl_seconds or 0.0, seen.kept_seconds)
    return replace(
        view,
        last=seen,
        since=said_since(view.last, view.since, seen),
        tries=view.tries + 1,
        failures=0 if seen.verdict in (Worth.EXPECTED, Worth.OTHER) else view.failures + 1,
        has_answered=view.has_answered or seen.verdict is not Worth.NO_ANSWER,
        longest_ttl_seconds=longest_ttl_seconds,
    )


def _is_overtaken(view: ResolverView, seen: Observation) -> bool:
    """Whether a later question has been answered already, while this one was not."""
    return seen.verdict is Worth.NO_ANSWER and view.last is not None and seen.asked_at < view.last.asked_at


def _against(view: ResolverView, seen: Observation) -> ResolverView:
    """Only what was asked after it came counts from now on."""
    row = tuple(asked_at for asked_at in view.row if asked_at > seen.at)
    seen_at = view.seen_at if view.seen_at is not None and view.seen_at > seen.at else None
    return replace(view, row=row, seen_at=seen_at, agrees_since=seen_at, against=seen)


def _not_against(view: ResolverView, seen: Observation) -> ResolverView:
    """Something asked before the last answer against it came may be from another cache and tells nothing.

    The same records, now known as what is expected, have only been taken for something else.
    """
    if view.against is not None and seen.asked_at <= view.against.at:
        return view
    if view.against is not None and seen.verdict is Worth.EXPECTED and seen.records == view.against.records:
        view = replace(view, against=None)
    row = tuple(sorted((*view.row, seen.asked_at))[-LONGEST_ROW:])
    if seen.verdict is not Worth.EXPECTED:
        return replace(view, row=row)
    seen_at = seen.asked_at if view.seen_at is None else max(view.seen_at, seen.asked_at)
    agrees_since = seen.asked_at if view.agrees_since is None else view.agrees_since
    return replace(view, row=row, seen_at=seen_at, agrees_since=agrees_since)
