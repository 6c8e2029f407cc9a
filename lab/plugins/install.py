"""Puts the lab's plugins where the Pulumi command line looks for them."""

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from lab.plugins.aws_provider import PLUGIN_VERSION
from lab.toolchain import Toolchain

# -P keeps the project's own folder out of the plugin's import path, and with no PYTHONPATH set the program that the
# plugin starts has the import path it would have anywhere else.
_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from {module} import main; sys.exit(main())"


def install(toolchain: Toolchain, pulumi_home: Path, bin_dir: Path, python: Path, checkout: Path) -> dict[str, str]:
    """Write `bin_dir`/pulumi and the plugins in `pulumi_home`; safe to repeat, and to repeat at the same time.

    python: runs the plugins; it needs the packages of requirements.txt. checkout: the folder that holds `lab`.
    Returns the environment variables to set on top of the user's, PATH not among them: put `bin_dir` first in it, or
    start `bin_dir`/pulumi by its path. The plugins are found in the plugin cache and nowhere else, which is also why
    no "using … from $PATH" warning appears.
    """
    bin_dir.mkdir(parents=True, exist_ok=True)
    _link(bin_dir / "pulumi", toolchain.pulumi)
    runner = ["--program-runner", str(toolchain.language_exec), "--engine-version", toolchain.engine_version]
    bridge = ["--bridge", str(toolchain.bridge), "--terraform-provider", str(toolchain.terraform_provider)]
    plugins = pulumi_home / "plugins"
    for folder, program, module, arguments in (
        (f"language-python-v{toolchain.engine_version}", "pulumi-language-python", "language_host", runner),
        (f"resource-aws-v{PLUGIN_VERSION}", "pulumi-resource-aws", "aws_provider", bridge),
    ):
        start = [str(python), "-P", "-c", _START.format(module=f"lab.plugins.{module}"), str(checkout), *arguments]
        _write_shim(plugins / folder / program, start)
    return {
        "PULUMI_HOME": str(pulumi_home),
        "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def _write_shim(path: Path, command: Sequence[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', encoding="utf-8")
    new.chmod(0o755)
    new.replace(path)


def _link(path: Path, target: Path) -> None:
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(path)
