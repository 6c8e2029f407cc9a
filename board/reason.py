"""A reason for attention."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """One thing that is not as it should be.

    code: for machines, like `weights-disagree`. text: for people, in a line; whatever comes from outside in it is
    escaped by whoever prints it. next_step: what to type about it. colour: whose, empty where it is nobody's alone.
    """

    code: str
    text: str
    next_step: str
    colour: str = ""
