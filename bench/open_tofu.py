"""OpenTofu, and Terraform where there is one: the same resources as their users lay them out."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import blueprint, counts, measured
from bench.contestant import Ran
from bench.stage import Stage
from bench.usage import Usage
from bench.world import say
from lab import environment, go_build, go_program, toolchain
from lab.go_build import GoTool

_FOLDER = Path(__file__).parent
TOFU = GoTool(_FOLDER / "tofu", "github.com/opentofu/opentofu", "cmd/tofu", "tofu")
# Without it the version ends in -dev, and provider tests of versions are others.
_RELEASED = {"github.com/opentofu/opentofu/version.dev": "no"}


@dataclass(frozen=True)
class Program:
    """An executable, and what it is called with its version."""

    name: str
    version: str
    path: Path


def open_tofu(report: go_build.Report = say) -> Program:
    """The pinned OpenTofu, built into the user's cache at the first use, in some ten minutes on two cores.

    Raises MissingPrerequisite and BuildFailed, as `lab.toolchain.ensure` does.
    """
    return Program("OpenTofu", TOFU.version().removeprefix("v"), go_program.ensure(TOFU, _RELEASED, report))


def terraform() -> Program | None:
    """The user's own Terraform, if it is on PATH."""
    path = shutil.which("terraform", path=environment.user().get("PATH", os.defpath))
    if path is None:
        return None
    told = subprocess.run([path, "version", "-json"], capture_output=True, text=True, check=True)
    return Program("Terraform", json.loads(told.stdout)["terraform_version"], Path(path))


class OpenTofu:
    """`apply` and `plan` of `bench/hcl`: a weighted pair for each name, ten changes at a time (its default).

    The provider is the lab's own, by `dev_overrides`; so there is no `init`, and nothing is fetched.
    """

    def __init__(self, program: Program, most_names: int | None = None) -> None:
        self.name, self.most_names = program.name, most_names
        self._program, self._label = program, program.name.lower()

    def build(self, stage: Stage, colour: str, like: Stage) -> Ran:
        values = blueprint.cluster(like.made.deployment(colour), colour, f"{self._label}-{colour}", stage.zone)
        folder = self._laid_out(stage, "cluster", f"{self._label}-{colour}", {"cluster": values})
        usage = self._run(stage, folder, "apply", "-auto-approve")
        state = json.loads((folder / "terraform.tfstate").read_text(encoding="utf-8"))
        return Ran(usage, made=counts.of_terraform(state))

    def lay_out(self, stage: Stage) -> None:
        targets = {colour: {"name": name, "zone_id": zone} for colour, (name, zone) in stage.targets.items()}
        values = {"names": self.names(stage), "zone_id": stage.zone_id, "targets": targets}
        folder = self._laid_out(stage, "live", f"{self._label}-live", values)
        # All at a time: this is not measured.
        changes = str(2 * stage.names)
        self._run(stage, folder, "apply", "-auto-approve", f"-parallelism={changes}", _active(stage.colours[0]))

    def names(self, stage: Stage) -> Sequence[str]:
        return stage.names_of(self._label)

    def preview(self, stage: Stage, colour: str) -> Ran:
        return Ran(self._run(stage, stage.root / f"{self._label}-live", "plan", _active(colour)))

    def tag_in(self, stage: Stage, colour: str) -> Ran:
        folder = stage.root / f"{self._label}-live"
        return Ran(self._run(stage, folder, "apply", "-auto-approve", _active(colour)))

    def _laid_out(self, stage: Stage, program: str, folder: str, values: Mapping[str, Any]) -> Path:
        made = stage.root / folder
        shutil.copytree(_FOLDER / "hcl" / program, made)
        (made / "terraform.tfvars.json").write_text(json.dumps(values), encoding="utf-8")
        provider = toolchain.ensure(say).terraform_provider
        (made / "cli.tfrc").write_text(command_line_settings(provider.parent), encoding="utf-8")
        return made

    def _run(self, stage: Stage, folder: Path, *arguments: str) -> Usage:
        settings = {"TF_CLI_CONFIG_FILE": str(folder / "cli.tfrc"), "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
        command = [str(self._program.path), arguments[0], "-input=false", "-no-color", *arguments[1:]]
        return measured.command(command, folder, {**stage.made.environment, **settings})


def command_line_settings(provider_folder: Path) -> str:
    """The text of a settings file that makes the provider in a folder the one of hashicorp/aws.

    https://opentofu.org/docs/cli/config/config-file/#development-overrides-for-provider-developers
    """
    override = f"    {json.dumps('hashicorp/aws')} = {json.dumps(str(provider_folder))}"
    return f"provider_installation {{\n  dev_overrides {{\n{override}\n  }}\n  direct {{}}\n}}\n"


def _active(colour: str) -> str:
    return f"-var=active={colour}"
