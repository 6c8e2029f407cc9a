"""A working copy of the user's own project, smaller and under a throw-away name, with a state of its own."""

import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import boto3
import yaml

from cutover.aws import session
from lab.workspace import CHECKOUT, FOREIGN_KEYS, LINKED, PROJECT_FILE, Workspace

LIVE = "live"
_PROVIDER = "aws:"
# As Pulumi.yaml calls them.
_TYPES = {int: "integer", bool: "boolean", str: "string", list: "array"}
# The least that a colour can be: one instance in each of two zones.
SMALLEST: Mapping[str, Any] = {
    "capacity": 2,
    "availabilityZones": 2,
    "natGateways": 1,
    "keepAddresses": False,
    "loadBalancerCapacityUnits": 0,
    # One of the user's own does not cover the throw-away name.
    "certificateArn": "",
}
# What of the stack files is about the traffic of today.
_NOT_COPIED = ("active", "share", "override", "awake", "hotfix")
# Of the user's environment, what would lead `pulumi` to other stacks than those of the copy.
_ELSEWHERE = ("PULUMI_STACK", "PULUMI_OPTION_", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_BACKEND_URL")


@dataclass(frozen=True)
class OwnAccount(Workspace):
    """A workspace on the account that the environment is for."""

    thrown_away: ClassVar[bool] = False

    def aws(self, service: str) -> Any:
        """A boto3 client, made as the program makes its own."""
        return self.session().client(service)  # type: ignore[call-overload]  # the service is a variable

    def session(self) -> boto3.Session:
        """By the environment, and the region and profile of the project."""
        config = self._project().get("config") or {}
        of_provider = {key: str(value) for key, value in config.items() if key.startswith(_PROVIDER)}
        return session({key.removeprefix(_PROVIDER): value for key, value in of_provider.items()})

    def edit_project(self, **values: Any) -> None:
        """Set shared keys in Pulumi.yaml, also those that the user has taken out of it."""
        project = self._project()
        for key, value in values.items():
            known = project["config"].get(key)
            entry = known if isinstance(known, dict) else {"type": _TYPES[type(value)]}
            project["config"][key] = {**entry, "default": value}
        (self.directory / PROJECT_FILE).write_text(yaml.safe_dump(project, sort_keys=False))

    def _project(self) -> dict[str, Any]:
        content: dict[str, Any] = yaml.safe_load((self.directory / PROJECT_FILE).read_text())
        return content


def source(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of the project that is rehearsed: the checkout, or where the environment lets `pulumi` work."""
    return Path(environment.get("PULUMI_OPTION_CWD") or CHECKOUT).resolve()


def throw_away(zone: str) -> str:
    """A name in `zone` that nobody has."""
    return f"rehearsal-{secrets.token_hex(4)}.{zone}"


def lay_out(root: Path, origin: Path, name: str, environment: Mapping[str, str] = os.environ) -> OwnAccount:
    """Copy the project of `origin` to `root`, under `name` and as small as can be; raises LookupError without releases.

    The code is linked, and the stack files are the copy's own: nothing of the user's is written.
    """
    project, state = root / "project", root / "state"
    for folder in (project, state):
        folder.mkdir(parents=True, exist_ok=True)
    for linked in LINKED:
        (project / linked).symlink_to(CHECKOUT / linked)
    (project / ".venv").symlink_to(sys.prefix)
    for file in sorted(origin.glob("Pulumi*.yaml")):
        content = yaml.safe_load(file.read_text()) or {}
        kept = {key: value for key, value in content.items() if key not in FOREIGN_KEYS}
        (project / file.name).write_text(yaml.safe_dump(kept, sort_keys=False))
    made = of(root, environment)
    made.edit_project(names=[name], **SMALLEST)
    for stack in (*made.project_config("cidrs"), LIVE):
        (project / f"Pulumi.{stack}.yaml").touch()
        made.edit_stack(stack, **dict.fromkeys(_NOT_COPIED))
    for colour in made.project_config("cidrs"):
        if not _own(made, colour).get("release"):
            raise LookupError(f"{origin} has no release of {colour}: pulumi config set release RELEASE -s {colour}")
    return made


def of(root: Path, environment: Mapping[str, str] = os.environ) -> OwnAccount:
    """The copy that `lay_out` made, with the environment of now."""
    kept = {key: value for key, value in environment.items() if not key.startswith(_ELSEWHERE)}
    own = {"PULUMI_BACKEND_URL": (root / "state").as_uri(), "PULUMI_CONFIG_PASSPHRASE": "rehearsal"}
    return OwnAccount(root / "project", {**kept, **own})


def live_config(made: Workspace, key: str, default: Any) -> Any:
    """A key of the stack `live`, as the copy has it; `pulumi` writes numbers and lists as texts."""
    value = _own(made, LIVE).get(key, default)
    return yaml.safe_load(value) if isinstance(value, str) else value


def _own(made: Workspace, stack: str) -> dict[str, Any]:
    """A stack's own keys, without their namespace."""
    path = made.directory / f"Pulumi.{stack}.yaml"
    content = yaml.safe_load(path.read_text()) if path.exists() else {}
    return {key.rpartition(":")[2]: value for key, value in ((content or {}).get("config") or {}).items()}
