"""Which resources a call is about, by the IAM definition: what permissions are decided on and the journal notes."""

from typing import Any

import pytest

from lab.aws.iam.definition import action
from lab.aws.iam.resources import Place, resources_of
from lab.aws.iam.unknown import CannotEvaluate

HERE = Place("eu-central-1", "123456789012")
LB = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/a/0123456789abcdef"
LISTENER = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/a/0123456789abcdef/0123456789abcdef"
EC2 = "arn:aws:ec2:eu-central-1:123456789012:"
SSM = "arn:aws:ssm:eu-central-1:123456789012:parameter/"


@pytest.mark.parametrize(
    ("name", "parameters", "resources"),
    [
        ("sts:GetCallerIdentity", {}, ["*"]),
        ("ec2:DescribeVpcs", {"VpcIds": ["vpc-1"]}, ["*"]),
        # An ARN in the call.
        ("elasticloadbalancing:SetSubnets", {"LoadBalancerArn": LB, "Subnets": ["subnet-1"]}, [LB]),
        ("elasticloadbalancing:AddTags", {"ResourceArns": [LB], "Tags": [{"Key": "a", "Value": LB + "0"}]}, [LB]),
        ("ssm:GetParameter", {"Name": f"{SSM}a"}, [f"{SSM}a"]),
        ("elasticloadbalancing:DeleteListener", {"ListenerArn": LISTENER}, [LISTENER]),
        # An id, whose kind is in it.
        ("ec2:DeleteSubnet", {"SubnetId": "subnet-1"}, [f"{EC2}subnet/subnet-1"]),
        (
            "ec2:AttachInternetGateway",
            {"InternetGatewayId": "igw-1", "VpcId": "vpc-1"},
            [f"{EC2}internet-gateway/igw-1", f"{EC2}vpc/vpc-1"],
        ),
        ("ec2:CreateTags", {"Resources": ["vpc-1", "i-1"], "Tags": []}, [f"{EC2}instance/i-1", f"{EC2}vpc/vpc-1"]),
        ("ec2:AuthorizeSecurityGroupIngress", {"GroupId": "sg-1"}, [f"{EC2}security-group/sg-1"]),
        # What is about to be made.
        ("ec2:CreateVpc", {"CidrBlock": "10.0.0.0/16"}, [f"{EC2}vpc/*"]),
        ("elasticloadbalancing:CreateLoadBalancer", {"Name": "a"}, [LB.replace("0123456789abcdef", "*")]),
        ("iam:CreateRole", {"RoleName": "a", "Path": "/b/"}, ["arn:aws:iam::123456789012:role/b/a"]),
        (
            "ec2:AuthorizeSecurityGroupIngress",
            {"GroupId": "sg-1", "TagSpecifications": [{"ResourceType": "security-group-rule"}]},
            [f"{EC2}security-group/sg-1", f"{EC2}security-group-rule/*"],
        ),
        # A name.
        ("ssm:GetParameters", {"Names": ["/a/b", "c"]}, [f"{SSM}a/b", f"{SSM}c"]),
        ("ssm:GetParameter", {"Name": "/aws/service/x"}, ["arn:aws:ssm:eu-central-1::parameter/aws/service/x"]),
        (
            "route53:ListTagsForResource",
            {"ResourceType": "hostedzone", "ResourceId": "Z1"},
            ["arn:aws:route53:::hostedzone/Z1"],
        ),
        ("ssm:AddTagsToResource", {"ResourceType": "Parameter", "ResourceId": "/a", "Tags": []}, [f"{SSM}a"]),
        (
            "route53:ChangeResourceRecordSets",
            {"HostedZoneId": "Z1", "ChangeBatch": {"Changes": [{"AliasTarget": {"HostedZoneId": "Z2"}}]}},
            ["arn:aws:route53:::hostedzone/Z1"],
        ),
        ("ecr:BatchGetImage", {"repositoryName": "a/b"}, ["arn:aws:ecr:eu-central-1:123456789012:repository/a/b"]),
        (
            "autoscaling:CreateOrUpdateTags",
            {"Tags": [{"ResourceId": "a", "Key": "b", "Value": "c"}]},
            ["arn:aws:autoscaling:eu-central-1:123456789012:autoScalingGroup:*:autoScalingGroupName/a"],
        ),
    ],
)
def test_a_call_is_about_what_it_names(name: str, parameters: dict[str, Any], resources: list[str]) -> None:
    names = {"ssm:parameter": lambda text, _: text.strip("/")}
    assert sorted(resources_of(action(name), parameters, HERE, names)) == sorted(resources)


def test_the_definition_has_the_actions_of_the_services_in_any_case_and_no_others() -> None:
    assert action("SSM:getparameter").name == "ssm:GetParameter"
    assert action("ssm:GetParameter").condition_keys == {"aws:resourcetag/"}
    assert "iam:PassRole" in action("autoscaling:CreateAutoScalingGroup").dependent_actions
    assert action("s3:GetObject").name == "s3:GetObject", "of a service that nobody asked for before"
    for unknown in ("ssm:GetEverything", "nowhere:Get", "ssm"):
        with pytest.raises(CannotEvaluate, match=f"no action {unknown}"):
            action(unknown)
