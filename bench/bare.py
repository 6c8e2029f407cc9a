"""A bare Pulumi program with the same resources: the floor, since whatever is above it is this project's own."""

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bench import blueprint, counts, measured
from bench.contestant import Ran
from bench.stage import Stage
from bench.steps import steps
from bench.world import required
from lab.workspace import Workspace

_PROGRAMS = Path(__file__).with_name("bare")


class Bare:
    """`pulumi up` and `pulumi preview` of programs without hooks, checks and waits (`bench/bare`)."""

    name = "bare Pulumi"
    most_names: int | None = None
    _label = "bare"

    def build(self, stage: Stage, colour: str, like: Stage) -> Ran:
        values = blueprint.cluster(like.made.deployment(colour), colour, f"{self._label}-{colour}", stage.zone)
        made = _laid_out(stage, "cluster", colour)
        _configure(made, colour, {"cluster": values})
        _, usage = measured.pulumi(made, "up", "-s", colour, "--yes", "--skip-preview")
        return Ran(usage, made=counts.of_pulumi(made.deployment(colour)))

    def lay_out(self, stage: Stage) -> None:
        made = _laid_out(stage, "live", "live")
        self._activate(stage, made, stage.colours[0])
        required(made.up("live"))

    def names(self, stage: Stage) -> Sequence[str]:
        return stage.names_of(self._label)[:1]

    def preview(self, stage: Stage, colour: str) -> Ran:
        made = _project(stage, "live")
        self._activate(stage, made, colour)
        result, usage = measured.pulumi(made, "preview", "-s", "live")
        return Ran(usage, steps=steps(result.events))

    def tag_in(self, stage: Stage, colour: str) -> Ran:
        made = _project(stage, "live")
        self._activate(stage, made, colour)
        result, usage = measured.pulumi(made, "up", "-s", "live", "--yes", "--skip-preview")
        return Ran(usage, steps=steps(result.events))

    def _activate(self, stage: Stage, made: Workspace, colour: str) -> None:
        values = {"active": colour, "names": stage.names_of(self._label), "zoneId": stage.zone_id}
        _configure(made, "live", {**values, "targets": stage.targets})


def _project(stage: Stage, program: str) -> Workspace:
    return Workspace(stage.root / f"bare-{program}", stage.made.environment)


def _laid_out(stage: Stage, program: str, stack: str) -> Workspace:
    """The project of a program, with a stack in the same backend as ours."""
    made = _project(stage, program)
    if not made.directory.exists():
        shutil.copytree(_PROGRAMS / program, made.directory)
        (made.directory / ".venv").symlink_to(sys.prefix)
        runtime = {"name": "python", "options": {"toolchain": "pip", "virtualenv": ".venv"}}
        project = {"name": f"bare-{program}", "runtime": runtime}
        (made.directory / "Pulumi.yaml").write_text(yaml.safe_dump(project))
    required(made.pulumi("stack", "init", stack))
    return made


def _configure(made: Workspace, stack: str, values: Mapping[str, Any]) -> None:
    # Through JSON: a tuple is no YAML.
    config = {f"{made.directory.name}:{key}": value for key, value in json.loads(json.dumps(values)).items()}
    (made.directory / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump({"config": config}))
