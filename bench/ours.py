"""This program, as its users run it."""

from collections.abc import Sequence

from bench import counts, measured
from bench.contestant import Ran, outputs_of
from bench.stage import Stage
from bench.steps import steps
from bench.world import required, say

ATTEMPTS = 3


class Ours:
    """`pulumi up` and `pulumi preview` of the three stacks, with every check and wait."""

    name = "tag-team"
    most_names: int | None = None

    def build(self, stage: Stage, colour: str, like: Stage) -> Ran:  # noqa: ARG002  # ours is what the others are like
        _, usage = measured.pulumi(stage.made, "up", "-s", colour, "--yes", "--skip-preview")
        return Ran(usage, made=counts.of_pulumi(stage.made.deployment(colour)))

    def lay_out(self, stage: Stage) -> None:
        stage.made.edit_stack("live", active=stage.colours[0])
        # Three labs are laid out at once: on a busy machine one may be too slow for `probes` or `dns`.
        for _ in range(ATTEMPTS - 1):
            if not stage.made.up("live").exit_code:
                return
            say(f"{stage.names} names: once more")
        required(stage.made.up("live"))

    def names(self, stage: Stage) -> Sequence[str]:
        names: Sequence[str] = stage.made.project_config("names")
        return names

    def preview(self, stage: Stage, colour: str) -> Ran:
        stage.made.edit_stack("live", active=colour)
        result, usage = measured.pulumi(stage.made, "preview", "-s", "live")
        return Ran(usage, steps=steps(result.events))

    def tag_in(self, stage: Stage, colour: str) -> Ran:
        stage.made.edit_stack("live", active=colour)
        result, usage = measured.pulumi(stage.made, "up", "-s", "live", "--yes", "--skip-preview")
        _, ended = steps(result.events)["in-charge"]
        waited = float(outputs_of(stage.made.deployment("live"))["propagation"]["waited_seconds"])
        # The wait is all but the very end of its step: the parameter is written after it.
        return Ran(usage, [(ended - waited, ended)], steps=steps(result.events))
