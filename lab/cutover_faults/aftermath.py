"""What a tag-in that was disturbed leaves: weights, who is in charge, and what the state calls pending. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OUTGOING, INCOMING = "outgoing", "incoming"


@dataclass(frozen=True)
class Aftermath:
    """weights and in_charge by the part that a colour plays. pending: operations that the state knows no end of."""

    weights: Mapping[str, int]
    in_charge: str
    pending: tuple[str, ...] = ()

    @property
    def is_switched(self) -> bool:
        """Whether all is as it should be after a tag-in."""
        return self == Aftermath({OUTGOING: 0, INCOMING: 100}, INCOMING)

    @property
    def is_untouched(self) -> bool:
        """Whether all is as it was before it."""
        return self == Aftermath({OUTGOING: 100, INCOMING: 0}, OUTGOING)

    def words(self) -> str:
        """In a cell of a table."""
        if self.is_switched:
            return "nothing: switched"
        if self.is_untouched:
            return "nothing: not begun"
        weights = ", ".join(f"{part} {weight}" for part, weight in sorted(self.weights.items(), reverse=True))
        pending = "; pending: " + ", ".join(self.pending) if self.pending else ""
        return f"{weights}; in charge: {self.in_charge}{pending}"


def of(
    weights: Mapping[str, int], in_charge: str, deployment: Mapping[str, Any], outgoing: str, incoming: str
) -> Aftermath:
    """From what Route 53, the parameter and the stack's `deployment` say, with the colours' names as their parts."""
    parts = {outgoing: OUTGOING, incoming: INCOMING}
    pending = tuple(
        f"{one['type']} {_named(one['resource']['urn'], parts)}" for one in deployment.get("pending_operations") or ()
    )
    return Aftermath(
        {parts.get(colour, colour): weight for colour, weight in weights.items()},
        parts.get(in_charge, in_charge),
        pending,
    )


def _named(urn: str, parts: Mapping[str, str]) -> str:
    name = urn.rpartition("::")[2]
    for colour, part in parts.items():
        if name.endswith(f"-{colour}"):
            return f"the {part} record"
    return f"`{name}`"
