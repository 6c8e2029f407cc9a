"""This program, as its users run it."""

from collections.abc import Sequence

from bench import counts, measured
from bench.contestant import Ran, outputs_of
from bench.stage import Stage
from bench.world import required
from lab.pulumi_command import Result


class Ours:
    """`pulumi up` and `pulumi preview` of the three stacks, with every check and wait."""

    name = "tag-team"

    def build(self, stage: Stage, colour: str) -> Ran:
        result, usage = measured.pulumi(stage.made, "up", "-s", colour, "--yes", "--skip-preview")
        return Ran(usage, [_span(result, "full-capacity")], counts.of_pulumi(stage.made.deployment(colour)))

    def lay_out(self, stage: Stage) -> None:
        stage.made.edit_stack("live", active=stage.colours[0])
        required(stage.made.up("live"))

    def names(self, stage: Stage) -> Sequence[str]:
        names: Sequence[str] = stage.made.project_config("names")
        return names

    def preview(self, stage: Stage, colour: str) -> Ran:
        stage.made.edit_stack("live", active=colour)
        _, usage = measured.pulumi(stage.made, "preview", "-s", "live")
        return Ran(usage)

    def tag_in(self, stage: Stage, colour: str) -> Ran:
        stage.made.edit_stack("live", active=colour)
        result, usage = measured.pulumi(stage.made, "up", "-s", "live", "--yes", "--skip-preview")
        _, ended = _span(result, "in-charge")
        waited = float(outputs_of(stage.made.deployment("live"))["propagation"]["waited_seconds"])
        # The wait is all but the very end of its step: the parameter is written after it.
        return Ran(usage, [(ended - waited, ended)])


def _span(result: Result, name: str) -> tuple[float, float]:
    """From when until when the step of a resource lasted, its hooks included."""
    began = [event.at for event in result.events if event.kind == "resourcePreEvent" and _is(event.body, name)]
    ended = [event.at for event in result.events if event.kind == "resOutputsEvent" and _is(event.body, name)]
    return began[0], ended[-1]


def _is(body: object, name: str) -> bool:
    urn: str = body["metadata"]["urn"]  # type: ignore[index]  # an event of the engine
    return urn.rpartition("::")[2] == name
