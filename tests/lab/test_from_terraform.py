"""A record that Terraform made is given up by it as docs/adapt.md says, and is then nothing that it would change."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.open_tofu import command_line_settings, open_tofu
from lab import toolchain
from tests.lab.building import report
from tests.lab.test_adapt import section
from tests.lab.typed import type_in, typed
from tests.lab.world import World

OLD, ADDRESS = "old.shop.example", "192.0.2.10"
_ZONE = """\
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {}

data "aws_route53_zone" "shop" {
  name = "shop.example"
}
"""
_RECORD = f"""\
resource "aws_route53_record" "www" {{
  zone_id = data.aws_route53_zone.shop.zone_id
  name    = "{OLD}"
  type    = "A"
  ttl     = 60
  records = ["{ADDRESS}"]
}}
"""
# What somebody does in an editor: the resource goes, all else stays.
_EDITOR = '#!/bin/sh\nexec sed -i \'/^resource "aws_route53_record" "www"/,/^}/d\' "$1"\n'


@dataclass(frozen=True)
class Terraform:
    """A folder with a record of Terraform's, applied; `environment` has the command on its PATH."""

    folder: Path
    environment: Mapping[str, str]

    def run(self, *arguments: str, folder: Path | None = None) -> int:
        """Its exit code."""
        done = subprocess.run(
            ["terraform", *arguments, "-input=false", "-no-color"],
            cwd=folder or self.folder,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        print(done.stdout, done.stderr)
        return done.returncode


@pytest.fixture
def terraform(world: World, tmp_path: Path) -> Iterator[Terraform]:
    """The record is gone afterwards."""
    binaries, folder = tmp_path / "bin", tmp_path / "terraform"
    binaries.mkdir()
    folder.mkdir()
    (binaries / "terraform").symlink_to(open_tofu(report).path)
    editor = binaries / "editor"
    editor.write_text(_EDITOR)
    editor.chmod(0o755)
    provider = toolchain.ensure(report).terraform_provider
    (tmp_path / "cli.tfrc").write_text(command_line_settings(provider.parent))
    (folder / "main.tf").write_text(f"{_ZONE}\n{_RECORD}")
    environment = {
        **world.workspace.environment,
        "PATH": f"{binaries}:{world.workspace.environment.get('PATH', os.defpath)}",
        "EDITOR": str(editor),
        "TF_CLI_CONFIG_FILE": str(tmp_path / "cli.tfrc"),
        "TF_IN_AUTOMATION": "1",
        "CHECKPOINT_DISABLE": "1",
    }
    made = Terraform(folder, environment)
    assert made.run("apply", "-auto-approve") == 0
    yield made
    world.delete_record_sets(OLD)


def test_what_it_has_given_up_it_neither_misses_nor_brings_back(
    world: World, terraform: Terraform, tmp_path: Path
) -> None:
    (before,) = world.records_at(OLD)
    assert before["ResourceRecords"] == [{"Value": ADDRESS}]
    kept = shutil.copytree(terraform.folder, tmp_path / "kept")
    type_in(typed(section("From Terraform", tmp_path)), terraform.folder, terraform.environment)
    assert world.records_at(OLD) == [before]
    state = json.loads((terraform.folder / "terraform.tfstate").read_text())
    assert [one["type"] for one in state["resources"]] == ["aws_route53_zone"]

    # As docs/bootstrap.md has it: the same answer, weighted.
    world.change(("DELETE", before), ("CREATE", {**before, "SetIdentifier": "before", "Weight": 0}))
    weighted = world.records_at(OLD)
    assert terraform.run("plan", "-detailed-exitcode") == 0
    assert terraform.run("apply", "-auto-approve") == 0
    assert world.records_at(OLD) == weighted
    # Whoever has not given it up wants it back, and Route 53 takes no simple one beside it.
    assert terraform.run("plan", "-detailed-exitcode", folder=kept) == 2
    assert terraform.run("apply", "-auto-approve", folder=kept) == 1
    assert world.records_at(OLD) == weighted
