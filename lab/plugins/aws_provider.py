"""pulumi-resource-aws: pulumi-aws for the lab, made of Pulumi's Terraform bridge and terraform-provider-aws.

Every call is passed on to the bridge in its own names, and the answer is passed back in those of pulumi-aws. The
protocol: https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
The provider sees the environment that this plugin was started with, AWS_ENDPOINT_URL and credentials included.
"""

import argparse
import json
import sys
import threading
from collections.abc import Callable
from concurrent import futures
from pathlib import Path
from typing import Any, NoReturn

import grpc
from google.protobuf import empty_pb2
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import engine_pb2_grpc, plugin_pb2, provider_pb2, provider_pb2_grpc

from lab.plugins.aws_names import (
    CONFIG_LISTS,
    CONFIG_NEWER,
    FUNCTIONS,
    PROVIDER,
    RESOURCES,
    THIS_FILE,
    Function,
    Resource,
)
from lab.plugins.aws_requests import config_to_bridge, config_to_pulumi, name_it, not_offered, with_type
from lab.plugins.bridge import MAX_MESSAGE, Bridge, BridgeFailed, EngineRelay
from lab.plugins.errors import abort_with, in_pulumi_words
from lab.plugins.lifeline import wait_until_not_needed
from lab.plugins.properties import (
    TooMany,
    is_set,
    path_to_bridge,
    path_to_pulumi,
    paths_set,
    plain_text,
    to_bridge,
    to_pulumi,
)

_PROPERTY_FIELDS = ("news", "olds", "inputs", "old_inputs", "old_outputs", "properties")
PLUGIN_VERSION = "7.51.1"


# Answers are annotated where they arrive: the SDK's own types for its stubs name modules that do not exist.
class AwsProvider(provider_pb2_grpc.ResourceProviderServicer):
    """The provider service; every call may run at the same time as any other.

    What is not answered here (Handshake, Construct, Call …) is answered as by the bridge: not implemented.
    attach: called with the address of an engine that did not start this process, but goes on with it.
    """

    def __init__(
        self, bridge: provider_pb2_grpc.ResourceProviderStub, attach: Callable[[str], None] = lambda _: None
    ) -> None:
        self._bridge = bridge
        self._attach = attach
        self._region = ""
        self._lock = threading.Lock()

    def GetPluginInfo(self, _request: empty_pb2.Empty, _context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """The version of pulumi-aws whose names are spoken here."""
        return plugin_pb2.PluginInfo(version=PLUGIN_VERSION)

    def GetSchema(
        self, _request: provider_pb2.GetSchemaRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        """Only the package's name and version: the types are in the installed SDK."""
        return provider_pb2.GetSchemaResponse(schema=json.dumps({"name": "aws", "version": PLUGIN_VERSION}))

    def Attach(self, request: plugin_pb2.PluginAttach, _context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Go on with another engine, one that found this process in PULUMI_DEBUG_PROVIDERS."""
        self._attach(request.address)
        return empty_pb2.Empty()

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Ask the provider to stop what it is doing."""
        response: empty_pb2.Empty = self._forward(self._bridge.Cancel, request, context)
        return response

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Check the provider's own configuration."""
        given = Struct()
        given.CopyFrom(request.news)
        failures = [not_offered(name, "the provider's configuration") for name in paths_set(given, CONFIG_NEWER)]
        if failures:
            return provider_pb2.CheckResponse(inputs=given, failures=failures)
        for properties in (request.news, request.olds):
            config_to_bridge(properties)
        response: provider_pb2.CheckResponse = self._forward(self._bridge.CheckConfig, request, context)
        config_to_pulumi(response.inputs)
        return response

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Compare two configurations of the provider."""
        for properties in (request.news, request.olds, request.old_inputs):
            config_to_bridge(properties)
        response: provider_pb2.DiffResponse = self._forward(self._bridge.DiffConfig, request, context)
        return response

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Start the provider with its configuration and the environment of this process."""
        config_to_bridge(request.args)
        for name in CONFIG_LISTS:
            key = f"aws:config:{name}"
            if request.variables.get(key, "").startswith("{"):
                request.variables[key] = f"[{request.variables[key]}]"
        response: provider_pb2.ConfigureResponse = self._forward(self._bridge.Configure, request, context)
        return response

    def Invoke(self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext) -> provider_pb2.InvokeResponse:
        """Call a function (read a data source)."""
        function = FUNCTIONS.get(request.tok)
        if function is None:
            _abort_unknown("function", request.tok, "FUNCTIONS", context)
        failures = self._refused(request.args, function, request.tok, context)
        if failures:
            return provider_pb2.InvokeResponse(failures=failures)
        request.tok = function.bridge_token
        response: provider_pb2.InvokeResponse = self._forward(self._bridge.Invoke, request, context)
        if function.regional:
            self._add_region(getattr(response, "return"), context)
        return response

    def Check(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        """Check and complete the inputs of a resource; refuses what the program must not rely on in the lab."""
        resource = _resource_of(request.urn, context)
        given = Struct()
        given.CopyFrom(request.news)
        failures = self._refused(request.news, resource, request.type, context)
        if not failures:
            name_it(request, resource)
            try:
                self._to_bridge(request, resource)
            except TooMany as error:
                failures = [provider_pb2.CheckFailure(reason=str(error))]
        if failures:
            return provider_pb2.CheckResponse(inputs=given, failures=failures)
        response: provider_pb2.CheckResponse = self._forward(self._bridge.Check, request, context, resource)
        to_pulumi(response.inputs, resource.renames)
        for failure in response.failures:
            failure.property = path_to_pulumi(failure.property, resource.renames)
            failure.reason = in_pulumi_words(failure.reason)
        return response

    def Diff(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Which properties differ, by the names that the program knows them by."""
        resource = _resource_of(request.urn, context)
        self._to_bridge(request, resource)
        response: provider_pb2.DiffResponse = self._forward(self._bridge.Diff, request, context, resource)
        for paths in (response.diffs, response.replaces, response.stables):
            renamed = [path_to_pulumi(path, resource.renames) for path in paths]
            del paths[:]
            paths.extend(renamed)
        for path in list(response.detailedDiff):
            renamed_path = path_to_pulumi(path, resource.renames)
            if renamed_path != path:
                response.detailedDiff[renamed_path].CopyFrom(response.detailedDiff[path])
                del response.detailedDiff[path]
        return response

    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        """Create a resource, or say what it would look like."""
        response: provider_pb2.CreateResponse = self._resource_call(self._bridge.Create, request, context)
        return response

    def Read(self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        """Read a resource as it is now."""
        response: provider_pb2.ReadResponse = self._resource_call(self._bridge.Read, request, context)
        return response

    def Update(self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:
        """Change a resource in place, or say what it would look like."""
        response: provider_pb2.UpdateResponse = self._resource_call(self._bridge.Update, request, context)
        return response

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Delete a resource."""
        response: empty_pb2.Empty = self._resource_call(self._bridge.Delete, request, context)
        return response

    def _resource_call(self, call: Callable[[Any], Any], request: Any, context: grpc.ServicerContext) -> Any:
        """Pass on a call that takes a resource's properties and returns them."""
        resource = _resource_of(request.urn, context)
        self._to_bridge(request, resource)
        response = self._forward(call, request, context, resource)
        for name in ("properties", "inputs"):
            if name in response.DESCRIPTOR.fields_by_name and response.HasField(name):
                to_pulumi(getattr(response, name), resource.renames)
        if resource.regional and _has_outputs(response):
            self._add_region(response.properties, context)
        return response

    def _to_bridge(self, request: Any, resource: Resource) -> None:
        """Rename a request about a resource in place: its URN, type, properties and paths."""
        request.urn = with_type(request.urn, resource.bridge_token)
        if request.type:
            request.type = resource.bridge_token
        for name in _PROPERTY_FIELDS:
            if name in request.DESCRIPTOR.fields_by_name and request.HasField(name):
                properties = getattr(request, name)
                to_bridge(properties, resource)
                if resource.regional and not resource.has_region:
                    properties.fields.pop("region", None)
        if "ignoreChanges" in request.DESCRIPTOR.fields_by_name:
            paths = [path_to_bridge(path, resource.renames) for path in request.ignoreChanges]
            del request.ignoreChanges[:]
            request.ignoreChanges.extend(paths)

    def _refused(
        self, inputs: Struct, entry: Resource | Function, token: str, context: grpc.ServicerContext
    ) -> list[provider_pb2.CheckFailure]:
        """What of `inputs` the provider here has no way to honour; a `region` that changes nothing is taken out."""
        failures = [not_offered(path, token) for path in paths_set(inputs, entry.newer)]
        if entry.regional and "region" in inputs.fields:
            wanted = plain_text(inputs, "region")
            del inputs.fields["region"]
            if wanted and wanted != self._provider_region(context):
                reason = (
                    f"region {wanted!r}: {PROVIDER}, which the lab runs, has one region for all resources, "
                    f"{self._provider_region(context)!r}; use a provider of its own with that region"
                )
                failures.append(provider_pb2.CheckFailure(property="region", reason=reason))
        return failures

    def _add_region(self, outputs: Struct, context: grpc.ServicerContext) -> None:
        if not is_set(outputs, "region"):
            outputs.fields["region"].string_value = self._provider_region(context)

    def _provider_region(self, context: grpc.ServicerContext) -> str:
        """The region that the provider works in; asked once, no network call."""
        with self._lock:
            if not self._region:
                request = provider_pb2.InvokeRequest(tok=FUNCTIONS["aws:index/getRegion:getRegion"].bridge_token)
                response = self._forward(self._bridge.Invoke, request, context)
                self._region = getattr(response, "return").fields["name"].string_value
            return self._region

    def _forward(
        self,
        call: Callable[[Any], Any],
        request: Any,
        context: grpc.ServicerContext,
        resource: Resource | None = None,
    ) -> Any:
        try:
            return call(request)
        except grpc.RpcError as error:
            abort_with(error, resource, context)


def _resource_of(urn: str, context: grpc.ServicerContext) -> Resource:
    token = urn.split("::", 3)[2].rsplit("$", 1)[-1]
    resource = RESOURCES.get(token)
    if resource is None:
        _abort_unknown("resource type", token, "RESOURCES", context)
    return resource


def _has_outputs(response: Message) -> bool:
    """Whether an answer describes a resource: a Read that finds none has no id, the answer to a Delete is empty."""
    if isinstance(response, provider_pb2.ReadResponse):
        return bool(response.id)
    return isinstance(response, provider_pb2.CreateResponse | provider_pb2.UpdateResponse)


def _abort_unknown(what: str, token: str, table: str, context: grpc.ServicerContext) -> NoReturn:
    message = f"the lab does not know the {what} {token!r}: add its Terraform name to {table} in {THIS_FILE}"
    context.abort(grpc.StatusCode.INVALID_ARGUMENT, message)
    raise AssertionError(message)  # never reached: abort raises


def _serve(add_to: Callable[[grpc.Server], None], threads: int) -> tuple[grpc.Server, int]:
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=threads), options=MAX_MESSAGE)
    add_to(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def main() -> int:
    """Serve until the engine is gone. Prints the port first, as the engine expects of a plugin."""
    parser = argparse.ArgumentParser(prog="pulumi-resource-aws", description=__doc__)
    parser.add_argument("--bridge", type=Path, required=True, help="path of the bridge's executable")
    parser.add_argument("--terraform-provider", required=True, help="path that ends in terraform-provider-aws")
    known, rest = parser.parse_known_args()
    if not rest:
        parser.error("the engine's address is missing: this plugin is started by `pulumi`, not by hand")
    relay = EngineRelay(rest[-1])
    _, relay_port = _serve(lambda server: engine_pb2_grpc.add_EngineServicer_to_server(relay, server), 8)
    bridge = None
    try:
        bridge = Bridge(known.bridge, f"127.0.0.1:{relay_port}")
        bridge.load_provider(known.terraform_provider)
        provider = AwsProvider(bridge.stub, relay.attach)
        # One thread per call in flight: the engine runs as many operations at once as `--parallel` says.
        server, port = _serve(
            lambda server: provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server), 128
        )
        print(port, flush=True)
        wait_until_not_needed(also=bridge.wait)
        server.stop(grace=None)
    except BridgeFailed as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    finally:
        if bridge is not None:
            bridge.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
