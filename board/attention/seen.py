"""What the reasons for attention are decided over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from board.facts import ColourFacts, Fact, Facts, Known, value_of
from board.standing import Standing
from board.traffic import Traffic


@dataclass(frozen=True)
class Seen:
    """The facts with what follows from them: who carries the traffic, and where each colour stands."""

    facts: Facts
    traffic: Fact[Traffic]
    standings: Mapping[str, Standing]

    @property
    def named(self) -> str | None:
        """The colour in charge, by `in-charge`; None where nobody is, or it is not known."""
        found = value_of(self.traffic)
        return found.named if found else None

    @property
    def in_charge(self) -> str | None:
        """The colour in charge where Route 53 and `in-charge` agree about it."""
        return self.named if isinstance(self.traffic, Known) and self.traffic.value.agrees else None

    @property
    def idle(self) -> str | None:
        """The other one."""
        others = [colour for colour in self.facts.colours if colour != self.in_charge]
        return others[0] if self.in_charge and len(others) == 1 else None

    @property
    def carriers(self) -> frozenset[str]:
        """The colours that Route 53 answers with."""
        return self.traffic.value.carrying if isinstance(self.traffic, Known) else frozenset()

    def up(self) -> Iterator[tuple[ColourFacts, Standing]]:
        """The colours that have a cluster."""
        for colour, facts in self.facts.colours.items():
            if self.standings[colour].is_up:
                yield facts, self.standings[colour]
