"""Everything of a colour that has tags is found by them, asked of the lab's AWS."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from cutover import tagged
from cutover.aws import session
from cutover.aws_tagged import AwsTagged
from lab.client import RunningServer
from lab.sweep import Sweep

SERVICE = "www.shop.example"
WANTED = {"service": SERVICE, "colour": "amber", "release": "1.0.0"}
REGION = "eu-central-1"
TRUST = json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}]})


def listed(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


@pytest.fixture(scope="module")
def running(lab_alone: RunningServer) -> RunningServer:
    return lab_alone


class Made:
    """One of each kind, and one of each that lacks a tag or has another."""

    def __init__(self) -> None:
        self._clients = boto3.Session(region_name=REGION).client
        self.of: dict[str, str] = {}
        for number, tags in enumerate([WANTED, {**WANTED, "colour": "violet"}, {"colour": "amber"}, {}]):
            made = dict(self._make(f"amber-{number}", tags, number))
            self.of = self.of or made

    def client(self, service: str) -> Any:
        return self._clients(service)  # type: ignore[call-overload]  # the service is a variable

    def _make(self, name: str, tags: dict[str, str], number: int) -> Iterator[tuple[str, str]]:
        yield from self._network(name, tags, number)
        yield from self._balancing(name, tags)
        yield from self._instances(name, tags)
        yield from self._identity(name, tags)
        acm, ssm = self.client("acm"), self.client("ssm")
        more = {"Tags": listed(tags)} if tags else {}
        yield tagged.CERTIFICATE, acm.request_certificate(DomainName=f"{name}.shop.example", **more)["CertificateArn"]
        ssm.put_parameter(Name=f"/{name}/door", Type="String", Value="open", Tags=listed(tags))
        yield tagged.PARAMETER, f"/{name}/door"

    def _spec(self, kind: str, tags: dict[str, str]) -> list[dict[str, Any]]:
        return [{"ResourceType": kind, "Tags": listed(tags)}] if tags else []

    def _network(self, name: str, tags: dict[str, str], number: int) -> Iterator[tuple[str, str]]:
        ec2 = self.client("ec2")
        cidr = f"10.{number}.0.0"
        vpc = ec2.create_vpc(CidrBlock=f"{cidr}/16", TagSpecifications=self._spec("vpc", tags))["Vpc"]["VpcId"]
        yield tagged.NETWORK, vpc
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"{cidr}/20", TagSpecifications=self._spec("subnet", tags))
        yield tagged.SUBNET, subnet["Subnet"]["SubnetId"]
        gateway = ec2.create_internet_gateway(TagSpecifications=self._spec("internet-gateway", tags))
        yield tagged.GATEWAY, gateway["InternetGateway"]["InternetGatewayId"]
        table = ec2.create_route_table(VpcId=vpc, TagSpecifications=self._spec("route-table", tags))
        yield tagged.TABLE, table["RouteTable"]["RouteTableId"]
        address = ec2.allocate_address(Domain="vpc", TagSpecifications=self._spec("elastic-ip", tags))["AllocationId"]
        yield tagged.ADDRESS, address
        nat = ec2.create_nat_gateway(
            SubnetId=subnet["Subnet"]["SubnetId"],
            AllocationId=address,
            TagSpecifications=self._spec("natgateway", tags),
        )
        yield tagged.NAT, nat["NatGateway"]["NatGatewayId"]
        group = ec2.create_security_group(
            GroupName=name, Description=name, VpcId=vpc, TagSpecifications=self._spec("security-group", tags)
        )
        yield tagged.SECURITY, group["GroupId"]
        rules = ec2.authorize_security_group_ingress(
            GroupId=group["GroupId"],
            IpPermissions=[{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
            TagSpecifications=self._spec("security-group-rule", tags),
        )
        yield tagged.RULE, rules["SecurityGroupRules"][0]["SecurityGroupRuleId"]

    def _balancing(self, name: str, tags: dict[str, str]) -> Iterator[tuple[str, str]]:
        ec2, elbv2 = self.client("ec2"), self.client("elbv2")
        default = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
        more = {"Tags": listed(tags)} if tags else {}
        balancer = elbv2.create_load_balancer(Name=name, Subnets=[one["SubnetId"] for one in default[:2]], **more)
        arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
        yield tagged.BALANCER, arn
        group = elbv2.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=default[0]["VpcId"], **more)
        targets = group["TargetGroups"][0]["TargetGroupArn"]
        yield tagged.TARGETS, targets
        action = {"Type": "forward", "TargetGroupArn": targets}
        listener = elbv2.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=[action], **more)
        yield tagged.LISTENER, listener["Listeners"][0]["ListenerArn"]

    def _instances(self, name: str, tags: dict[str, str]) -> Iterator[tuple[str, str]]:
        ec2, autoscaling = self.client("ec2"), self.client("autoscaling")
        data = {"ImageId": "ami-12c6146b", "InstanceType": "t3.micro"}
        template = ec2.create_launch_template(
            LaunchTemplateName=name,
            LaunchTemplateData=data,
            TagSpecifications=self._spec("launch-template", tags),
        )["LaunchTemplate"]["LaunchTemplateId"]
        yield tagged.TEMPLATE, template
        autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            MinSize=0,
            MaxSize=0,
            LaunchTemplate={"LaunchTemplateId": template, "Version": "1"},
            AvailabilityZones=["eu-central-1a"],
            Tags=[{"PropagateAtLaunch": True, **tag} for tag in listed(tags)],
        )
        yield tagged.GROUP, name
        run = {**data, "MinCount": 1, "MaxCount": 1, "TagSpecifications": self._spec("instance", tags)}
        yield tagged.INSTANCE, ec2.run_instances(**run)["Instances"][0]["InstanceId"]
        ended = ec2.run_instances(**run)["Instances"][0]["InstanceId"]
        ec2.terminate_instances(InstanceIds=[ended])
        volume = ec2.create_volume(
            AvailabilityZone="eu-central-1a", Size=1, TagSpecifications=self._spec("volume", tags)
        )
        yield tagged.VOLUME, volume["VolumeId"]

    def _identity(self, name: str, tags: dict[str, str]) -> Iterator[tuple[str, str]]:
        iam = self.client("iam")
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, Path="/tag-team/x/", Tags=listed(tags))
        yield tagged.ROLE, name
        iam.create_role(RoleName=f"{name}-of-lambda", AssumeRolePolicyDocument="{}", Tags=listed(tags))
        iam.create_instance_profile(InstanceProfileName=name, Tags=listed(tags))
        yield tagged.PROFILE, name


@pytest.fixture(scope="module")
def made(running: RunningServer) -> Made:  # noqa: ARG001  # it has set the environment
    return Made()


def found(colour: str) -> dict[str, str]:
    return {one.kind: one.id for one in AwsTagged(session({"region": REGION})).tagged(SERVICE, colour)}


def test_one_of_each_kind_is_found_and_none_of_another_colour(made: Made) -> None:
    every = AwsTagged(session({"region": REGION})).tagged(SERVICE, "amber")
    assert found("amber") == made.of
    assert len(every) == len(tagged.DELETED_BY)
    assert {one.release for one in every if one.kind != tagged.PARAMETER} == {"1.0.0"}


def test_all_of_a_service_can_be_removed_and_nothing_else(made: Made) -> None:
    route53, ssm, others = made.client("route53"), made.client("ssm"), found("violet")
    zone_id = route53.create_hosted_zone(Name="shop.example", CallerReference="x")["HostedZone"]["Id"]
    names = [SERVICE, f"red.{SERVICE}", f"_proof.{SERVICE}", "other.shop.example", f"not{SERVICE}"]
    records = [{"Name": one, "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": '"x"'}]} for one in names]
    changes = [{"Action": "CREATE", "ResourceRecordSet": one} for one in records]
    route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": changes})
    for name in (f"/tag-team/{SERVICE}/in-charge", "/tag-team/other.shop.example/in-charge"):
        ssm.put_parameter(Name=name, Type="String", Value="{}")
    said: list[str] = []
    sweep = Sweep(session({"region": REGION}), SERVICE, ["amber"], zone_id)
    assert len(sweep.left()) == len(tagged.DELETED_BY) + 4
    assert sweep.until_clean(said.append, seconds=60) == (), said
    assert sweep.left() == ()
    assert found("amber") == {}
    assert found("violet") == others
    left = route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    assert {one["Name"] for one in left if one["Type"] == "TXT"} == {"other.shop.example.", f"not{SERVICE}."}
    assert ssm.get_parameters_by_path(Path="/tag-team", Recursive=True)["Parameters"][0]["Name"].startswith(
        "/tag-team/other"
    )
