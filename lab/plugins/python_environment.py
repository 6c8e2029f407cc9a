"""Which Python runs a Pulumi program, and what is installed in it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PROBE = """
import importlib.metadata as metadata, json, platform
found = {d.metadata["Name"]: {"version": d.version, "requires": d.requires or []} for d in metadata.distributions()}
print(json.dumps({"version": platform.python_version(), "distributions": found}))
"""
# By itself, as every command asks for it, and the other takes four times as long.
_PROBE_PLUGINS = """
import json, pathlib, sysconfig
plugins = []
for folder in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
    for file in pathlib.Path(folder).glob("*/pulumi-plugin.json"):
        plugins.append(json.loads(file.read_text()))
print(json.dumps(plugins))
"""


class NoVirtualenv(Exception):
    """The project names a virtual environment that is not there."""


@dataclass(frozen=True)
class PythonEnvironment:
    """A Python and the environment variables to run it with; `virtualenv` is None for the plugin's own Python."""

    executable: Path
    virtualenv: Path | None

    def variables(self, base: Mapping[str, str]) -> dict[str, str]:
        """`base` with the virtual environment activated, as its `activate` script does it."""
        result = dict(base)
        if self.virtualenv is not None:
            result.pop("PYTHONHOME", None)
            result["VIRTUAL_ENV"] = str(self.virtualenv)
            result["PATH"] = os.pathsep.join(filter(None, [str(self.executable.parent), base.get("PATH")]))
        return result

    def contents(self) -> "Contents":
        """What is installed. Raises subprocess.CalledProcessError when this Python does not run."""
        return Contents(**self._told(_PROBE))

    def resource_plugins(self) -> dict[str, str]:
        """Name -> version of the resource plugins that the installed Pulumi packages need; raises as `contents`."""
        plugins: list[dict[str, Any]] = self._told(_PROBE_PLUGINS)
        return {plugin["name"]: plugin["version"] for plugin in plugins if plugin.get("resource")}

    def _told(self, probe: str) -> Any:
        done = subprocess.run(
            [str(self.executable), "-c", probe],
            env=self.variables(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            check=True,
        )
        return json.loads(done.stdout)


@dataclass(frozen=True)
class Contents:
    """What is in a Python environment.

    distributions: name -> {"version": …, "requires": [requirement, …]}.
    """

    version: str
    distributions: dict[str, Any]

    def dependencies(self, transitive: bool) -> dict[str, str]:
        """Name -> version of everything installed, or only of what nothing else installed requires."""
        required = set() if transitive else set(self._required())
        return {
            name: entry["version"]
            for name, entry in sorted(self.distributions.items())
            if _normalized(name) not in required
        }

    def _required(self) -> list[str]:
        requirements = [line for entry in self.distributions.values() for line in entry["requires"]]
        return [_normalized(_name_of(line)) for line in requirements if "extra ==" not in line]


def environment(root: Path, options: Mapping[str, Any]) -> PythonEnvironment:
    """The Python of the project in `root`: its `virtualenv` runtime option, relative to `root`, or our own Python.

    Raises NoVirtualenv. https://www.pulumi.com/docs/iac/languages-sdks/python/#virtual-environments
    """
    option = options.get("virtualenv")
    if not option:
        return PythonEnvironment(Path(sys.executable), None)
    # By its name and not through links, as the official language host does: a linked policy pack's `../.venv` is that
    # of the project in which the link is.
    folder = Path(os.path.normpath(root / str(option)))
    executable = folder / "bin" / "python"
    if not executable.exists():
        raise NoVirtualenv(
            f"Pulumi.yaml names the virtual environment {option!r}, but {executable} does not exist: "
            "run `pulumi install`"
        )
    return PythonEnvironment(executable, folder)


def _name_of(requirement: str) -> str:
    end = next((i for i, letter in enumerate(requirement) if not (letter.isalnum() or letter in "-_.")), None)
    return requirement[:end]


def _normalized(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
