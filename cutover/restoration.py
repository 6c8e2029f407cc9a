"""Restoring `in-charge`: when somebody deleted or changed it, or the weights, by hand, it is written anew."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cutover.in_charge import SHOWN_CHARACTERS, History, Value
from cutover.owned import PARAMETER, STASH, Owned, outputs_of
from cutover.printable import quoted
from cutover.weights import Weights, carrying, describe

# The key of the marker `ready` that counts restorations: only there when there were any, since a marker that has
# changed is a new attempt, and an attempt writes `in-charge` anew.
COUNT = "restorations"


@dataclass(frozen=True)
class Restoration:
    """How often `in-charge` was restored during this attempt, this time included, and why it is this time.

    `lost`: AWS has no readable version of it, although this stack has written one.
    """

    count: int = 0
    because: str = ""
    lost: bool = False


@dataclass(frozen=True)
class Evidence:
    """What the live stack's own state, AWS and Route 53 say of who is in charge."""

    owned: Sequence[Owned]
    history: History
    weights: Weights


def decide(evidence: Evidence, attempt: Mapping[str, Any]) -> Restoration:
    """Whether `attempt`, what the marker `ready` would say, has to be made again; of another one it is a new attempt.

    Nothing is restored before the state has `in-charge`: the update that makes it writes it.
    """
    ready = outputs_of(evidence.owned, STASH, "ready").get("output")
    parameter = outputs_of(evidence.owned, PARAMETER, "in-charge")
    same = isinstance(ready, Mapping) and {k: v for k, v in ready.items() if k != COUNT} == attempt
    count = int(ready.get(COUNT, 0)) if same and isinstance(ready, Mapping) else 0
    # Only the names of the attempt before: another one is made by this update.
    known = ready.get("names", ()) if isinstance(ready, Mapping) else ()
    because = _why(evidence, attempt, parameter, known) if parameter else ""
    lost = bool(parameter) and not evidence.history.entries
    # Also of a new attempt: what was before it is not known, so that its entry has to say so.
    return Restoration(count + 1 if because else count, because, lost)


def _why(evidence: Evidence, attempt: Mapping[str, Any], parameter: Mapping[str, Any], known: Collection[str]) -> str:
    history, written = evidence.history, parameter.get("insecureValue")
    if history.latest is None:
        return f"{parameter.get('name')} was lost"
    if history.latest_unreadable:
        return f"{parameter.get('name')} cannot be read: {history.latest_unreadable}"
    if not _is_of(written, attempt):
        return ""  # an attempt before has not ended; this one writes it
    if history.latest != written:
        return f"{parameter.get('name')} is not what the state has of it: {quoted(history.latest, SHOWN_CHARACTERS)}"
    wanted = frozenset(attempt["shares"])
    if any(carrying({name: of}) != wanted for name, of in evidence.weights.items() if name in known):
        return f"the weights are not what in-charge says (Route 53 now: {describe(evidence.weights)})"
    return ""


def _is_of(written: object, attempt: Mapping[str, Any]) -> bool:
    """Whether the value that the state has of `in-charge` was written by this attempt, or by one just like it."""
    try:
        value = Value.parse(written) if isinstance(written, str) else None
    except ValueError:
        return False
    wanted = attempt["active"], attempt["release"], frozenset(attempt["shares"])
    return value is not None and (value.colour, value.release, value.live) == wanted
