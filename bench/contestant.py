"""What everybody who is measured can do, and what one deed of theirs took."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bench.stage import Stage
from bench.usage import Usage
from bench.waits import Span


@dataclass(frozen=True)
class Ran:
    """One command. waited: what of it were waits for DNS, from when until when (Unix times).

    made: type of resource -> how many it has made; only of a build. steps: name of a resource -> its step; only of what
    a Pulumi program does to the live names.
    """

    usage: Usage
    waited: Sequence[Span] = ()
    made: Mapping[str, int] = field(default_factory=dict)
    steps: Mapping[str, Span] = field(default_factory=dict)


class Contestant(Protocol):
    """Somebody who can build a cluster and switch names, each by a command of their own.

    most_names: takes part in no tag-in of more names; None: in all.
    """

    name: str
    most_names: int | None

    def build(self, stage: Stage, colour: str, like: Stage) -> Ran:
        """Build a cluster like `colour` is on the stage `like`, where ours has built it."""

    def lay_out(self, stage: Stage) -> None:
        """Put the first colour in charge of the stage's names."""

    def names(self, stage: Stage) -> Sequence[str]:
        """The names that have weights."""

    def preview(self, stage: Stage, colour: str) -> Ran:
        """Say what tagging `colour` in would change."""

    def tag_in(self, stage: Stage, colour: str) -> Ran:
        """Tag `colour` in."""


def outputs_of(deployment: Mapping[str, Any]) -> Mapping[str, Any]:
    """The outputs of a stack."""
    return next(
        (one.get("outputs", {}) for one in deployment.get("resources", ()) if one["type"] == "pulumi:pulumi:Stack"), {}
    )
