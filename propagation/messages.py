"""Saying how far DNS is: a line of progress, the error of a wait that ran out of time, and a table for people."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from propagation.criterion import Picture, Status
from propagation.observation import in_words
from propagation.outcome import Outcome
from propagation.record import NOT_ASKED, ttl_left_seconds
from propagation.resolver_view import ResolverView
from propagation.server_view import ServerView

NAMED_AT_MOST = 3
REPORT_SECONDS = 5.0
REPORT_CHANGES_SECONDS = 1.0
HEADER = ("asked", "says", "TTL")

View = ServerView | ResolverView


class Progress:
    """Calls `report` with a line of progress: soon after a change, and every few seconds without one."""

    def __init__(self, report: Callable[[str], object]) -> None:
        self._report = report
        self._told: tuple[object, ...] = ()
        self._told_at = float("-inf")

    def tell(self, picture: Picture, status: Status, now: float) -> None:
        """Report if it is time to."""
        news = (tuple(picture.unlocated), _at(status.waiting_servers), _at(status.waiting_resolvers), status.since)
        if now - self._told_at >= (REPORT_SECONDS if news == self._told else REPORT_CHANGES_SECONDS):
            self._told, self._told_at = news, now
            self._report(progress_line(picture, status, now))


def progress_line(picture: Picture, status: Status, now: float) -> str:
    """How far DNS is, in one line: addresses switched, who is stale, resolvers, seconds of TTL left."""
    addresses, resolvers = _at(picture.servers), _at(picture.resolvers)
    switched = len(addresses - _at(status.waiting_servers))
    parts = [f"DNS: {switched} of {len(addresses)} authoritative addresses switched"]
    if picture.private:
        parts = ["DNS: the zone is private, so only resolvers are asked"]
    stale = [*(f"{name} has no known address" for name in picture.unlocated), *_stale(status.waiting_servers, now)]
    if stale:
        parts.append(f"stale: {_some(stale)}")
    unseen = [view for view in picture.resolvers if not view.has_seen_expected(status.since)]
    parts.append(f"resolvers {len(resolvers - _at(unseen))} of {len(resolvers)}")
    if status.released_at is not None and now < status.released_at:
        parts.append(f"{status.released_at - now:.0f} s of TTL left")
    elif status.released_at is not None and unseen:
        parts.append(f"stale: {_some(_stale(unseen, now))}")
    elif status.released_at is not None and status.waiting_resolvers:
        parts.append("resolvers are asked whether all their caches agree")
    elif status.released_at is not None and status.waiting_further:
        parts.append(f"asked about further names: {_some(sorted(_at(status.waiting_further)))}")
    return "; ".join(parts)


def timeout_message(picture: Picture, status: Status, now: float, deadline_seconds: float) -> str:
    """What is not as it should be at the deadline: a line for every stale server and resolver and what it says."""
    lines = [f"DNS has not let go within {deadline_seconds:g} s"]
    lines += [f"  name server {name}: no known address ({reason})" for name, reason in picture.unlocated.items()]
    if not picture.servers and not picture.unlocated:
        lines.append(f"  no name server can be asked, there is no route to {', '.join(picture.skipped)}")
    # A resolver that was right before the last server switched is only waiting to be seen again.
    resolvers = [view for view in status.waiting_resolvers if not view.is_good]
    # Who was not asked about a further name waits for one that is told here anyway.
    further = [view for view in status.waiting_further if view.last is not None]
    servers = [*status.waiting_servers, *(view for view in further if isinstance(view, ServerView))]
    resolvers += [view for view in further if isinstance(view, ResolverView) and not view.is_good]
    lines += [f"  {line}" for line in _details(servers, "", now)]
    lines += [f"  {line}" for line in _details(resolvers, "resolver ", now)]
    lines += [f"  {line}" for line in _disagreements(status, now)]
    lines += [f"  {warning}" for warning in picture.delegation.warnings]
    if picture.private:
        lines.append("  the zone is private: only resolvers inside its network know it")
    if status.since is not None and status.released_at is not None and now < status.released_at:
        lines.append(
            f"  every name server has switched, the last {now - status.since:.0f} s ago; caches may hold "
            f"what they gave before for another {status.released_at - now:.0f} s"
        )
    return "\n".join(lines)


def _disagreements(status: Status, now: float) -> list[str]:
    """Resolvers that are right at the moment, but were not too short a while ago."""
    if status.since is None or status.released_at is None:
        return []
    return [
        f"{view.name} at resolver {view.server}: {view.against.summary} {now - view.against.at:.0f} s ago, later than "
        f"its TTL allows; its answers have to agree for another {clear_at - now:.0f} s"
        for view in status.waiting_resolvers
        if view.against is not None
        and view.is_good
        and (clear_at := view.clear_at(status.since, status.ttl_seconds)) > max(now, status.released_at)
    ]


def _at(views: Iterable[View]) -> frozenset[str]:
    return frozenset(view.server for view in views)


def _stale(views: Iterable[View], now: float) -> list[str]:
    """One entry for every server, by what it says about the name that it has been stale for longest."""
    longest = {view.server: view for view in sorted(views, key=_since, reverse=True)}
    return [f"{server} {_says(view, now)}" for server, view in sorted(longest.items())]


def _details(views: Iterable[View], what: str, now: float) -> list[str]:
    """One entry for every server and thing it says; of many names the first is given."""
    lines = []
    for (server, _), same in groupby(sorted(views, key=_by_saying), key=_by_saying):
        group = sorted(same, key=lambda view: view.name)
        oldest = min(group, key=_since)
        names = group[0].name + (f" and {len(group) - 1} more" if len(group) > 1 else "")
        records = oldest.said.records if oldest.said else ()
        says = in_words(_says(oldest, now), records)
        lines.append(f"{names} at {what}{server}: {says}{_ttl_left(oldest, now)}")
    return lines


def _by_saying(view: View) -> tuple[str, str]:
    return view.server, view.said.summary if view.said else ""


def _since(view: View) -> float:
    return float("-inf") if view.since is None else view.since


def _says(view: View, now: float) -> str:
    return f"{view.said.summary} for {now - _since(view):.0f} s" if view.said else NOT_ASKED


def _ttl_left(view: View, now: float) -> str:
    """An authoritative answer always has its whole TTL left."""
    ttl_seconds = view.ttl_seconds if isinstance(view, ServerView) else ttl_left_seconds(view, now)
    return "" if ttl_seconds is None else f", {ttl_seconds:.0f} s of TTL left"


def _some(items: Sequence[str]) -> str:
    more = len(items) - NAMED_AT_MOST
    return ", ".join(items[:NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")


def table(outcome: Outcome) -> str:
    """Every server and resolver on a line of its own, then what is not as it should be."""
    rows = [
        *((s.server, in_words(s.status, s.records), _seconds(s.ttl_seconds, "")) for s in outcome.servers),
        *(
            (r.resolver, in_words(r.status, r.records), _seconds(r.ttl_left_seconds, " left"))
            for r in outcome.resolvers
        ),
        *((name, f"no known address ({reason})", "") for name, reason in outcome.unlocated.items()),
    ]
    return "\n".join([*_aligned([HEADER, *rows]), *(f"warning: {warning}" for warning in outcome.warnings)])


def _seconds(seconds: float | None, what: str) -> str:
    return "" if seconds is None else f"{seconds:.0f} s{what}"


def _aligned(rows: Sequence[tuple[str, str, str]]) -> list[str]:
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    return [f"{row[0]:<{first}}  {row[1]:<{second}}  {row[2]}".rstrip() for row in rows]
