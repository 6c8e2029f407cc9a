"""An outcome as a table for people: who answers what, and how much TTL that has left."""

from collections.abc import Sequence

from propagation.look import in_words
from propagation.outcome import Outcome

HEADER = ("asked", "says", "TTL")


def table(outcome: Outcome) -> str:
    """Every server and resolver on a line of its own, then what is not as it should be."""
    rows = [
        *((s.server, in_words(s.status, s.addresses), _seconds(s.ttl_seconds, "")) for s in outcome.servers),
        *(
            (r.resolver, in_words(r.status, r.addresses), _seconds(r.ttl_left_seconds, " left"))
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
