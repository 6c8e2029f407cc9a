"""A working copy of the project in which the plain `pulumi` commands talk to the embedded AWS and nothing else."""

import json
import os
import shutil
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

import boto3
import yaml

from lab import environment, pulumi_command, roles, toolchain
from lab.client import Addresses, aws_environment
from lab.plugins import install
from lab.pulumi_command import Event, Result
from lab.roles import Roles

CHECKOUT = Path(__file__).resolve().parent.parent
REGION = "eu-central-1"
# The code is linked: an edit in the checkout counts at once. The stack files are copied: commands write them.
LINKED = ("__main__.py", "components", "cutover", "propagation", "policies", "load_test", "board")
PROJECT_FILE = "Pulumi.yaml"
_PROJECT, _STATE = "project", "state"
# A fork's own secrets belong to its own backend, which is out of reach here.
FOREIGN_KEYS = ("encryptionsalt", "encryptedkey", "secretsprovider", "environment")


@cache
def _session() -> boto3.session.Session:
    """One for all clients, as it reads each service model once; of no account and no region."""
    environment.enter()
    return boto3.session.Session()


@dataclass(frozen=True)
class Workspace:
    """A project folder and the environment in which to run `pulumi` there; with `roles`, each command as its own."""

    directory: Path
    environment: Mapping[str, str]
    roles: Roles | None = None
    # Whether nothing of what it makes outlives the command that laid it out.
    thrown_away: ClassVar[bool] = True

    def pulumi(
        self,
        *arguments: str,
        on_event: Callable[[Event], None] = lambda _: None,
        on_start: Callable[[int], None] = lambda _: None,
    ) -> Result:
        """Run one `pulumi` command; see `pulumi_command.run`."""
        environment = self.environment_of(*arguments)
        return pulumi_command.run(list(arguments), self.directory, environment, on_event, on_start)

    def environment_of(self, *arguments: str) -> Mapping[str, str]:
        """The environment for one `pulumi` command, with what its role may do brought up to date."""
        if self.roles is None:
            return self.environment
        roles.bring_up_to_date(self)
        return {**self.environment, **self.roles.of(arguments)}

    def environment_as(self, role: str) -> Mapping[str, str]:
        """The environment of whoever has this role; of the operator, where there are no roles."""
        if self.roles is None:
            return self.environment
        roles.bring_up_to_date(self)
        return {**self.environment, **self.roles.environments[role]}

    def up(
        self,
        stack: str,
        *arguments: str,
        on_event: Callable[[Event], None] = lambda _: None,
        on_start: Callable[[int], None] = lambda _: None,
    ) -> Result:
        """`pulumi up` without questions and without a preview first."""
        command = ("up", "-s", stack, "--yes", "--skip-preview", *arguments)
        return self.pulumi(*command, on_event=on_event, on_start=on_start)

    def edit_project(self, **values: Any) -> None:
        """Set shared keys in Pulumi.yaml, as an editor would."""
        path = self.directory / PROJECT_FILE
        project = yaml.safe_load(path.read_text())
        for key, value in values.items():
            project["config"][key]["default"] = value
        path.write_text(yaml.safe_dump(project, sort_keys=False))

    def edit_stack(self, stack: str, **values: Any) -> None:
        """Set a stack's own keys in its file, as an editor would; None takes the key out."""
        path = self.directory / f"Pulumi.{stack}.yaml"
        content = yaml.safe_load(path.read_text()) or {}
        config = content.setdefault("config", {})
        project = yaml.safe_load((self.directory / PROJECT_FILE).read_text())["name"]
        for key, value in values.items():
            # The same key, to the engine.
            for known in (key, f"{project}:{key}"):
                config.pop(known, None)
            if value is not None:
                config[key] = value
        path.write_text(yaml.safe_dump(content, sort_keys=False))

    def stack_file(self, stack: str) -> str:
        """The text of a stack's file."""
        return (self.directory / f"Pulumi.{stack}.yaml").read_text()

    def restore_stack_file(self, stack: str, text: str) -> None:
        """Put back what `stack_file` gave."""
        (self.directory / f"Pulumi.{stack}.yaml").write_text(text)

    def deployment(self, stack: str) -> dict[str, Any]:
        """What `pulumi stack export` prints as a stack's deployment, without half a second where a folder has it."""
        backend = urlsplit(self.environment.get("PULUMI_BACKEND_URL", ""))
        name = yaml.safe_load((self.directory / PROJECT_FILE).read_text())["name"]
        file = Path(unquote(backend.path)) / ".pulumi" / "stacks" / name / f"{stack}.json"
        if backend.scheme == "file" and file.exists():
            held: dict[str, Any] = json.loads(file.read_text())["checkpoint"]["latest"] or {}
            return held
        exported: dict[str, Any] = json.loads(self.pulumi("stack", "export", "-s", stack).output)["deployment"]
        return exported

    def project_config(self, key: str) -> Any:
        """The value of one shared key."""
        return yaml.safe_load((self.directory / PROJECT_FILE).read_text())["config"][key]["default"]

    def aws(self, service: str) -> Any:
        """A boto3 client of the embedded AWS."""
        return _session().client(  # type: ignore[call-overload]  # the service is a variable
            service,
            endpoint_url=self.environment["AWS_ENDPOINT_URL"],
            region_name=REGION,
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
        )


def lay_out(root: Path, addresses: Addresses, report: Callable[[str], None]) -> Workspace:
    """Make a workspace under `root` for the embedded AWS at `addresses`: project, engine, zone and the empty stacks."""
    project = root / _PROJECT
    _link(project)
    for source in CHECKOUT.glob("Pulumi*.yaml"):
        content = yaml.safe_load(source.read_text())
        kept = {key: value for key, value in content.items() if key not in FOREIGN_KEYS}
        config = kept.get("config", {})
        # Region and profile are the lab's own.
        kept["config"] = {key: value for key, value in config.items() if not key.startswith("aws:")}
        (project / source.name).write_text(yaml.safe_dump(kept, sort_keys=False))
    workspace = Workspace(project, _environment(root, addresses, report))
    # 443 is out of reach for who is not root.
    workspace.edit_project(httpsPort=_free_port())
    workspace.edit_stack("live", resolvers=addresses.resolvers, dnsPort=addresses.dns_port)
    workspace.aws("route53").create_hosted_zone(Name=workspace.project_config("zone"), CallerReference="first")
    _make_stacks(workspace)
    return workspace


def beside(made: Workspace, directory: Path, name: str, **shared: Any) -> Workspace:
    """Another project in `directory`, called `name`: same account, zone and backend; its stacks are made.

    It is like the one of `made` as it is now, but for the `shared` keys.
    """
    another = folder_like(made, directory)
    path = directory / PROJECT_FILE
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), "name": name}, sort_keys=False))
    another.edit_project(**shared)
    _make_stacks(another)
    return another


def folder_like(made: Workspace, directory: Path) -> Workspace:
    """A folder like that of `made`, with a clone's stack files: keys without a namespace, stacks not made."""
    _link(directory)
    for source in made.directory.glob("Pulumi*.yaml"):
        content = yaml.safe_load(source.read_text())
        kept = {key: value for key, value in content.items() if key not in FOREIGN_KEYS}
        kept["config"] = {key.rpartition(":")[2]: value for key, value in kept.get("config", {}).items()}
        (directory / source.name).write_text(yaml.safe_dump(kept, sort_keys=False))
    return replace(made, directory=directory)


def _link(project: Path) -> None:
    project.mkdir(parents=True)
    for name in LINKED:
        (project / name).symlink_to(CHECKOUT / name)
    (project / ".venv").symlink_to(sys.prefix)


def _make_stacks(workspace: Workspace) -> None:
    for stack in (*workspace.project_config("cidrs"), "live"):
        created = workspace.pulumi("stack", "init", stack)
        if created.exit_code:
            raise RuntimeError(f"pulumi stack init {stack} failed:\n{created.output}")


def copy(source: Path, root: Path, addresses: Addresses, report: Callable[[str], None]) -> Workspace:
    """The workspace under `source` as it is now, stacks included, under `root` for a copy of its lab at `addresses`."""
    for name in (_PROJECT, _STATE):
        shutil.copytree(source / name, root / name, symlinks=True)
    if (source / roles.FILE).exists():
        shutil.copy(source / roles.FILE, root / roles.FILE)
    workspace = Workspace(root / _PROJECT, _environment(root, addresses, report), roles.kept(root))
    workspace.edit_stack("live", resolvers=addresses.resolvers, dnsPort=addresses.dns_port)
    return workspace


def _environment(root: Path, addresses: Addresses, report: Callable[[str], None]) -> dict[str, str]:
    engine = toolchain.ensure(report)
    binaries, state = root / "bin", root / _STATE
    state.mkdir(exist_ok=True)
    plugins = install.install(engine, root / "home", binaries, Path(sys.executable), CHECKOUT)
    clean = environment.clean()
    return {
        **clean,
        **aws_environment(addresses),
        **plugins,
        "PATH": f"{binaries}:{clean.get('PATH', os.defpath)}",
        # boto3 and the aws command line know both, the provider the first, older SDKs the second.
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        # Prices that the program keeps are the lab's, and not for the user.
        "XDG_CACHE_HOME": str(root / "cache"),
        "PULUMI_BACKEND_URL": state.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "rehearsal",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def built(root: Path) -> list[str]:
    """The stacks of the workspace under `root` that hold anything, by name; one that cannot be read is one of them."""
    return sorted(
        file.stem for file in (root / _STATE).glob(".pulumi/stacks/*/*.json") if _holds_anything(file.read_bytes())
    )


def _holds_anything(stack: bytes) -> bool:
    try:
        return bool((json.loads(stack)["checkpoint"].get("latest") or {}).get("resources"))
    except (ValueError, LookupError, TypeError, AttributeError):
        return True


def clear(root: Path) -> None:
    """Remove a workspace and all that belongs to it."""
    shutil.rmtree(root, ignore_errors=True)
