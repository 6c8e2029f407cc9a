"""Where the config texts come from: the engine's environment, the project's file and the stack's."""

import importlib.util
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pulumi

from components import config_file, display, misread, namespaces
from components.config_file import ConfigFile, Node
from components.settings import LIVE
from cutover import autonaming
from cutover.refusal import Refusal

# In the engine's order: https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/encoding/marshal.go
_EXTENSIONS = (".json", ".yaml", ".yml")
AUTONAMING = "pulumi:autonaming"


def of_namespace(namespace: str) -> dict[str, str]:
    """The stack's config in one namespace, as the engine's texts, keys without the namespace.

    pulumi.Config can only ask for keys by name; refusing unknown ones needs all of them.
    """
    return config_file.within(_all(), namespace)


def of_project(root: str) -> dict[str, str]:
    """What the project's file in `root` sets for all stacks, in the form of the engine's texts.

    A key of the project with its namespace is the same key as without it. Raises Refusal when the file cannot be read.
    """
    path = _project_file(root)
    content = _content(path)
    project = config_file.text(content, "name")
    return config_file.within(
        config_file.texts_of(config_file.config_of(path.name, content, project, declared=True)), project
    )


def project_name(root: str) -> str:
    """What the project in `root` is called; raises Refusal when its file cannot be read."""
    return config_file.text(_content(_project_file(root)), "name")


def of_files(root: str, stack: str, namespace: str) -> dict[str, str]:
    """The config of `stack` in one namespace as the engine would hand it over, from the files in `root` alone.

    For commands, which no engine runs: what comes from elsewhere (`--config-file`, an environment of Pulumi ESC) is not
    seen. Keys are without the namespace. Raises Refusal when a file cannot be read, or says something else than is
    read.
    """
    project = project_name(root)
    files = _files(root, project, stack)
    namespaces.refuse_twice(stack, files)
    config: dict[str, str] = {}
    for file in reversed(files):
        config |= config_file.texts_of(file)
    namespaces.refuse_foreign(stack, project, config, files, _is_provider)
    misread.look(stack, project, config, files)
    return config_file.within(config, namespace)


def project_as_written() -> dict[str, str]:
    """What the project's file sets for all stacks, once all that the files say is found to be read as it is written.

    Raises Refusal.
    """
    root = pulumi.get_root_directory()
    refuse_what_is_not_read_as_written(root, pulumi.get_project(), pulumi.get_stack())
    return of_project(root)


def refuse_what_is_not_read_as_written(root: str, project: str, stack: str) -> None:
    """Raise Refusal when the files in `root` say something else than the engine hands over, or what it must not do.

    That is: a text without quotes that YAML reads as another one, a key that stands in a file twice, keys of another
    project's namespace, and names of resources that do not differ from one release to the next.
    """
    config, files = _all(), _files(root, project, stack)
    namespaces.refuse_twice(stack, files)
    namespaces.refuse_foreign(stack, project, config, files, _is_provider)
    for warning in misread.look(stack, project, config, files):
        display.warn(warning)
    _refuse_names(project, stack, config.get(AUTONAMING, "{}"), files)


def _all() -> dict[str, str]:
    config: dict[str, str] = json.loads(os.environ.get("PULUMI_CONFIG", "{}"))
    return config


def _files(root: str, project: str, stack: str) -> Sequence[ConfigFile]:
    """The stack's file, where there is one, and the project's.

    The engine looks for the stack's beside the project's or in its `stackConfigDir`, which may also be called `config`.
    """
    path = _project_file(root)
    content = _content(path)
    directory = config_file.text(content, "stackConfigDir") or config_file.text(content, "config")
    name = os.path.normpath(f"{directory or '.'}/Pulumi.{stack}{path.suffix}".lstrip("/"))
    found = [config_file.config_of(path.name, content, project, declared=True)]
    if Path(root, name).is_file():
        found.insert(0, config_file.config_of(name, _content(Path(root, name)), project))
    return found


def _project_file(root: str) -> Path:
    paths = [Path(root, f"Pulumi{extension}") for extension in _EXTENSIONS]
    return next((path for path in paths if path.is_file()), paths[1])


def _content(path: Path) -> Mapping[str, Node]:
    try:
        return config_file.parse(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Refusal(
            f"{path.name} cannot be read",
            seen=str(error),
            allowed="a file that is there, in YAML",
            next_step=f"mend {path}, then pulumi preview",
        ) from None


def _is_provider(namespace: str) -> bool:
    """Whether the program could use a provider of that name: its package is there."""
    package = f"pulumi_{namespace.replace('-', '_')}"
    return package.isidentifier() and importlib.util.find_spec(package) is not None


def _refuse_names(project: str, stack: str, text: str, files: Sequence[ConfigFile]) -> None:
    judged = (
        (
            autonaming.fixed(text),
            "resources would be named the same in every release, so a new one could not come before the old one goes",
            "mode: default, or a pattern with a random part, like ${name}-${hex(7)}",
        ),
        (
            autonaming.taken(text, project, stack),
            "AWS would take no load balancer, or no security group, of the names that resources would get",
            "names that do not begin with internal- or sg-, like those of ${name}-${hex(7)}",
        ),
        (
            # No resource of `live` is called like these.
            () if stack == LIVE else autonaming.unfit(text, project, stack),
            "AWS would not take the names that resources would get",
            autonaming.UNFIT_ALLOWED,
        ),
    )
    in_project = AUTONAMING in files[-1].config and not any(AUTONAMING in file.config for file in files[:-1])
    for settings, problem, allowed in judged:
        if settings:
            raise Refusal(
                problem,
                seen=", ".join(f"{AUTONAMING}: {setting}" for setting in settings),
                allowed=allowed,
                next_step=f"take `{AUTONAMING}` out of {files[-1].name}, then pulumi preview -s {stack}"
                if in_project
                else f"pulumi config rm {AUTONAMING} -s {stack}",
            )
