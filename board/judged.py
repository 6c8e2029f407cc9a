"""The board: the facts, where each colour stands, what needs attention, what is unknown, and what to type next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from board import next_command, standing, tag_ins, traffic, unknown
from board.attention import charge, clusters, names, stragglers
from board.attention.seen import Seen
from board.facts import Fact, Facts
from board.next_command import NextCommand
from board.reason import Reason
from board.standing import Standing
from board.tag_ins import TagIn
from board.traffic import Traffic
from board.unknown import UnknownFact

WELL, ATTENTION, NOT_TOLD = 0, 1, 2
# The most urgent first: what to type next is what the first of them says.
_LOOKS = (
    charge.locks,
    charge.reasons,
    clusters.carriers,
    names.reasons,
    charge.pending,
    clusters.idle,
    clusters.certificates,
    stragglers.reasons,
    charge.overrides,
    clusters.shapes,
    names.idle_record_left,
    clusters.overlap,
    clusters.leftovers,
)


@dataclass(frozen=True)
class Board:
    """Everything that is shown, in whichever form."""

    facts: Facts
    traffic: Fact[Traffic]
    standings: Mapping[str, Standing]
    history: Fact[Sequence[TagIn]]
    attention: Sequence[Reason]
    unknown: Sequence[UnknownFact]
    next_command: NextCommand
    seen: Seen

    @property
    def exit_code(self) -> int:
        """ATTENTION for any reason; otherwise NOT_TOLD when what is unknown may hide one, and WELL when it cannot."""
        if self.attention:
            return ATTENTION
        return NOT_TOLD if any(one.hides_attention for one in self.unknown) else WELL


def judge(facts: Facts) -> Board:
    """What follows from the facts."""
    found = traffic.of_facts(facts)
    standings = {name: standing.of_colour(facts, one, found) for name, one in facts.colours.items()}
    seen = Seen(facts, found, standings)
    reasons = tuple(reason for look in _LOOKS for reason in look(seen))
    unknowns = unknown.of_facts(facts)
    return Board(
        facts,
        found,
        standings,
        tag_ins.latest(facts),
        reasons,
        unknowns,
        next_command.choose(seen, reasons, unknowns),
        seen,
    )
