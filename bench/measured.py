"""One command of somebody, run to its end and measured with all that it starts (bench/usage.py)."""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.usage import Usage
from bench.world import CommandFailed, required
from lab.plugins.lifeline import Child
from lab.pulumi_command import Result
from lab.workspace import Workspace

_PROGRAM = Path(__file__).with_name("usage.py")


def pulumi(made: Workspace, *arguments: str) -> tuple[Result, Usage]:
    """A `pulumi` command that has to succeed."""
    real = shutil.which("pulumi", path=made.environment["PATH"])
    assert real is not None, "the workspace puts the engine first in PATH"
    with TemporaryDirectory(prefix="tag-team-bench-") as scratch:
        report, shim = Path(scratch) / "usage.json", Path(scratch) / "pulumi"
        shim.write_text(f'#!/bin/sh\nexec {shlex.join(_measuring(report, [real]))} "$@"\n')
        shim.chmod(0o755)
        path = f"{scratch}:{made.environment['PATH']}"
        result = replace(made, environment={**made.environment, "PATH": path}).pulumi(*arguments)
        return required(result), Usage.read(report)


def command(arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Usage:
    """Any other command that has to succeed; what it prints is shown if it does not."""
    with TemporaryDirectory(prefix="tag-team-bench-") as scratch:
        report, printed = Path(scratch) / "usage.json", Path(scratch) / "printed"
        with printed.open("w") as output:
            # Ends with this process, however that ends.
            child = Child(
                _measuring(report, arguments),
                cwd=folder,
                env=environment,
                stdout=output.fileno(),
                stderr=subprocess.STDOUT,
            )
            try:
                code = child.wait()
            finally:
                child.end()
        if code:
            raise CommandFailed(f"{shlex.join(arguments)} failed:\n{printed.read_text()}")
        return Usage.read(report)


def _measuring(report: Path, arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-I", str(_PROGRAM), str(report), *arguments]
