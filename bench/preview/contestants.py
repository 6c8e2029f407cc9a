"""Who previews the same change: ours, a bare Pulumi program, and Terraform; each by its own command."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml

from bench.world import World, required, say
from lab import environment, toolchain
from lab.workspace import Workspace

HERE = Path(__file__).parent
PROGRAMS = ("terraform", "tofu")


class Contestant(Protocol):
    """Somebody with the first colour in charge, who can say what tagging the second in would change."""

    name: str

    def preview(self) -> float:
        """Seconds of one preview."""


@dataclass(frozen=True)
class Switched:
    """A live name like ours, for those who have no clusters: its name, zone and where each colour leads."""

    name: str
    zone_id: str
    targets: Mapping[str, tuple[str, str]]

    @classmethod
    def beside(cls, world: World, label: str) -> "Switched":
        """A name of its own that leads to the world's load balancers."""
        name = world.made.project_config("names")[0]
        route53 = world.made.aws("route53")
        (zone, *_) = route53.list_hosted_zones()["HostedZones"]
        records = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
        targets = {
            record["SetIdentifier"]: (record["AliasTarget"]["DNSName"], record["AliasTarget"]["HostedZoneId"])
            for record in records
            if record["Name"] == f"{name}." and "SetIdentifier" in record
        }
        return cls(f"{label}.{zone['Name'].rstrip('.')}", zone["Id"].rpartition("/")[2], targets)


class Ours:
    """This project's live stack, with every check that its preview makes."""

    name = "tag-team"

    def __init__(self, world: World) -> None:
        self._made = world.made
        self._made.edit_stack("live", active=world.colours[1])

    def preview(self) -> float:
        return required(self._made.pulumi("preview", "-s", "live")).seconds


class Floor:
    """A bare Pulumi program with the same three resources."""

    name = "bare Pulumi program"

    def __init__(self, world: World, folder: Path) -> None:
        switched = Switched.beside(world, "floor")
        shutil.copytree(HERE / "floor", folder)
        (folder / ".venv").symlink_to(sys.prefix)
        runtime = {"name": "python", "options": {"virtualenv": ".venv"}}
        (folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "floor", "runtime": runtime}))
        self._folder, self._made = folder, Workspace(folder, world.made.environment)
        required(self._made.pulumi("stack", "init", "floor"))
        self._config = {"name": switched.name, "zoneId": switched.zone_id, "targets": dict(switched.targets)}
        self._activate(world.colours[0])
        required(self._made.up("floor"))
        self._activate(world.colours[1])

    def _activate(self, colour: str) -> None:
        values = json.loads(json.dumps({**self._config, "active": colour}))
        config = {f"floor:{key}": value for key, value in values.items()}
        (self._folder / "Pulumi.floor.yaml").write_text(yaml.safe_dump({"config": config}))

    def preview(self) -> float:
        return required(self._made.pulumi("preview", "-s", "floor")).seconds


class Plan:
    """`terraform plan` of the same three resources, with the same provider."""

    def __init__(self, program: str, world: World, folder: Path) -> None:
        self.name, self._program, self._folder = f"{Path(program).name} plan", program, folder
        switched, colours = Switched.beside(world, "plan"), world.colours
        shutil.copytree(HERE / "plan", folder)
        provider = toolchain.ensure(say).terraform_provider
        settings = folder / "cli.tfrc"
        override = f'"registry.terraform.io/hashicorp/aws" = "{provider.parent}"'
        settings.write_text(f"provider_installation {{\n  dev_overrides {{\n    {override}\n  }}\n  direct {{}}\n}}\n")
        self._environment = {**world.made.environment, "TF_CLI_CONFIG_FILE": str(settings), "TF_IN_AUTOMATION": "1"}
        targets = {colour: {"name": name, "zone_id": zone} for colour, (name, zone) in switched.targets.items()}
        variables: dict[str, Any] = {"name": switched.name, "zone_id": switched.zone_id, "targets": targets}
        (folder / "terraform.tfvars.json").write_text(json.dumps(variables))
        self._run("apply", "-auto-approve", f"-var=active={colours[0]}")
        self._wanted = f"-var=active={colours[1]}"

    def preview(self) -> float:
        return self._run("plan", self._wanted)

    def _run(self, *arguments: str) -> float:
        began = time.monotonic()
        done = subprocess.run(
            [self._program, arguments[0], "-input=false", "-no-color", *arguments[1:]],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{self.name} failed:\n{done.stdout}{done.stderr}")
        return time.monotonic() - began


def terraform() -> str | None:
    """The user's own Terraform or OpenTofu, or None."""
    path = environment.user().get("PATH", os.defpath)
    return next((found for program in PROGRAMS if (found := shutil.which(program, path=path))), None)
