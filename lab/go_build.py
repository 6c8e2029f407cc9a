"""Builds a program out of the Go module that pins it, and says how far it is."""

import platform
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

Report = Callable[[str], None]

_REPORT_SECONDS = 2.0
# What makes another program of the same source, or none: https://pkg.go.dev/cmd/go#hdr-Environment_variables
_OF_OTHER_BUILDS = (
    "GOAMD64",
    "GOARM64",
    "GOARM",
    "GO386",
    "GOEXPERIMENT",
    "GODEBUG",
    "GOBIN",
    "GOCOVERDIR",
    "GOTOOLDIR",
)
_INSTALL_GO = "install Go from https://go.dev/dl/"


class MissingPrerequisite(Exception):
    """Something has to be installed first; the text is one line that says what."""


class BuildFailed(Exception):
    """Go could not build a program; the text holds the end of what it printed."""


@dataclass(frozen=True)
class GoTool:
    """A program that a Go module of ours pins.

    folder: of our module. module, package: where the program is (package within module, empty at its top). program: its
    file name.
    """

    folder: Path
    module: str
    package: str
    program: str

    @property
    def import_path(self) -> str:
        """What Go calls the program's package."""
        return f"{self.module}/{self.package}" if self.package else self.module

    def version(self) -> str:
        """The pinned version of the program's module, such as v3.259.0."""
        return self._in_go_mod(rf"^\s*(?:require )?{re.escape(self.module)} (v\S+)")

    def go_version(self) -> tuple[int, ...]:
        """The oldest Go that can build it."""
        return _numbers(self._in_go_mod(r"^go (\S+)"))

    def _in_go_mod(self, pattern: str) -> str:
        match = re.search(pattern, (self.folder / "go.mod").read_text(encoding="utf-8"), re.MULTILINE)
        if match is None:
            raise ValueError(f"{self.folder / 'go.mod'} has no line like {pattern}")
        return match.group(1)


@dataclass(frozen=True)
class Printed:
    """What a Go command has printed, line by line."""

    stdout: list[str] = field(default_factory=list)
    stderr: list[str] = field(default_factory=list)


def require_go(tools: Sequence[GoTool], environment: Mapping[str, str], what: str = "the engine") -> None:
    """Raise MissingPrerequisite unless there is a Go that can build `tools`; `what` they are together, in words."""
    needed = max(tool.go_version() for tool in tools)
    wanted = ".".join(map(str, needed))
    go = shutil.which("go", path=environment.get("PATH", ""))
    if go is None:
        raise MissingPrerequisite(f"Go is missing, and {what} is built with it: {_INSTALL_GO} ({wanted} or newer)")
    # Asked in the module's folder, where Go switches to a newer Go of its own if it may (GOTOOLCHAIN).
    done = subprocess.run(
        [go, "env", "GOVERSION"],
        cwd=tools[0].folder,
        env=go_environment(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    found = done.stdout.strip() if done.returncode == 0 else ""
    if _numbers(found) < needed:
        seen = found or (done.stderr.strip() or "no answer to `go env GOVERSION`").splitlines()[-1]
        raise MissingPrerequisite(f"{go} is too old ({seen}): {what} needs Go {wanted} or newer, {_INSTALL_GO}")


def build(
    tool: GoTool, into: Path, variables: Mapping[str, str], environment: Mapping[str, str], report: Report
) -> None:
    """Build `tool` into the folder `into`, with the Go string `variables` set. Raises BuildFailed."""
    package = tool.import_path
    name = f"{tool.program} {tool.version()}"

    def finding(printed: Printed, seconds: float) -> None:
        downloads = sum(line.startswith("go: downloading") for line in printed.stderr)
        report(f"{name}: finding packages, {downloads} modules downloaded ({seconds:.0f} s)")

    packages = len(_go(tool, ["list", "-deps", package], environment, finding).stdout)

    def compiling(printed: Printed, seconds: float) -> None:
        # Go prints a package when it starts on it and none that it has in its own cache; linking prints nothing.
        report(f"{name}: {len(printed.stderr)} of at most {packages} packages compiled ({seconds:.0f} s)")

    flags = " ".join(f"-X {variable}={value}" for variable, value in variables.items())
    command = ["build", "-v", "-ldflags", flags, "-o", str(into / tool.program), package]
    _go(tool, command, environment, compiling)


def module_folder(tool: GoTool, module: str, environment: Mapping[str, str]) -> Path:
    """Where Go keeps the source of a module that `tool` needs. Raises BuildFailed."""
    printed = _go(tool, ["list", "-m", "-f", "{{.Dir}}", module], environment, lambda _printed, _seconds: None)
    return Path(printed.stdout[-1])


def go_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` for a build that is the same for everybody: our own go.mod, this platform, no C compiler.

    Where modules come from (GOPROXY and the like) and whether Go may switch to a newer Go (GOTOOLCHAIN) stay the
    user's choice.
    """
    kept = {name: value for name, value in environment.items() if name not in _OF_OTHER_BUILDS}
    return kept | {
        "GOFLAGS": "-mod=readonly -buildvcs=false",
        "GOWORK": "off",
        "GO111MODULE": "on",
        "CGO_ENABLED": "0",
        # Set, as `go env -w` may have set others for good.
        "GOOS": sys.platform,
        "GOARCH": go_architecture(),
    }


def go_architecture() -> str:
    """What Go calls this machine's processor."""
    machine = platform.machine().lower()
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)


def _go(
    tool: GoTool, arguments: Sequence[str], environment: Mapping[str, str], tick: Callable[[Printed, float], None]
) -> Printed:
    """Run Go in the tool's module; `tick` is called every two seconds with what is printed by then, and at the end."""
    printed = Printed()
    started = time.monotonic()
    process = subprocess.Popen(
        ["go", *arguments],
        cwd=tool.folder,
        env=go_environment(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        pumps = [_pump(process.stdout, printed.stdout), _pump(process.stderr, printed.stderr)]
        while not _ended(process, _REPORT_SECONDS):
            tick(printed, time.monotonic() - started)
    finally:
        process.kill()
        process.wait()
    for pump in pumps:
        pump.join()
    if process.returncode != 0:
        end = "\n".join(printed.stderr[-20:])
        raise BuildFailed(f"`go {' '.join(arguments)}` in {tool.folder} failed:\n{end}")
    tick(printed, time.monotonic() - started)
    return printed


def _ended(process: subprocess.Popen[str], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _pump(stream: IO[str] | None, lines: list[str]) -> threading.Thread:
    def run() -> None:
        for line in stream or ():
            lines.append(line.rstrip("\n"))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of a Go version: go1.26.8 -> (1, 26, 8); a release candidate counts as its release."""
    match = re.match(r"(?:go)?(\d+(?:\.\d+)*)", version)
    return tuple(map(int, match.group(1).split("."))) if match else ()
