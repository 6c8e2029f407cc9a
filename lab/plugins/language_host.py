"""pulumi-language-python: runs the Python program of a stack, and Python policy packs, for the Pulumi engine.

The official language host is a Go program that is not released as a package; this one speaks the same protocol:
https://github.com/pulumi/pulumi/blob/master/proto/pulumi/language.proto
The program itself is run by the official `pulumi-language-python-exec`.
"""

import argparse
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent import futures
from pathlib import Path

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from lab.plugins.language_commands import install_commands, options_of, output_of, plugin_command, program_command
from lab.plugins.lifeline import Child, wait_until_not_needed
from lab.plugins.python_environment import NoVirtualenv, PythonEnvironment, environment

# pulumi-language-python-exec exits with this code when it has already shown the error.
EXIT_ALREADY_SHOWN = 32
_MAX_MESSAGE = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """The language runtime service; every call may run at the same time as any other."""

    def __init__(self, program_runner: Path, engine: str, version: str) -> None:
        self._program_runner = program_runner
        self._engine = engine
        self._version = version
        self._children: set[Child] = set()
        self._lock = threading.Lock()
        self._cancelled = threading.Event()

    def Handshake(
        self, _request: language_pb2.LanguageHandshakeRequest, _context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        """Nothing to agree on: the engine's address came as an argument."""
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, _request: empty_pb2.Empty, _context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """The version of the engine that this host belongs to."""
        return plugin_pb2.PluginInfo(version=self._version)

    def Run(self, request: language_pb2.RunRequest, _context: grpc.ServicerContext) -> language_pb2.RunResponse:
        """Run the program of a stack to its end. What it prints goes to our own output, where the engine reads it."""
        try:
            python = _environment(request.info)
        except NoVirtualenv as error:
            return language_pb2.RunResponse(error=str(error))
        variables = python.variables(os.environ) | {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        code = self._run(
            program_command(str(python.executable), self._program_runner, self._engine, request),
            cwd=request.info.program_directory or None,
            env=variables,
        )
        if code == 0:
            return language_pb2.RunResponse()
        if code == EXIT_ALREADY_SHOWN or self._cancelled.is_set():
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=f"program {_ending(code)}")

    def RunPlugin(
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """Run a plugin written in Python, such as a policy pack, until it ends or the engine hangs up."""
        try:
            python = _environment(request.info)
        except NoVirtualenv as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        inherited = dict(entry.split("=", 1) for entry in request.env) or dict(os.environ)
        child = self._start(
            plugin_command(str(python.executable), request),
            cwd=request.info.program_directory if request.kind == "analyzer" else request.pwd,
            env=python.variables(inherited),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        context.add_callback(child.end)
        for name, chunk in output_of(child):
            if name == "stdout":
                yield language_pb2.RunPluginResponse(stdout=chunk)
            else:
                yield language_pb2.RunPluginResponse(stderr=chunk)
        yield language_pb2.RunPluginResponse(exitcode=self._finish(child))

    def Cancel(self, _request: empty_pb2.Empty, _context: grpc.ServicerContext) -> empty_pb2.Empty:
        """End every program that is running."""
        self.end()
        return empty_pb2.Empty()

    def GetRequiredPackages(
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """The resource plugins that the installed Pulumi packages need, so that a missing one is named early."""
        plugins = _environment_or_abort(request.info, context).resource_plugins()
        return language_pb2.GetRequiredPackagesResponse(
            packages=[
                plugin_pb2.PackageDependency(name=name, kind="resource", version=f"v{version.removeprefix('v')}")
                for name, version in plugins.items()
            ]
        )

    def GetRequiredPlugins(
        self, _request: language_pb2.GetRequiredPluginsRequest, _context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPluginsResponse:
        """Superseded by GetRequiredPackages."""
        return language_pb2.GetRequiredPluginsResponse()

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        """The installed packages, for `pulumi about`."""
        contents = _environment_or_abort(request.info, context).contents()
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[
                language_pb2.DependencyInfo(name=name, version=version)
                for name, version in contents.dependencies(request.transitiveDependencies).items()
            ]
        )

    def About(self, request: language_pb2.AboutRequest, context: grpc.ServicerContext) -> language_pb2.AboutResponse:
        """Which Python runs the program, for `pulumi about`."""
        python = _environment_or_abort(request.info, context)
        return language_pb2.AboutResponse(executable=str(python.executable), version=python.contents().version)

    def InstallDependencies(
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        """Make the virtual environment where the project names one, and install requirements.txt into it."""
        for command in install_commands(request.info):
            child = self._start(
                command, cwd=request.info.program_directory, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            context.add_callback(child.end)
            for name, chunk in output_of(child):
                if name == "stdout":
                    yield language_pb2.InstallDependenciesResponse(stdout=chunk)
                else:
                    yield language_pb2.InstallDependenciesResponse(stderr=chunk)
            code = self._finish(child)
            if code != 0:
                context.abort(grpc.StatusCode.INTERNAL, f"`{' '.join(command)}` {_ending(code)}")

    def RuntimeOptionsPrompts(
        self, _request: language_pb2.RuntimeOptionsRequest, _context: grpc.ServicerContext
    ) -> language_pb2.RuntimeOptionsResponse:
        """`pulumi new` has nothing to ask."""
        return language_pb2.RuntimeOptionsResponse()

    def end(self) -> None:
        """End every program and plugin that was started here; the Run calls of programs return as bailed out."""
        self._cancelled.set()
        with self._lock:
            children = list(self._children)
        for child in children:
            child.end()

    def _run(self, command: Sequence[str], *, cwd: str | None, env: dict[str, str]) -> int:
        return self._finish(self._start(command, cwd=cwd, env=env))

    def _start(
        self,
        command: Sequence[str],
        *,
        cwd: str | None,
        env: dict[str, str] | None = None,
        stdout: int | None = None,
        stderr: int | None = None,
    ) -> Child:
        # Under the lock, so that a program is either refused here or seen by a Cancel at the same moment.
        with self._lock:
            child = Child(command, cwd=cwd, env=env, stdout=stdout, stderr=stderr)
            self._children.add(child)
        return child

    def _finish(self, child: Child) -> int:
        try:
            return child.wait()
        finally:
            with self._lock:
                self._children.discard(child)


def _environment(info: language_pb2.ProgramInfo) -> PythonEnvironment:
    return environment(Path(info.root_directory), options_of(info))


def _environment_or_abort(info: language_pb2.ProgramInfo, context: grpc.ServicerContext) -> PythonEnvironment:
    try:
        return _environment(info)
    except NoVirtualenv as error:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        raise  # never reached: abort raises


def _ending(code: int) -> str:
    return f"exited with non-zero exit code: {code}" if code > 0 else f"was ended by signal {-code}"


def main() -> int:
    """Serve until the engine is gone. Prints the port first, as the engine expects of a plugin."""
    parser = argparse.ArgumentParser(prog="pulumi-language-python", description=__doc__)
    parser.add_argument("--program-runner", type=Path, required=True, help="path of pulumi-language-python-exec")
    parser.add_argument("--engine-version", required=True)
    known, rest = parser.parse_known_args()
    # The engine puts its address last, after flags for logging and tracing that do not matter here.
    host = LanguageHost(known.program_runner, rest[-1] if rest else "", known.engine_version)
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=64), options=_MAX_MESSAGE)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    wait_until_not_needed()
    host.end()
    server.stop(grace=None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
