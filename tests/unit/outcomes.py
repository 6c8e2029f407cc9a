"""Outcomes of a wait for DNS as the program sees them."""

from typing import Any

from propagation import Outcome


def outcome(**others: Any) -> Outcome:
    """An outcome of which only `others` are known."""
    known: dict[str, Any] = {
        **{"done": False, "expected": "", "names": (), "rdtype": "A", "servers": (), "resolvers": ()},
        **{"unlocated": {}, "skipped": (), "own_name_servers": (), "parent_name_servers": None, "private": False},
        **{"warnings": (), "ttl_seconds": 60.0, "since": None, "released_at": None, "called_at": "", "ended_at": ""},
        **{"waited_seconds": 0.0, "queries": 0},
    }
    return Outcome(**known | others)
