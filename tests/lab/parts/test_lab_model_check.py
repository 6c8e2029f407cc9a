"""Calls are checked against the service models of botocore, which moto does only here and there."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import ServiceModel
from werkzeug.serving import WSGIRequestHandler, make_server

from lab.aws import embedded
from lab.aws.gateway import Gateway
from lab.aws.model.patterns import compiled, fits
from lab.aws.model.services import model_of
from tests.lab.parts.lab_account import _SESSION, Account

SERVICES = (
    *("acm", "autoscaling", "ec2", "ecr", "elasticloadbalancing", "iam", "kms", "route53", "secretsmanager", "ssm"),
    "sts",
)


def unchecked(account: Account, service: str) -> Any:
    """A client that sends whatever it is told, as other languages' do."""
    return _SESSION.client(  # type: ignore[call-overload]  # the service is a variable
        service,
        endpoint_url=account.endpoint,
        region_name=account.region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )


def with_unknown_members(client: Any, text: str) -> Any:
    """The client, which adds `text` to the form of every call."""

    def add(request: Any, **_: Any) -> None:
        request.data = f"{request.data}&{text}" if isinstance(request.data, str) else {**request.data, **pairs(text)}

    def pairs(form: str) -> dict[str, str]:
        return dict(part.split("=", 1) for part in form.split("&"))

    client.meta.events.register("request-created.*", add)
    return client


@pytest.mark.parametrize(
    ("service", "call", "arguments", "code", "problem"),
    [
        # missing
        ("ec2", "delete_subnet", {}, "MissingParameter", "Value null at 'subnetId'"),
        (
            "iam",
            "get_role",
            {},
            "ValidationError",
            "Value null at 'roleName' failed to satisfy constraint: Member must",
        ),
        ("ssm", "get_parameter", {}, "ValidationException", "Value null at 'name'"),
        ("elbv2", "describe_target_health", {}, "ValidationError", "Value null at 'targetGroupArn'"),
        # pattern
        ("iam", "get_role", {"RoleName": "a b"}, "ValidationError", r"regular expression pattern: \[\\w\+=,\.@-\]\+"),
        ("iam", "get_role", {"RoleName": "é"}, "ValidationError", "regular expression pattern"),
        ("acm", "describe_certificate", {"CertificateArn": "not an ARN, but long"}, "ValidationException", "pattern"),
        # length
        ("iam", "get_role", {"RoleName": "a" * 65}, "ValidationError", "length less than or equal to 64"),
        ("ssm", "get_parameter", {"Name": ""}, "ValidationException", "length greater than or equal to 1"),
        (
            "ssm",
            "get_parameters",
            {"Names": list("abcdefghijk")},
            "ValidationException",
            "length less than or equal to 10",
        ),
        # range
        ("elbv2", "describe_load_balancers", {"PageSize": 401}, "ValidationError", "value less than or equal to 400"),
        ("elbv2", "describe_load_balancers", {"PageSize": 0}, "ValidationError", "value greater than or equal to 1"),
        (
            "sts",
            "assume_role",
            {"RoleArn": "a" * 20, "RoleSessionName": "aa", "DurationSeconds": 1},
            *("ValidationError", "900"),
        ),
        ("ec2", "describe_nat_gateways", {"MaxResults": 1001}, "InvalidParameterValue", "less than or equal to 1000"),
        # enum
        (
            "ssm",
            "put_parameter",
            {"Name": "/a", "Value": "x", "Type": "Str"},
            *("ValidationException", "enum value set: \\[String,"),
        ),
        (
            "ec2",
            "describe_instance_types",
            {"InstanceTypes": ["m5.huge"]},
            "InvalidParameterValue",
            "'instanceTypes.1.member'",
        ),
        # type
        (
            "autoscaling",
            "set_desired_capacity",
            {"AutoScalingGroupName": "a", "DesiredCapacity": "two"},
            *("ValidationError", "of type integer"),
        ),
        ("acm", "request_certificate", {"DomainName": ["a.test"]}, "ValidationException", "of type string"),
        # route 53
        ("route53", "list_hosted_zones_by_name", {"MaxItems": "1", "DNSName": "a" * 1025}, "InvalidInput", "1024"),
    ],
)
def test_what_the_model_does_not_allow_is_refused_in_the_words_of_the_service(
    account: Account, service: str, call: str, arguments: dict[str, Any], code: str, problem: str
) -> None:
    with pytest.raises(ClientError, match=problem) as refused:
        getattr(unchecked(account, service), call)(**arguments)
    assert refused.value.response["Error"]["Code"] == code
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.mark.parametrize(
    ("service", "call", "text", "code"),
    [
        ("ec2", "describe_vpcs", "Flter.1.Name=vpc-id", "UnknownParameter"),
        ("ec2", "describe_vpcs", "Filter.1.Nme=vpc-id", "UnknownParameter"),
        ("elbv2", "describe_load_balancers", "LoadBalancerNames.member.1=a", "ValidationError"),
        ("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroupNames.1=a", "ValidationError"),
        ("iam", "list_roles", "Path=/", "ValidationError"),
    ],
)
def test_a_member_that_the_model_does_not_have_is_refused_by_name(
    account: Account, service: str, call: str, text: str, code: str
) -> None:
    with pytest.raises(ClientError, match="Unknown parameter '") as refused:
        getattr(with_unknown_members(unchecked(account, service), text), call)()
    assert refused.value.response["Error"]["Code"] == code


def test_bare_moto_takes_them(moto: Account) -> None:
    assert with_unknown_members(unchecked(moto, "ec2"), "Flter.1.Name=vpc-id").describe_vpcs()["Vpcs"]
    assert unchecked(moto, "elbv2").describe_load_balancers(PageSize=401)


def test_an_unknown_member_in_json_is_refused_by_name(account: Account) -> None:
    client = unchecked(account, "ssm")

    def add(request: Any, **_: Any) -> None:
        request.data = b'{"Name": "/a", "Decrypt": true}'

    client.meta.events.register("request-created.*", add)
    with pytest.raises(ClientError, match="Unknown parameter 'decrypt': must be one of Name, WithDecryption"):
        client.get_parameter(Name="/a")


def test_all_that_is_wrong_with_a_call_is_said(account: Account) -> None:
    with pytest.raises(ClientError, match=r"^[^;]*2 validation errors detected: .*'name'.*; .*'type'"):
        unchecked(account, "ssm").put_parameter(Value="x", Type="Str")


@pytest.mark.parametrize("service", SERVICES)
def test_every_pattern_of_the_services_in_use_can_be_read(service: str) -> None:
    model = model_of(service)
    assert model is not None
    patterns = {model.shape_for(name).metadata.get("pattern") for name in model.shape_names} - {None}
    assert all(compiled(pattern) for pattern in patterns)


@pytest.mark.parametrize(
    ("pattern", "value", "does_fit"),
    [
        (r"[\w+=,.@-]+", "a-b_c", True),
        (r"[\w+=,.@-]+", "é", False),
        (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", "é 1", True),
        (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", "<", False),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*", "a😀\n", True),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*", "\0", False),
        (r"^[\w-\/]+$", "a-/", True),
        (r"a|b", "ab", False),
        (r"\d+", "٣", False),
    ],
)
def test_a_pattern_is_read_as_java_reads_it(pattern: str, value: str, does_fit: bool) -> None:
    assert fits(pattern, value) == does_fit


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # the name is werkzeug's
        pass


@pytest.fixture
def checked() -> Iterator[Account]:
    """The gateway of this process, whose models a test can change."""
    gateway = Gateway(embedded.application(), {}, lambda *_: None, lambda _: None, lambda *_: None)
    server = make_server("127.0.0.1", 0, gateway, threaded=True, request_handler=_Quiet)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield Account(f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("shape", "wrong", "problem"),
    [
        ("LoadBalancerName", {"max": 3}, "Value 'wrong-model' at 'name' failed to satisfy .* less than or equal to 3"),
        ("LoadBalancerName", {"pattern": "[0-9]+"}, r"Value 'wrong-model' at 'name' .* pattern: \[0-9\]\+"),
        ("LoadBalancerName", {"enum": ["other"]}, r"Value 'wrong-model' at 'name' .* enum value set: \[other\]"),
    ],
)
def test_with_a_wrong_value_in_the_model_a_right_call_is_refused(
    checked: Account, monkeypatch: pytest.MonkeyPatch, shape: str, wrong: dict[str, Any], problem: str
) -> None:
    model = model_of("elasticloadbalancing")
    assert isinstance(model, ServiceModel)
    operation = model.operation_model("CreateLoadBalancer").input_shape
    assert operation is not None
    name = operation.members["Name"]
    assert name.name == shape
    subnets = [one["SubnetId"] for one in checked.ec2.describe_subnets()["Subnets"]][:2]
    made = checked.elbv2.create_load_balancer(Name="wrong-model", Subnets=subnets)["LoadBalancers"][0]
    checked.elbv2.delete_load_balancer(LoadBalancerArn=made["LoadBalancerArn"])
    monkeypatch.setattr(name, "metadata", {**name.metadata, **wrong})
    with pytest.raises(ClientError, match=problem):
        checked.elbv2.create_load_balancer(Name="wrong-model", Subnets=subnets)


def test_with_one_required_member_more_in_the_model_a_right_call_is_refused(
    checked: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = model_of("ssm")
    assert model is not None
    operation = model.operation_model("GetParameter").input_shape
    assert operation is not None
    checked.client("ssm").put_parameter(Name="/model", Value="x", Type="String")
    monkeypatch.setitem(operation.metadata, "required", ["Name", "WithDecryption"])
    monkeypatch.setattr(operation, "required_members", ["Name", "WithDecryption"], raising=False)
    with pytest.raises(ClientError, match=r"Value null at 'withDecryption' .* Member must not be null"):
        checked.client("ssm").get_parameter(Name="/model")


def test_an_action_that_the_service_does_not_have_is_refused(account: Account) -> None:
    client = with_unknown_members(unchecked(account, "iam"), "Action=ListEverything")
    with pytest.raises(ClientError, match="The action ListEverything is not valid for iam"):
        client.list_roles()


def test_a_service_with_several_protocols_is_read_in_the_one_that_the_client_chose(account: Account) -> None:
    assert account.client("cloudwatch").describe_alarms(AlarmNames=["a"])["MetricAlarms"] == []
    tagged = account.client("resourcegroupstaggingapi")
    assert tagged.get_resources(TagFilters=[{"Key": "nobody", "Values": ["x"]}])["ResourceTagMappingList"] == []
    with pytest.raises(ClientError, match="Value null at 'namespace'"):
        unchecked(account, "cloudwatch").put_metric_data(MetricData=[])
