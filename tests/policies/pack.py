"""A policy pack in a process of its own, started and asked as the engine does."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, language_pb2

from lab.plugins.language_commands import plugin_command
from lab.plugins.lifeline import Child
from tests.policies.recorded import Resource, Stack

_PACK = Path(__file__).resolve().parents[2] / "policies"
# A pack calls the engine only to log.
_NO_ENGINE = "127.0.0.1:9"


@dataclass(frozen=True)
class Finding:
    """What a rule said; level is `ADVISORY` or `MANDATORY`, urn the resource that it is about, or empty."""

    rule: str
    level: str
    message: str
    urn: str


class Pack:
    """The rules of the pack, through the calls that the engine makes."""

    def __init__(self, port: str) -> None:
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self._analyzer = analyzer_pb2_grpc.AnalyzerStub(self._channel)

    def configure(self) -> None:
        """Give the rules their configuration as the engine does: their own defaults, and what the pack puts on top."""
        info = self._analyzer.GetAnalyzerInfo(empty_pb2.Empty())
        request = analyzer_pb2.ConfigureAnalyzerRequest()
        for policy in info.policies:
            entry = request.policyConfig[policy.name]
            defaults = {name: of["default"] for name, of in policy.configSchema.properties.items() if "default" in of}
            entry.properties.update(defaults)
            entry.enforcementLevel = policy.enforcementLevel
            if policy.name in info.initialConfig:
                entry.properties.MergeFrom(info.initialConfig[policy.name].properties)
                # Also when the pack names none, which arrives as advisory.
                entry.enforcementLevel = info.initialConfig[policy.name].enforcementLevel
        self._analyzer.Configure(request)

    def rules(self) -> Mapping[str, str]:
        """Rule to level, as the pack declares them."""
        policies = self._analyzer.GetAnalyzerInfo(empty_pb2.Empty()).policies
        return {policy.name: _level(policy.enforcementLevel) for policy in policies}

    def of_resource(self, resource: Resource) -> list[Finding]:
        """What the resource rules say of one resource."""
        return _findings(self._analyzer.Analyze(resource.as_request()))

    def of_stack(self, stack: Stack) -> list[Finding]:
        """What the stack rules say of a stack."""
        request = analyzer_pb2.AnalyzeStackRequest(resources=[resource.in_stack for resource in stack])
        return _findings(self._analyzer.AnalyzeStack(request))

    def of_all(self, stack: Stack) -> list[Finding]:
        """What all rules say of a stack and each of its resources."""
        found = [finding for resource in stack for finding in self.of_resource(resource)]
        return found + self.of_stack(stack)

    def close(self) -> None:
        self._channel.close()


def _findings(response: analyzer_pb2.AnalyzeResponse) -> list[Finding]:
    return [
        Finding(said.policyName, _level(said.enforcementLevel), said.message, said.urn) for said in response.diagnostics
    ]


def _level(value: analyzer_pb2.EnforcementLevel.ValueType) -> str:
    return str(analyzer_pb2.EnforcementLevel.Name(value))


def lay_out(root: Path, files: Mapping[str, str]) -> Path:
    """A project in `root` with these files, and in it the pack, whose folder is returned."""
    for name, content in files.items():
        (root / name).write_text(content)
    directory = root / "policies"
    directory.symlink_to(_PACK)
    return directory


@contextmanager
def started(directory: Path) -> Iterator[Pack]:
    """The pack in `directory`, running; it ends with the block, and with this process."""
    program = language_pb2.ProgramInfo(program_directory=str(directory))
    request = language_pb2.RunPluginRequest(kind="analyzer", args=[_NO_ENGINE], info=program)
    process = Child(plugin_command(sys.executable, request), cwd=directory, stdout=subprocess.PIPE)
    try:
        port = process.stdout.readline().decode().strip()
        assert port.isdigit(), f"the pack in {directory} did not start"
        pack = Pack(port)
        pack.configure()
        yield pack
        pack.close()
    finally:
        process.end()
