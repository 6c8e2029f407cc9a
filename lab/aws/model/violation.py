"""What a service model does not allow."""

from collections.abc import Sequence
from dataclasses import dataclass

_SHOWN = 300  # characters of a value

Path = tuple[str, ...]


@dataclass(frozen=True)
class Violation:
    """`problem` of the value at `path` of a request; `kind` is one of missing, unknown, type and constraint.

    path: names as the model has them, and the numbers of list items from 1 on.
    """

    path: Path
    kind: str
    problem: str
    value: str = ""

    @property
    def where(self) -> str:
        """`tags.1.member.key`, as AWS names it: names begin small, and items of lists are members."""
        return ".".join(f"{part}.member" if part.isdecimal() else part[:1].lower() + part[1:] for part in self.path)

    @property
    def text(self) -> str:
        """As AWS words it."""
        if self.kind == "unknown":
            return f"Unknown parameter '{self.where}': {self.problem}"
        shown = "null" if self.kind == "missing" else f"'{self.value[:_SHOWN]}'"
        return f"Value {shown} at '{self.where}' failed to satisfy constraint: {self.problem}"


def summary(violations: Sequence[Violation]) -> str:
    """All of them in the one line that AWS answers."""
    found = "error" if len(violations) == 1 else "errors"
    return f"{len(violations)} validation {found} detected: {'; '.join(one.text for one in violations)}"
