"""The child of the `aws` plugin: Pulumi's bridge to any Terraform provider, running terraform-provider-aws."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, provider_pb2_grpc

from lab.plugins.errors import in_pulumi_words
from lab.plugins.lifeline import Child
from lab.terraform_provider import PROVIDER_VERSION

# Discard: nothing listens there, and a bridge that only downloads has nothing to tell an engine.
_NO_ENGINE = "127.0.0.1:9"
MAX_MESSAGE = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class BridgeFailed(Exception):
    """The bridge did not start or could not load the provider."""


class Bridge:
    """A running bridge; `stub` are its calls.

    engine: the address at which the bridge finds the Pulumi engine for its messages.
    """

    def __init__(self, executable: Path, engine: str, environment: Mapping[str, str] = os.environ) -> None:
        self._child = Child([str(executable), engine], env=environment, stdout=subprocess.PIPE)
        port = self._child.stdout.readline().strip()
        if not port.isdigit():
            self._child.end()
            raise BridgeFailed(f"{executable} printed {port!r} where its port was expected")
        channel = grpc.insecure_channel(f"127.0.0.1:{int(port)}", options=MAX_MESSAGE)
        self.stub = provider_pb2_grpc.ResourceProviderStub(channel)

    def load_provider(self, *arguments: str) -> None:
        """Load a Terraform provider: a path that ends in `terraform-provider-NAME`, or a registry name and version.

        Takes about 2 s. Raises BridgeFailed. The bridge names the package after the file, and takes what starts with
        a slash for a file: dynamic/parameterize/args.go of github.com/pulumi/pulumi-terraform-bridge v3.136.0.
        """
        parameters = provider_pb2.ParameterizeRequest.ParametersArgs(args=arguments)
        try:
            self.stub.Parameterize(provider_pb2.ParameterizeRequest(args=parameters))
        except grpc.RpcError as error:
            raise BridgeFailed(f"cannot load {' '.join(arguments)}: {error.details()}") from error

    def wait(self) -> int:
        """Wait until the bridge ends; its exit code."""
        return self._child.wait()

    def end(self) -> None:
        """End the bridge and the Terraform provider that it runs."""
        self._child.end()


def download_provider(executable: Path, folder: Path, environment: Mapping[str, str]) -> None:
    """Let the bridge download terraform-provider-aws into `folder`. Raises BridgeFailed.

    The variable is the bridge's own: dynamic/internal/shim/run/loader.go of pulumi-terraform-bridge v3.136.0.
    """
    variables = {**environment, "PULUMI_DYNAMIC_TF_PLUGIN_CACHE_DIR": str(folder)}
    bridge = Bridge(executable, _NO_ENGINE, variables)
    try:
        bridge.load_provider("hashicorp/aws", PROVIDER_VERSION)
    finally:
        bridge.end()


class EngineRelay(engine_pb2_grpc.EngineServicer):
    """The engine as the bridge sees it: what the bridge logs is shown under the program's own resource types."""

    def __init__(self, engine: str) -> None:
        self.attach(engine)

    def attach(self, engine: str) -> None:
        """From now on, be the relay to the engine at this address."""
        self._engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(engine, options=MAX_MESSAGE))

    def Log(self, request: engine_pb2.LogRequest, _context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Pass a message on to the user."""
        request.urn = in_pulumi_words(request.urn)
        request.message = in_pulumi_words(request.message)
        return self._engine.Log(request)

    def GetRootResource(
        self, request: engine_pb2.GetRootResourceRequest, _context: grpc.ServicerContext
    ) -> engine_pb2.GetRootResourceResponse:
        """The stack's own URN."""
        response: engine_pb2.GetRootResourceResponse = self._engine.GetRootResource(request)
        return response

    def SetRootResource(
        self, request: engine_pb2.SetRootResourceRequest, _context: grpc.ServicerContext
    ) -> engine_pb2.SetRootResourceResponse:
        """Not for providers, passed on all the same."""
        response: engine_pb2.SetRootResourceResponse = self._engine.SetRootResource(request)
        return response
