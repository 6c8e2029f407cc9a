"""A resource's own line in the display of Pulumi, for a hook to write on while the resource waits for it."""

from collections.abc import Callable
from typing import cast

import pulumi


class _Addressee:
    """pulumi.log asks a resource only for its URN, and the resource itself has none before its hook returns."""

    def __init__(self, urn: str) -> None:
        self.urn = pulumi.Output.from_input(urn)


def progress(urn: str) -> Callable[[str], None]:
    """A function that replaces what the line of `urn` shows."""
    addressee = cast(pulumi.Resource, _Addressee(urn))
    return lambda text: pulumi.log.info(text, addressee, ephemeral=True)


def note(urn: str) -> Callable[[str], None]:
    """A function that leaves a message on the line of `urn`, to be read after the update."""
    addressee = cast(pulumi.Resource, _Addressee(urn))
    return lambda text: pulumi.log.info(text, addressee)


def warning(urn: str) -> Callable[[str], None]:
    """A function that leaves a warning on the line of `urn`."""
    addressee = cast(pulumi.Resource, _Addressee(urn))
    return lambda text: pulumi.log.warn(text, addressee)
