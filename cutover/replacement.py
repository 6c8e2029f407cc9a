"""Deletes of what the program declares: the first half of a replacement, or left pending by an earlier one.

A record set and a parameter are identified by their names. Such a thing cannot be replaced new-first: the new one *is*
the old one, and the delete that follows takes it away. So a replacement of it begins with its delete. A delete that an
older version of this program left pending in the state would take away what is in use, and is never let through.
"""

from enum import Enum, auto

from cutover.refusal import Refusal

FORGET = "pulumi stack export -s {stack} | .venv/bin/python -m cutover.pending | pulumi stack import -s {stack}"


class Delete(Enum):
    """What a delete means, by what the program and the engine have said of the resource until then."""

    UNDECLARED = auto()
    """The program does not declare it."""
    REPLACEMENT = auto()
    """The engine is at work on what the program declares: it begins a replacement."""
    LEFTOVER = auto()
    """The engine is done with what the program declares: the delete was pending already, or everything is destroyed."""


def refuse_leftover(what: str, urn: str, stack: str, seen: str) -> None:
    """Raise Refusal: the delete of `what` that is pending in the state would take away what is in use."""
    raise Refusal(
        f"the state of the stack {stack} has a pending delete of {what}, left by an earlier replacement (or this is a "
        f"destroy); what it would delete is the one in use",
        seen=f"{seen}; pending: {urn}",
        allowed="that the state forgets this delete; AWS stays as it is",
        next_step=FORGET.format(stack=stack),
    )


def refuse_replacement(what: str, urn: str, stack: str, because: str, seen: str) -> None:
    """Raise Refusal: `what` cannot be replaced; nothing was touched."""
    raise Refusal(
        f"{what} cannot be replaced: {because}; a replacement begins with the delete; nothing was touched",
        seen=f"{seen}; to be replaced: {urn}",
        allowed="changes in place",
        next_step=f"pulumi up -s {stack}, without --replace and --target-replace; "
        f"if `pulumi state taint` was used: pulumi state untaint '{urn}' -s {stack}",
    )
