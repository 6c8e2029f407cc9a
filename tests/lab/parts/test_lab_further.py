"""What AWS asks of a caller besides the call itself, and the condition keys that only some actions have."""

from typing import Any

import pytest

from lab.aws.iam.definition import action
from lab.aws.iam.further import Made, further
from lab.aws.iam.specific import normalised, specific
from lab.client import LabClient
from tests.lab.parts.lab_account import Account
from tests.lab.parts.test_lab_permissions import ACCOUNT, REGION, TRUST, acting, document, refused, statement

TAGS = [{"Key": "service", "Value": "shop"}]
OURS = {"StringEquals": {"aws:RequestTag/service": "shop"}}


def made(name: str, *resources: str, **parameters: Any) -> set[tuple[str, str]]:
    """Action and resource of everything that a call takes besides."""
    tags = {tag["Key"]: tag["Value"] for tag in parameters.get("Tags", ())}
    return {(one.action, one.resource) for one in further(Made(name, resources, parameters, tags, REGION, ACCOUNT))}


def test_what_is_made_with_tags_takes_the_right_to_set_them() -> None:
    specified = [{"ResourceType": "vpc", "Tags": TAGS}]
    assert made("ec2:CreateVpc", TagSpecifications=specified) == {
        ("ec2:CreateTags", f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/*")
    }
    assert made("ec2:CreateVpc") == set()
    balancer = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/a/1"
    assert made("elasticloadbalancing:CreateListener", balancer, Tags=TAGS) == {
        ("elasticloadbalancing:AddTags", f"{balancer.replace('loadbalancer', 'listener')}/*")
    }
    assert made("elasticloadbalancing:AddTags", balancer, Tags=TAGS) == set()
    role = f"arn:aws:iam::{ACCOUNT}:role/a"
    assert made("iam:CreateRole", role, Tags=TAGS) == {("iam:TagRole", role)}
    assert made("acm:RequestCertificate", "*", Tags=TAGS) == {
        ("acm:AddTagsToCertificate", f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/*")
    }


def test_a_load_balancer_takes_reads_of_its_network_and_the_services_own_role() -> None:
    found = {name for name, _ in made("elasticloadbalancing:CreateLoadBalancer", "x")}
    assert {"iam:CreateServiceLinkedRole", "ec2:DescribeAccountAttributes", "ec2:DescribeSubnets"} <= found


def test_tags_can_only_be_set_with_what_is_made_where_the_policy_says_so(account: Account, lab: LabClient) -> None:
    while_made = {"StringEquals": {"ec2:CreateAction": "CreateVpc"}}
    ec2 = acting(account, lab, statement("ec2:CreateVpc"), statement("ec2:CreateTags", when=while_made))("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": TAGS}])["Vpc"]
    code, message, _ = refused(ec2.create_tags, Resources=[vpc["VpcId"]], Tags=TAGS)
    assert code == "UnauthorizedOperation"
    assert "ec2:CreateTags" in message
    account.ec2.delete_vpc(VpcId=vpc["VpcId"])


def test_what_is_made_has_the_tags_of_the_request_and_what_it_is_made_in_its_own(
    account: Account, lab: LabClient
) -> None:
    """A statement about the request's tags must not open the network of somebody else."""
    allowed = statement(["ec2:CreateSubnet", "ec2:CreateTags"], when=OURS)
    ec2 = acting(account, lab, allowed)("ec2")
    vpc = account.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    try:
        specified = [{"ResourceType": "subnet", "Tags": TAGS}]
        said = refused(ec2.create_subnet, VpcId=vpc, CidrBlock="10.0.0.0/24", TagSpecifications=specified)[1]
        assert f"ec2:CreateSubnet on resource: arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/{vpc}" in said
        account.ec2.create_tags(Resources=[vpc], Tags=TAGS)
        its_own = statement("ec2:CreateSubnet", when={"StringEquals": {"aws:ResourceTag/service": "shop"}})
        both = acting(account, lab, allowed, its_own)("ec2")
        subnet = both.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24", TagSpecifications=specified)["Subnet"]
        account.ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    finally:
        account.ec2.delete_vpc(VpcId=vpc)


@pytest.fixture
def template(account: Account) -> dict[str, str]:
    """A launch template whose instances have a role, tags and a security group."""
    iam = account.client("iam")
    number = len(iam.list_instance_profiles()["InstanceProfiles"])
    name = f"further-{number}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(TRUST["Statement"][0]))
    profile = iam.create_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    made = account.ec2.create_launch_template(
        LaunchTemplateName=name,
        LaunchTemplateData={
            "ImageId": "ami-12c6146b",
            "InstanceType": "t3.micro",
            "IamInstanceProfile": {"Arn": profile["Arn"]},
            "TagSpecifications": [{"ResourceType": "instance", "Tags": TAGS}],
        },
    )["LaunchTemplate"]
    return {"id": made["LaunchTemplateId"], "role": f"arn:aws:iam::{ACCOUNT}:role/{name}", "name": name}


def test_a_group_takes_what_its_instances_take(account: Account, lab: LabClient, template: dict[str, str]) -> None:
    default = {"Name": "default-for-az", "Values": ["true"]}
    subnet = account.ec2.describe_subnets(Filters=[default])["Subnets"][0]["SubnetId"]
    wanted = {
        "AutoScalingGroupName": template["name"],
        "MinSize": 0,
        "MaxSize": 0,
        "LaunchTemplate": {"LaunchTemplateId": template["id"], "Version": "1"},
        "VPCZoneIdentifier": subnet,
    }
    steps = (
        ("ec2:RunInstances", statement("autoscaling:*"), f"launch-template/{template['id']}"),
        ("ec2:CreateTags", statement("ec2:RunInstances"), "instance/*"),
        ("iam:PassRole", statement("ec2:CreateTags", when={"StringEquals": {"ec2:CreateAction": "RunInstances"}}), ""),
        (
            "iam:CreateServiceLinkedRole",
            statement(
                "iam:PassRole", template["role"], when={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
            ),
            "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
        ),
    )
    held = []
    for name, one, resource in steps:
        held.append(one)
        said = refused(acting(account, lab, *held)("autoscaling").create_auto_scaling_group, **wanted)[1]
        assert f"perform: {name} on resource: " in said
        assert resource in said
    service = {"StringEquals": {"iam:AWSServiceName": "autoscaling.amazonaws.com"}}
    held.append(statement("iam:CreateServiceLinkedRole", when=service))
    scaling = acting(account, lab, *held)("autoscaling")
    scaling.create_auto_scaling_group(**wanted)
    scaling.delete_auto_scaling_group(AutoScalingGroupName=template["name"], ForceDelete=True)


def test_a_launch_has_the_template_that_it_is_made_of(
    account: Account, lab: LabClient, template: dict[str, str]
) -> None:
    default = {"Name": "default-for-az", "Values": ["true"]}
    subnet = account.ec2.describe_subnets(Filters=[default])["Subnets"][0]["SubnetId"]
    ours = f"arn:aws:ec2:{REGION}:{ACCOUNT}:launch-template/*"
    launch = statement("ec2:RunInstances", when={"ArnLike": {"ec2:LaunchTemplate": ours}})
    others = statement(["autoscaling:*", "ec2:CreateTags", "iam:PassRole", "iam:CreateServiceLinkedRole"])
    client = acting(account, lab, launch, others)
    one = {"MinCount": 1, "MaxCount": 1, "SubnetId": subnet, "DryRun": True}
    code, message, _ = refused(client("ec2").run_instances, ImageId="ami-12c6146b", **one)
    assert code == "UnauthorizedOperation"
    assert "ec2:RunInstances" in message
    by_template = {"LaunchTemplate": {"LaunchTemplateId": template["id"]}}
    assert refused(client("ec2").run_instances, **by_template, **one)[0] != "UnauthorizedOperation"
    scaling, name = client("autoscaling"), f"{template['name']}-launch"
    wanted = {"AutoScalingGroupName": name, "MinSize": 0, "MaxSize": 0, "VPCZoneIdentifier": subnet}
    scaling.create_auto_scaling_group(**wanted, **by_template)
    scaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)


def test_a_role_is_passed_when_it_is_put_into_a_profile(
    account: Account, lab: LabClient, template: dict[str, str]
) -> None:
    iam = acting(account, lab, statement("iam:AddRoleToInstanceProfile"))("iam")
    said = refused(iam.add_role_to_instance_profile, InstanceProfileName=template["name"], RoleName=template["name"])[1]
    assert f"iam:PassRole on resource: {template['role']}" in said


def test_a_role_is_only_made_with_its_boundary_where_the_policy_says_so(account: Account, lab: LabClient) -> None:
    boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    only = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    iam = acting(account, lab, statement(["iam:CreateRole", "iam:PutRolePolicy"], when=only))("iam")
    wanted = {"RoleName": "bounded", "AssumeRolePolicyDocument": document(TRUST["Statement"][0])}
    policy = {"RoleName": "bounded", "PolicyName": "x", "PolicyDocument": document(statement("*"))}
    assert refused(iam.create_role, **wanted)[0] == "AccessDenied"
    admin = account.client("iam")
    admin.create_role(**wanted)
    assert refused(iam.put_role_policy, **policy)[0] == "AccessDenied"
    admin.delete_role(RoleName="bounded")
    iam.create_role(**wanted, PermissionsBoundary=boundary)
    iam.put_role_policy(**policy)
    admin.delete_role_policy(RoleName="bounded", PolicyName="x")
    admin.delete_role(RoleName="bounded")


def test_the_names_types_and_actions_of_a_batch_are_conditions() -> None:
    batch = {
        "Changes": [
            {"Action": "UPSERT", "ResourceRecordSet": {"Name": "WWW.Shop.Example.", "Type": "A"}},
            {"Action": "DELETE", "ResourceRecordSet": {"Name": "*.shop.example", "Type": "CNAME"}},
        ]
    }
    assert specific("route53:ChangeResourceRecordSets", {"ChangeBatch": batch}) == {
        "route53:changeresourcerecordsetsnormalizedrecordnames": ("www.shop.example", "\\052.shop.example"),
        "route53:changeresourcerecordsetsrecordtypes": ("A", "CNAME"),
        "route53:changeresourcerecordsetsactions": ("UPSERT", "DELETE"),
    }
    assert normalised("\\052.Shop.example.") == "\\052.shop.example"
    known = action("route53:ChangeResourceRecordSets").condition_keys
    assert set(specific("route53:ChangeResourceRecordSets", {"ChangeBatch": batch})) <= known


def test_a_batch_is_allowed_by_its_names(account: Account, lab: LabClient) -> None:
    zone_id, name = account.zone()
    only = {
        "ForAllValues:StringEquals": {
            "route53:ChangeResourceRecordSetsNormalizedRecordNames": [f"a.{name}"],
            "route53:ChangeResourceRecordSetsRecordTypes": ["A"],
        }
    }
    mine = acting(account, lab, statement("route53:ChangeResourceRecordSets", when=only))("route53")

    def change(record: str, kind: str = "A", value: str = "192.0.2.1") -> dict[str, Any]:
        content = {"Name": record, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]}
        return {"Action": "UPSERT", "ResourceRecordSet": content}

    mine.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": [change(f"A.{name}.")]})
    for changes in ([change(f"b.{name}")], [change(f"a.{name}", "AAAA", "::1")], [change(f"a.{name}"), change(name)]):
        code, _, _ = refused(mine.change_resource_record_sets, HostedZoneId=zone_id, ChangeBatch={"Changes": changes})
        assert code == "AccessDenied"


def test_the_keys_of_aws_itself_are_denied_to_whom_a_policy_denies_them(account: Account, lab: LabClient) -> None:
    ssm = account.client("ssm")
    ssm.put_parameter(Name="/further/secret", Value="hunter2", Type="SecureString")
    through = {"StringLike": {"kms:ViaService": "ssm.*"}}
    mine = acting(account, lab, statement("ssm:GetParameter"), statement("kms:Decrypt", effect="Deny", when=through))
    said = refused(mine("ssm").get_parameter, Name="/further/secret", WithDecryption=True)[1]
    assert "kms:Decrypt" in said
    assert "explicit deny" in said
    assert mine("ssm").get_parameter(Name="/further/secret")["Parameter"]["Value"] != "hunter2"


def test_a_parameter_is_decrypted_with_its_arn_as_the_context_and_a_secret_with_its_own(
    account: Account, lab: LabClient
) -> None:
    account.client("ssm").put_parameter(Name="/further/context", Value="hunter2", Type="SecureString")
    secret = account.client("secretsmanager").create_secret(Name="further-context", SecretString="hunter2")["ARN"]
    reading = statement(["ssm:GetParameter", "secretsmanager:GetSecretValue"])
    by_parameter = {"Null": {"kms:EncryptionContext:PARAMETER_ARN": "false"}}
    mine = acting(account, lab, reading, statement("kms:Decrypt", effect="Deny", when=by_parameter))
    said = refused(mine("ssm").get_parameter, Name="/further/context", WithDecryption=True)[1]
    assert "explicit deny" in said
    assert mine("secretsmanager").get_secret_value(SecretId=secret)["SecretString"] == "hunter2"


def test_the_journal_has_what_the_policies_were_asked_about(account: Account, lab: LabClient) -> None:
    ec2 = acting(account, lab, statement("ec2:*"))("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": TAGS}])["Vpc"]
    ec2.delete_vpc(VpcId=vpc["VpcId"])
    created, deleted = lab.calls()[-2:]
    assert [one.action for one in created.judged] == ["ec2:CreateVpc", "ec2:CreateTags"]
    assert created.judged[0].facts["aws:requesttag/service"] == ("shop",)
    assert created.judged[1].facts["ec2:createaction"] == ("CreateVpc",)
    assert deleted.judged[0].facts["aws:resourcetag/service"] == ("shop",)
