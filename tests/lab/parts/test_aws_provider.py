"""The `aws` plugin over gRPC, with a bridge that only notes what it is asked."""

from collections.abc import Iterator
from concurrent import futures
from typing import Any

import grpc
import pytest
from google.protobuf import any_pb2, empty_pb2, json_format
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, provider_pb2_grpc, status_pb2

from lab.plugins.aws_provider import AwsProvider
from lab.plugins.bridge import EngineRelay

PARENTS = "urn:pulumi:live::tag-team::tag-team:Cluster$"
RECORD = "aws:route53/record:Record"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
VPC = "aws:ec2/vpc:Vpc"
BRIDGE_RECORD = "aws:index/route53Record:Route53Record"


def struct(**properties: Any) -> Struct:
    result = Struct()
    result.update(properties)
    return result


def plain(properties: Struct) -> dict[str, Any]:
    return dict(json_format.MessageToDict(properties))


def urn(token: str, name: str = "one") -> str:
    return f"{PARENTS}{token}::{name}"


class Bridge(provider_pb2_grpc.ResourceProviderServicer):
    """Answers with `answers[method]`, or fails with `failure`; `asked` holds the last request of every method."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}
        self.answers: dict[str, Any] = {}
        self.failure: tuple[str, bytes] | None = None

    def answer(self, method: str, request: Any, context: grpc.ServicerContext, default: Any) -> Any:
        self.asked[method] = request
        if self.failure is not None:
            message, details = self.failure
            context.set_trailing_metadata((("grpc-status-details-bin", details),))
            context.abort(grpc.StatusCode.UNKNOWN, message)
        return self.answers.get(method, default)

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self.answer("Check", request, context, provider_pb2.CheckResponse(inputs=request.news))

    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self.answer("CheckConfig", request, context, provider_pb2.CheckResponse(inputs=request.news))

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self.answer("Configure", request, context, provider_pb2.ConfigureResponse(acceptSecrets=True))

    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self.answer("Diff", request, context, provider_pb2.DiffResponse())

    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:
        default = provider_pb2.CreateResponse(id="i", properties=request.properties)
        return self.answer("Create", request, context, default)

    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self.answer("Update", request, context, provider_pb2.UpdateResponse(properties=request.news))

    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self.answer("Read", request, context, provider_pb2.ReadResponse())

    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self.answer("Delete", request, context, empty_pb2.Empty())

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").update({"name": "eu-central-1"})
        return self.answer("Invoke", request, context, response)


@pytest.fixture
def bridge() -> Bridge:
    return Bridge()


@pytest.fixture
def provider(bridge: Bridge) -> Iterator[Any]:
    with served(provider_pb2_grpc.add_ResourceProviderServicer_to_server, bridge) as to_bridge:
        plugin = AwsProvider(provider_pb2_grpc.ResourceProviderStub(to_bridge))
        with served(provider_pb2_grpc.add_ResourceProviderServicer_to_server, plugin) as channel:
            yield provider_pb2_grpc.ResourceProviderStub(channel)


class served:
    """A channel to a gRPC service that runs while the channel is in use."""

    def __init__(self, add: Any, service: Any) -> None:
        self._server = grpc.server(futures.ThreadPoolExecutor(4))
        add(service, self._server)
        self._channel = grpc.insecure_channel(f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}")

    def __enter__(self) -> grpc.Channel:
        self._server.start()
        return self._channel

    def __exit__(self, *_: object) -> None:
        self._channel.close()
        self._server.stop(None)


def check(token: str, **news: Any) -> provider_pb2.CheckRequest:
    return provider_pb2.CheckRequest(
        urn=urn(token), type=token, news=struct(**news), randomSeed=bytes.fromhex("ab" * 8)
    )


def test_the_bridge_is_asked_in_its_own_words(provider: Any, bridge: Bridge) -> None:
    response = provider.Check(check(RECORD, aliases=[{"name": "lb"}]))
    asked = bridge.asked["Check"]
    assert (asked.urn, asked.type) == (f"{PARENTS}{BRIDGE_RECORD}::one", BRIDGE_RECORD)
    assert plain(asked.news) == {"alias": {"name": "lb"}}
    assert plain(response.inputs) == {"aliases": [{"name": "lb"}]}


def test_a_name_that_looks_like_a_urn_is_left_alone(provider: Any, bridge: Bridge) -> None:
    request = check(VPC)
    request.urn = urn(VPC, "a::b$c")
    provider.Check(request)
    assert bridge.asked["Check"].urn == f"{PARENTS}aws:index/vpc:Vpc::a::b$c"


def test_state_and_ignored_paths_are_translated_too(provider: Any, bridge: Bridge) -> None:
    provider.Diff(
        provider_pb2.DiffRequest(
            urn=urn(RECORD),
            olds=struct(aliases=[{"name": "a"}]),
            old_inputs=struct(aliases=[{"name": "b"}]),
            news=struct(aliases=[{"name": "c"}]),
            ignoreChanges=["aliases[0].name", "ttl"],
        )
    )
    asked = bridge.asked["Diff"]
    assert [plain(one)["alias"]["name"] for one in (asked.olds, asked.old_inputs, asked.news)] == ["a", "b", "c"]
    assert list(asked.ignoreChanges) == ["alias.name", "ttl"]


def test_a_difference_is_shown_by_the_names_of_the_program(provider: Any, bridge: Bridge) -> None:
    bridge.answers["Diff"] = provider_pb2.DiffResponse(
        diffs=["weightedRoutingPolicy"],
        replaces=["alias.name"],
        detailedDiff={"weightedRoutingPolicy.weight": provider_pb2.PropertyDiff(inputDiff=True)},
    )
    response = provider.Diff(provider_pb2.DiffRequest(urn=urn(RECORD)))
    assert list(response.diffs) == ["weightedRoutingPolicies"]
    assert list(response.replaces) == ["aliases[0].name"]
    assert list(response.detailedDiff) == ["weightedRoutingPolicies[0].weight"]
    assert response.detailedDiff["weightedRoutingPolicies[0].weight"].inputDiff


def test_a_bad_input_is_named_as_in_the_program(provider: Any, bridge: Bridge) -> None:
    failure = provider_pb2.CheckFailure(property="alias.name", reason=f"{BRIDGE_RECORD} needs it")
    bridge.answers["Check"] = provider_pb2.CheckResponse(failures=[failure])
    response = provider.Check(check(RECORD))
    assert response.failures[0].property == "aliases[0].name"
    assert response.failures[0].reason == f"{RECORD} needs it"


def test_an_input_that_the_provider_has_not_is_refused(provider: Any, bridge: Bridge) -> None:
    token = "aws:ec2/launchTemplate:LaunchTemplate"
    response = provider.Check(check(token, networkInterfaces=[{"enaQueueCount": 2}]))
    assert response.failures[0].property == "networkInterfaces[0].enaQueueCount"
    assert "terraform-provider-aws 5.100.0" in response.failures[0].reason
    assert "Check" not in bridge.asked


def test_the_region_of_the_provider_may_be_named(provider: Any, bridge: Bridge) -> None:
    response = provider.Check(check(VPC, cidrBlock="10.0.0.0/16", region="eu-central-1"))
    assert not response.failures
    assert plain(bridge.asked["Check"].news) == {"cidrBlock": "10.0.0.0/16"}


def test_any_other_region_is_refused(provider: Any, bridge: Bridge) -> None:
    response = provider.Check(check(VPC, region="us-east-1"))
    assert response.failures[0].property == "region"
    assert "'us-east-1'" in response.failures[0].reason
    assert "'eu-central-1'" in response.failures[0].reason
    assert "Check" not in bridge.asked


def test_two_aliases_are_refused(provider: Any) -> None:
    response = provider.Check(check(RECORD, aliases=[{"name": "a"}, {"name": "b"}]))
    assert response.failures[0].reason == "aliases takes at most one block"


def test_a_created_resource_has_a_region(provider: Any) -> None:
    response = provider.Create(provider_pb2.CreateRequest(urn=urn(VPC), properties=struct(cidrBlock="10.0.0.0/16")))
    assert plain(response.properties) == {"cidrBlock": "10.0.0.0/16", "region": "eu-central-1"}


def test_a_global_resource_has_no_region(provider: Any) -> None:
    response = provider.Create(provider_pb2.CreateRequest(urn=urn(RECORD), properties=struct(ttl=60)))
    assert plain(response.properties) == {"ttl": 60}


def test_the_region_in_the_state_is_not_shown_to_the_bridge(provider: Any, bridge: Bridge) -> None:
    provider.Delete(provider_pb2.DeleteRequest(urn=urn(VPC), id="i", properties=struct(region="eu-central-1", a=1)))
    assert plain(bridge.asked["Delete"].properties) == {"a": 1}


def test_a_bucket_keeps_the_region_that_its_bridge_knows(provider: Any, bridge: Bridge) -> None:
    token = "aws:s3/bucket:Bucket"
    provider.Delete(provider_pb2.DeleteRequest(urn=urn(token), properties=struct(region="eu-central-1")))
    assert plain(bridge.asked["Delete"].properties) == {"region": "eu-central-1"}


def test_a_resource_that_is_gone_stays_gone(provider: Any) -> None:
    assert provider.Read(provider_pb2.ReadRequest(urn=urn(VPC), id="i")) == provider_pb2.ReadResponse()


def test_an_alarm_without_a_name_gets_one_from_its_logical_name(provider: Any, bridge: Bridge) -> None:
    response = provider.Check(check(ALARM))
    assert plain(bridge.asked["Check"].news) == {"alarmName": "one-abababa"}
    assert plain(response.inputs) == {"name": "one-abababa"}


def test_a_name_stays_as_long_as_the_resource_does(provider: Any) -> None:
    request = check(ALARM)
    request.olds.update({"name": "one-1234567"})
    assert plain(provider.Check(request).inputs) == {"name": "one-1234567"}


def test_a_prefix_becomes_a_name(provider: Any) -> None:
    response = provider.Check(check("aws:iam/role:Role", namePrefix="web-"))
    assert plain(response.inputs) == {"name": "web-abababa"}


def test_an_unknown_type_is_refused_with_the_file_to_add_it_to(provider: Any) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        provider.Check(check("aws:athena/workgroup:Workgroup"))
    message = str(caught.value.details())
    assert "aws:athena/workgroup:Workgroup" in message
    assert "RESOURCES in lab/plugins/aws_names.py" in message


def test_an_unknown_function_is_refused_with_the_file_to_add_it_to(provider: Any) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        provider.Invoke(provider_pb2.InvokeRequest(tok="aws:kms/getAlias:getAlias"))
    message = str(caught.value.details())
    assert "aws:kms/getAlias:getAlias" in message
    assert "FUNCTIONS in lab/plugins/aws_names.py" in message


def test_a_function_is_called_by_the_name_of_the_bridge(provider: Any, bridge: Bridge) -> None:
    response = provider.Invoke(provider_pb2.InvokeRequest(tok="aws:index/getRegion:getRegion", args=struct()))
    assert bridge.asked["Invoke"].tok == "aws:index/getRegion:getRegion"
    assert plain(getattr(response, "return")) == {"name": "eu-central-1", "region": "eu-central-1"}


def test_a_function_in_another_region_is_refused(provider: Any) -> None:
    request = provider_pb2.InvokeRequest(tok="aws:ssm/getParameter:getParameter", args=struct(region="us-east-1"))
    assert provider.Invoke(request).failures[0].property == "region"


def test_default_tags_reach_the_bridge_as_a_list_and_come_back_as_an_object(provider: Any, bridge: Bridge) -> None:
    tags = '{"tags": {"project": "tag-team"}}'
    response = provider.CheckConfig(provider_pb2.CheckRequest(news=struct(defaultTags=tags)))
    assert plain(bridge.asked["CheckConfig"].news) == {"defaultTags": f"[{tags}]"}
    assert plain(response.inputs) == {"defaultTags": tags}


def test_the_configuration_reaches_the_bridge_in_both_of_its_forms(provider: Any, bridge: Bridge) -> None:
    tags = {"tags": {"project": "tag-team"}}
    variables = {"aws:config:defaultTags": '{"tags": {}}', "aws:config:region": "eu-central-1"}
    provider.Configure(provider_pb2.ConfigureRequest(args=struct(defaultTags=tags), variables=variables))
    asked = bridge.asked["Configure"]
    assert plain(asked.args) == {"defaultTags": [tags]}
    assert dict(asked.variables) == {"aws:config:defaultTags": '[{"tags": {}}]', "aws:config:region": "eu-central-1"}


def test_a_setting_that_the_provider_has_not_is_refused(provider: Any) -> None:
    response = provider.CheckConfig(provider_pb2.CheckRequest(news=struct(tagPolicyCompliance="error")))
    assert response.failures[0].property == "tagPolicyCompliance"


def test_a_half_created_resource_is_reported_in_the_words_of_the_program(provider: Any, bridge: Bridge) -> None:
    half = provider_pb2.ErrorResourceInitFailed(
        id="i", properties=struct(alias={"name": "lb"}), reasons=[f"{BRIDGE_RECORD} is not in sync"]
    )
    detail = any_pb2.Any()
    detail.Pack(half)
    status = status_pb2.Status(code=2, message="[ERROR] : not in sync: ", details=[detail])
    bridge.failure = (status.message, status.SerializeToString())
    with pytest.raises(grpc.RpcError) as caught:
        provider.Create(provider_pb2.CreateRequest(urn=urn(RECORD)))
    assert caught.value.details() == "not in sync"
    trailer = caught.value.trailing_metadata() or ()
    sent = next(datum.value for datum in trailer if datum.key == "grpc-status-details-bin")
    seen = provider_pb2.ErrorResourceInitFailed()
    assert status_pb2.Status.FromString(sent).details[0].Unpack(seen)
    assert (seen.id, list(seen.reasons)) == ("i", [f"{RECORD} is not in sync"])
    assert plain(seen.properties) == {"aliases": [{"name": "lb"}]}


def test_what_the_bridge_logs_is_shown_under_the_resource_of_the_program() -> None:
    class Engine(engine_pb2_grpc.EngineServicer):
        def Log(self, request: engine_pb2.LogRequest, _context: grpc.ServicerContext) -> empty_pb2.Empty:
            logged.append((request.urn, request.message))
            return empty_pb2.Empty()

    logged: list[tuple[str, str]] = []
    server = grpc.server(futures.ThreadPoolExecutor(2))
    engine_pb2_grpc.add_EngineServicer_to_server(Engine(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with served(engine_pb2_grpc.add_EngineServicer_to_server, EngineRelay(f"127.0.0.1:{port}")) as channel:
        message = f"[WARNING] {BRIDGE_RECORD} is deprecated"
        engine_pb2_grpc.EngineStub(channel).Log(engine_pb2.LogRequest(urn=urn(BRIDGE_RECORD), message=message))
    server.stop(None)
    assert logged == [(urn(RECORD), f"{RECORD} is deprecated")]
