"""What is said in the display of Pulumi: on no line, or on that of a resource, which waits for a hook meanwhile.

Here alone the program logs, so that whatever comes from outside is escaped.
"""

from collections.abc import Callable
from typing import cast

import pulumi

from cutover.printable import printable
from cutover.refusal import Refusal


class _Addressee:
    """pulumi.log asks a resource only for its URN, and the resource itself has none before its hook returns."""

    def __init__(self, urn: str) -> None:
        self.urn = pulumi.Output.from_input(urn)


def progress(urn: str) -> Callable[[str], None]:
    """A function that replaces what the line of `urn` shows."""
    addressee = cast(pulumi.Resource, _Addressee(urn))
    return lambda text: pulumi.log.info(printable(text), addressee, ephemeral=True)


def note(urn: str) -> Callable[[str], None]:
    """A function that leaves a message on the line of `urn`, to be read after the update."""
    addressee = cast(pulumi.Resource, _Addressee(urn))
    return lambda text: pulumi.log.info(printable(text), addressee)


def warning(urn: str) -> Callable[[str], None]:
    """A function that leaves a warning on the line of `urn`."""
    addressee = cast(pulumi.Resource, _Addressee(urn))
    return lambda text: pulumi.log.warn(printable(text), addressee)


def would_be(refusal: Refusal, urn: str) -> None:
    """Leave a warning on the line of `urn` that the update would be refused, in the refusal's own lines."""
    pulumi.log.warn(f"would be {refusal}", cast(pulumi.Resource, _Addressee(urn)))


def say(text: str) -> None:
    """Leave a message on no resource's line."""
    pulumi.log.info(printable(text))


def warn(text: str) -> None:
    """Leave a warning on no resource's line."""
    pulumi.log.warn(printable(text))
