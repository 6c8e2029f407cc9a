"""What the lab reads of a call is what botocore wrote, in each of AWS's protocols."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from botocore.awsrequest import prepare_request_dict
from botocore.serialize import create_serializer

from lab.aws import model_check
from lab.aws.model.services import model_of
from lab.aws.request import ApiRequest

TAGS = [{"Key": "a", "Value": "b = c+"}, {"Key": "d", "Value": "é"}]
RECORD = {"Name": "a.test", "Type": "TXT", "TTL": 5, "ResourceRecords": [{"Value": '"<&>"'}, {"Value": '"b"'}]}
ALIAS = {"HostedZoneId": "Z1", "DNSName": "b.test", "EvaluateTargetHealth": False}
LB = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/a/0123456789abcdef"


def written(service: str, action: str, parameters: dict[str, Any]) -> ApiRequest:
    """The call as botocore sends it."""
    model = model_of(service)
    assert model is not None
    operation = model.operation_model(action)
    request = create_serializer(str(model.protocol), include_validation=True).serialize_to_request(
        parameters, operation
    )
    prepare_request_dict(request, "http://127.0.0.1")
    parts, body = urlsplit(request["url"]), request["body"]
    if isinstance(body, dict):
        body = urlencode(body).encode()
    return ApiRequest(
        service,
        "eu-central-1",
        action,
        parts.path,
        body.encode() if isinstance(body, str) else body,
        is_json=model.protocol == "json",
        method=request["method"],
        query=parts.query,
        headers={name.lower(): str(value) for name, value in request["headers"].items()},
    )


@pytest.mark.parametrize(
    ("service", "action", "parameters"),
    [
        # The query protocol: lists, structures, maps, numbers, truth, nothing at all.
        ("iam", "ListRoles", {}),
        ("iam", "CreateRole", {"RoleName": "a", "AssumeRolePolicyDocument": '{"a": "&=%"}', "Tags": TAGS}),
        ("elasticloadbalancing", "CreateLoadBalancer", {"Name": "a", "Subnets": ["b", "c"], "Tags": TAGS}),
        (
            "elasticloadbalancing",
            "CreateListener",
            {
                "LoadBalancerArn": LB,
                "Port": 443,
                "DefaultActions": [
                    {"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": "x", "Weight": 1}]}}
                ],
            },
        ),
        (
            "autoscaling",
            "CreateAutoScalingGroup",
            {
                "AutoScalingGroupName": "a",
                "MinSize": 0,
                "MaxSize": 1,
                "CapacityRebalance": True,
                "Tags": [{"Key": "a"}],
            },
        ),
        (
            "autoscaling",
            "PutScheduledUpdateGroupAction",
            {
                "AutoScalingGroupName": "a",
                "ScheduledActionName": "b",
                "StartTime": datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC),
            },
        ),
        ("sns", "CreateTopic", {"Name": "a", "Attributes": {"b": "c", "d": "e"}, "Tags": TAGS}),
        # EC2's: numbered lists, names of its own.
        ("ec2", "DescribeVpcs", {"Filters": [{"Name": "vpc-id", "Values": ["a", "b"]}], "MaxResults": 5}),
        (
            "ec2",
            "CreateVpc",
            {"CidrBlock": "10.0.0.0/16", "TagSpecifications": [{"ResourceType": "vpc", "Tags": TAGS}]},
        ),
        (
            "ec2",
            "CreateLaunchTemplate",
            {
                "LaunchTemplateName": "abc",
                "LaunchTemplateData": {
                    "UserData": "YQ==",
                    "NetworkInterfaces": [{"AssociatePublicIpAddress": False, "Groups": ["sg-1", "sg-2"]}],
                    "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
                    "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True, "VolumeSize": 20}}],
                },
            },
        ),
        # JSON: the same, bytes, floats.
        ("ssm", "PutParameter", {"Name": "/a", "Value": "é\n", "Type": "String", "Overwrite": True, "Tags": TAGS}),
        ("kms", "Encrypt", {"KeyId": "a", "Plaintext": b"\0\xff", "EncryptionContext": {"b": "c"}}),
        (
            "acm",
            "RequestCertificate",
            {"DomainName": "a.test", "SubjectAlternativeNames": ["b.test"], "Options": {"Export": "DISABLED"}},
        ),
        ("ecr", "BatchGetImage", {"repositoryName": "ab", "imageIds": [{"imageTag": "1"}]}),
        # REST: path, query string, headers, a body in XML or JSON, a body as it is.
        ("route53", "GetHostedZone", {"Id": "Z1"}),
        ("route53", "ListResourceRecordSets", {"HostedZoneId": "Z1", "StartRecordName": "a.test", "MaxItems": "3"}),
        (
            "route53",
            "ChangeResourceRecordSets",
            {
                "HostedZoneId": "Z1",
                "ChangeBatch": {
                    "Comment": "c",
                    "Changes": [
                        {"Action": "CREATE", "ResourceRecordSet": RECORD},
                        {
                            "Action": "UPSERT",
                            "ResourceRecordSet": {
                                "Name": "c",
                                "Type": "A",
                                "SetIdentifier": "r",
                                "Weight": 0,
                                "AliasTarget": ALIAS,
                            },
                        },
                    ],
                },
            },
        ),
        (
            "cloudfront",
            "CreateInvalidation",
            {
                "DistributionId": "E1",
                "InvalidationBatch": {"Paths": {"Quantity": 1, "Items": ["/a"]}, "CallerReference": "b"},
            },
        ),
        ("lambda", "Invoke", {"FunctionName": "a", "InvocationType": "Event", "Payload": b"{}", "Qualifier": "1"}),
        ("lambda", "PublishVersion", {"FunctionName": "a", "Description": "é"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_is_read_as_it_was_written(service: str, action: str, parameters: dict[str, Any]) -> None:
    checked = model_check.check(written(service, action, parameters))
    assert checked.violations == ()
    assert checked.refusal is None
    assert checked.parameters == parameters


@pytest.mark.parametrize(
    ("service", "action", "body", "problem"),
    [
        ("ssm", "GetParameter", b"{", b"cannot be read"),
        ("ssm", "GetParameter", b"[]", b"of type structure"),
        (
            "ssm",
            "GetParameter",
            b'{"Name": 1}',
            b"at 'name' failed to satisfy constraint: Member must be of type string",
        ),
        ("ssm", "GetParameter", b'{"Name": "a", "WithDecryption": "true"}', b"of type boolean"),
        ("kms", "Encrypt", b'{"KeyId": "a", "Plaintext": "?"}', b"of type blob"),
        ("ec2", "DescribeVpcs", b"\xff", b"cannot be read"),
        ("ec2", "DescribeVpcs", b"MaxResults=a", b"of type integer"),
        ("ec2", "DescribeVpcs", b"DryRun=maybe", b"of type boolean"),
        ("ec2", "DescribeVpcs", b"VpcId.a=vpc-1", b"numbered from 1 on"),
        ("ec2", "DescribeVpcs", b"VpcId.1.Name=vpc-1", b"nothing of this name here"),
        ("iam", "ListRoles", b"MaxItems=1.5", b"of type integer"),
        ("route53", "CreateHostedZone", b"<a", b"cannot be read"),
        ("route53", "CreateHostedZone", b"<a><Nam>b</Nam></a>", b"Unknown parameter 'nam'"),
        ("nowhere", "Get", b"", b"no service model under the signing name"),
    ],
)
def test_what_does_not_fit_the_protocol_is_refused(service: str, action: str, body: bytes, problem: bytes) -> None:
    path = "/2013-04-01/hostedzone" if service == "route53" else "/"
    request = ApiRequest(service, "eu-central-1", action, path, body, is_json=service in ("ssm", "kms"))
    refusal = model_check.check(request).refusal
    assert refusal is not None
    assert refusal.status == 400
    assert problem in refusal.body.replace(b"&apos;", b"'")
