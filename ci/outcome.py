"""How a preview or an update of one stack ended: plain data, of the engine's own events."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ci.step import Step


@dataclass(frozen=True)
class Violation:
    """What a rule of the policy pack said of a resource (a name, or empty); `level` is `mandatory` or `advisory`."""

    rule: str
    level: str
    name: str
    message: str


@dataclass(frozen=True)
class Outcome:
    """notes: what the program said of readiness and of waits. output: what the command printed."""

    stack: str
    succeeded: bool
    steps: Sequence[Step] = ()
    notes: Sequence[str] = ()
    warnings: Sequence[str] = ()
    errors: Sequence[str] = ()
    violations: Sequence[Violation] = ()
    output: str = field(default="", repr=False)

    @property
    def lines(self) -> tuple[str, ...]:
        """What is done to what, a line each."""
        return tuple(step.line for step in self.steps)

    @property
    def told(self) -> str:
        """How it ended, in a few words."""
        if not self.succeeded:
            broken = sorted({one.rule for one in self.violations if one.level == "mandatory"})
            return f"refused by {', '.join(broken)}" if broken else "refused"
        return f"{len(self.steps)} changes" if self.steps else "no changes"

    @property
    def why(self) -> tuple[str, ...]:
        """Why it was refused: errors and violations, or else the end of what was printed."""
        said = [f"{one.rule} ({one.level}), {one.name}: {one.message}" for one in self.violations]
        return (*self.errors, *said) or tuple(self.output.splitlines()[-20:])
