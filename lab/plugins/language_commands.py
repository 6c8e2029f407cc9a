"""The commands that the language host runs, and what they print."""

import queue
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from google.protobuf import json_format
from pulumi.runtime.proto import language_pb2

from lab.plugins.lifeline import Child


def program_command(python: str, program_runner: Path, engine: str, request: language_pb2.RunRequest) -> list[str]:
    """The command that runs the program of a stack, unbuffered so that its output is seen as it is printed."""
    return [
        *(python, "-u", str(program_runner)),
        *("--monitor", request.monitor_address),
        *("--engine", engine),
        *("--project", request.project),
        *("--stack", request.stack),
        *("--organization", request.organization),
        *("--root_directory", request.info.root_directory),
        *("--pwd", request.pwd),
        *("--dry_run", str(request.dryRun).lower()),
        *("--parallel", str(request.parallel)),
        request.info.entry_point or ".",
        *request.args,
    ]


def plugin_command(python: str, request: language_pb2.RunPluginRequest) -> list[str]:
    """The command that runs a plugin: policy packs through `pulumi.policy`, anything else by its `__main__.py`."""
    if request.kind == "analyzer":
        return [python, "-u", "-m", "pulumi.policy", *request.args, request.info.program_directory]
    return [python, "-u", request.info.program_directory, *request.args]


def install_commands(info: language_pb2.ProgramInfo) -> list[list[str]]:
    """What `pulumi install` runs: nothing for a project that uses our own Python, as its owner installs into that."""
    option = options_of(info).get("virtualenv")
    if not option:
        return []
    folder = Path(info.root_directory) / option
    python = str(folder / "bin" / "python")
    commands = [] if Path(python).exists() else [[sys.executable, "-m", "venv", str(folder)]]
    requirements = Path(info.program_directory) / "requirements.txt"
    if requirements.exists():
        commands.append([python, "-m", "pip", "install", "-r", str(requirements)])
    return commands


def options_of(info: language_pb2.ProgramInfo) -> dict[str, str]:
    """The runtime options of Pulumi.yaml."""
    return dict(json_format.MessageToDict(info.options)) if info.HasField("options") else {}


def output_of(child: Child) -> Iterator[tuple[str, bytes]]:
    """("stdout" or "stderr", line) as the child prints them, until it has closed both."""
    lines: queue.Queue[tuple[str, bytes]] = queue.Queue()

    def pump(name: str, stream: IO[bytes]) -> None:
        for line in stream:
            lines.put((name, line))
        lines.put((name, b""))

    for name, stream in (("stdout", child.stdout), ("stderr", child.stderr)):
        threading.Thread(target=pump, args=(name, stream), daemon=True).start()
    still_open = 2
    while still_open:
        name, line = lines.get()
        if line:
            yield name, line
        else:
            still_open -= 1
