"""The one way to say no."""

import pulumi

from cutover.printable import printable


class Refusal(pulumi.RunError):
    """A change that is not made, said in four lines: what is wrong, what was seen, what is allowed, what to type next.

    Whatever in them comes from outside is escaped. It is a RunError because Pulumi shows those by their message alone,
    without a traceback.
    """

    def __init__(self, problem: str, *, seen: str, allowed: str, next_step: str) -> None:
        self.problem, self.seen, self.allowed, self.next_step = problem, seen, allowed, next_step
        said = [printable(text, lines=True) for text in (problem, seen, allowed, next_step)]
        super().__init__("refused: {}\n  seen:    {}\n  allowed: {}\n  next:    {}".format(*said))
