"""Further names: decided by the same record as the first name, on the same server.

A server that has let go of the other answer to the first name has let go of it for all of them, in the same instant. So
nothing is asked about them before that, and one question about each afterwards makes sure that it is so. A resolver
keeps each name for itself: so it is asked about each, once its answers to the first name have agreed long enough, and
not before, since until then an older one is nothing to hold against it. Who answers anything else is followed from then
on as closely as if that name were the only one.

All times are seconds of one monotonic clock.
"""

from propagation.criterion import Status
from propagation.observation import AGAINST, Worth
from propagation.poll import Sent
from propagation.resolver_view import ResolverView
from propagation.schedule import EXPIRY_MARGIN_SECONDS
from propagation.server_view import ServerView

NEVER = float("inf")


def next_server_question(view: ServerView, first: ServerView, sent: Sent) -> float:
    """When to ask a server about a further name; not while `first`, its view of the first name, is not settled."""
    return NEVER if not first.is_settled or view.is_confirmed_by(first) else sent.again_at()


def next_resolver_question(view: ResolverView, first: ResolverView, status: Status, sent: Sent) -> float:
    """When to ask a resolver about a further name; `first` is its view of the first name."""
    if status.since is None or not first.is_good or view.is_confirmed_by(first, status.since, status.ttl_seconds):
        return NEVER
    return max(first.clear_at(status.since, status.ttl_seconds) + EXPIRY_MARGIN_SECONDS, sent.again_at())


def next_first_question(view: ServerView | ResolverView, sent: Sent) -> float:
    """When to ask anybody about a further name who is only to say what he answers now: at once, until it is good."""
    return NEVER if view.last is not None and view.last.verdict is Worth.EXPECTED else sent.again_at()


def server_contradicts(view: ServerView, first: ServerView) -> bool:
    """Whether a server that has let go of the other answer to the first name gives one to this name."""
    return first.is_settled and view.last is not None and view.last.verdict in AGAINST


def resolver_contradicts(view: ResolverView, status: Status) -> bool:
    """Whether a resolver gives this name an answer that is older than it may be."""
    return status.since is not None and view.contradicts(status.since, status.ttl_seconds)
