"""The one way to say no."""

from collections.abc import Sequence

import pulumi

from cutover.printable import printable


class Refusal(pulumi.RunError):
    """A change that is not made, said in four lines: what is wrong, what was seen, what is allowed, what to type next.

    Whatever in them comes from outside is escaped, line breaks too; what was `seen` may have several lines of ours. It
    is a RunError because Pulumi shows those by their message alone, without a traceback.
    """

    def __init__(self, problem: str, *, seen: str | Sequence[str], allowed: str, next_step: str) -> None:
        lines = [seen] if isinstance(seen, str) else list(seen)
        self.problem, self.seen, self.allowed, self.next_step = problem, "\n".join(lines), allowed, next_step
        said = [printable(problem), "\n".join(map(printable, lines)), printable(allowed), printable(next_step)]
        super().__init__("refused: {}\n  seen:    {}\n  allowed: {}\n  next:    {}".format(*said))
