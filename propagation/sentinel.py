"""The sentinel: the one of the servers that have not switched that is asked often, on behalf of all of them.

The end is one TTL after the last server has switched, so it cannot be before the sentinel's. It is enough to see the
sentinel switch in time, and to ask all others as soon as it seems to have: to notice them then delays nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from propagation.server_view import ServerView

# So many good answers in a row are luck once in 128 times while both colours are at the same weight: reason enough to
# ask the others, while the sentinel's burst goes on.
SUSPICIOUS_ROW = 7


@dataclass(frozen=True)
class Sentinel:
    """`view`: the sentinel, None when all have switched.

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
    which addresses were found, and for each the names in the order in which Pulumi mostly changes their records.
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
    """Whether one more look at a server may be a reason to ask others at once."""
    seems_to_have = before.streak < SUSPICIOUS_ROW <= after.streak and after.switched_at is None
    return seems_to_have or (before.switched_at is None) != (after.switched_at is None)
