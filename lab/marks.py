"""The moments of a tag-in, read from the engine's own events."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.pulumi_command import Event

GATE, RAISE, LOWER, INSYNC, LET_GO = "gate", "raise", "lower", "INSYNC", "DNS has let go"
# The resources of the program that stand for the moments (components/live_record.py).
_READY, _IN_CHARGE = "ready", "in-charge"
_RECORD_TYPE = "aws:route53/record:Record"
_BEGUN, _DONE = "resourcePreEvent", "resOutputsEvent"


@dataclass(frozen=True)
class Mark:
    """One moment `at` (Unix time) of the `phase` that it belongs to, as tag-in or tag-back."""

    at: float
    label: str
    phase: str


def of(events: Sequence[Event], phase: str) -> list[Mark]:
    """The moments that are in these events of one `pulumi up` of the live stack, in their order.

    gate: every check had been passed. raise, lower: the engine began on the weight of a record, the name servers know
    it about a second later. INSYNC: Route 53 had told all of them. DNS has let go: the wait was over, and it was
    written down who is in charge. One that did not happen is not among them.
    """
    raised, lowered = _weighed(events, higher=True), _weighed(events, higher=False)
    found = [
        (GATE, _first(events, _DONE, _READY)),
        (RAISE, raised),
        (LOWER, lowered),
        (INSYNC, _first(events, _DONE, _name(lowered)) if lowered else None),
        (LET_GO, _first(events, _DONE, _IN_CHARGE)),
    ]
    return [Mark(event.at, label, phase) for label, event in found if event is not None]


def at(marks: Iterable[Mark], label: str, phase: str) -> float | None:
    """When that was; None when it has not been."""
    return next((mark.at for mark in marks if (mark.label, mark.phase) == (label, phase)), None)


def _first(events: Iterable[Event], kind: str, name: str) -> Event | None:
    return next((event for event in events if event.kind == kind and _name(event) == name and _changes(event)), None)


def _weighed(events: Iterable[Event], *, higher: bool) -> Event | None:
    """Where the engine began to give a record more, or less, weight than it had; one without had none."""
    for event in events:
        about = _about(event)
        if event.kind == _BEGUN and about.get("type") == _RECORD_TYPE and _changes(event):
            before, after = (_weight(about.get(side)) for side in ("old", "new"))
            if after is not None and after != (before or 0) and (after > (before or 0)) == higher:
                return event
    return None


def _weight(state: Any) -> int | None:
    policies = ((state or {}).get("inputs") or {}).get("weightedRoutingPolicies") or ()
    return int(policies[0]["weight"]) if policies else None


def _about(event: Event) -> Mapping[str, Any]:
    about: Mapping[str, Any] = event.body.get("metadata") or {}
    return about


def _name(event: Event) -> str:
    return str(_about(event).get("urn", "")).rpartition("::")[2]


def _changes(event: Event) -> bool:
    return _about(event).get("op") not in ("same", "read", "refresh", None)
