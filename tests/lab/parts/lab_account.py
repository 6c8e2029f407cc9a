"""What the tests of the lab make in its AWS, with boto3."""

from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any

import boto3

_NUMBERS = count(1)
_SESSION = boto3.session.Session()  # one for all clients: it reads each service model once


@dataclass(frozen=True)
class Cluster:
    """A load balancer, its target group and an Auto Scaling group."""

    load_balancer_arn: str
    dns_name: str
    target_group_arn: str
    auto_scaling_group: str


@dataclass(frozen=True)
class Account:
    """boto3 clients of an endpoint, and the smallest things to make with them."""

    endpoint: str
    region: str = "eu-central-1"

    def client(self, service: str) -> Any:
        return _SESSION.client(  # type: ignore[call-overload]  # the service is a variable
            service,
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    @cached_property
    def route53(self) -> Any:
        return self.client("route53")

    @cached_property
    def elbv2(self) -> Any:
        return self.client("elbv2")

    @cached_property
    def ec2(self) -> Any:
        return self.client("ec2")

    @cached_property
    def autoscaling(self) -> Any:
        return self.client("autoscaling")

    def zone(self) -> tuple[str, str]:
        """Make a zone of its own; returns its id and its name."""
        name = f"zone{next(_NUMBERS)}.test"
        made = self.route53.create_hosted_zone(Name=name, CallerReference=name)
        return made["HostedZone"]["Id"].removeprefix("/hostedzone/"), name

    def change(self, zone_id: str, *changes: tuple[str, dict[str, Any]]) -> Any:
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record} for action, record in changes]}
        return self.route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)

    def record_sets(self, zone_id: str) -> list[dict[str, Any]]:
        """Those that somebody made."""
        found = self.route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
        return [item for item in found if item["Type"] not in ("NS", "SOA")]

    def cluster(
        self, colour: str, release: str = "1.0.0", size: int = 2, with_listener: bool = True, zones: int = 2
    ) -> Cluster:
        name = f"{colour}-{next(_NUMBERS)}"
        default = {"Name": "default-for-az", "Values": ["true"]}  # other tests make others
        found = self.ec2.describe_subnets(Filters=[default])["Subnets"]
        subnets = [subnet["SubnetId"] for subnet in found][:zones]
        vpc = self.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        balancer = self.elbv2.create_load_balancer(
            Name=name, Subnets=subnets, Tags=[{"Key": "colour", "Value": colour}]
        )["LoadBalancers"][0]
        group = self.elbv2.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]
        if with_listener:
            self.forward(balancer["LoadBalancerArn"], group["TargetGroupArn"])
        template = self.ec2.create_launch_template(
            LaunchTemplateName=name, LaunchTemplateData={"ImageId": "ami-12c6146b", "InstanceType": "t3.micro"}
        )["LaunchTemplate"]["LaunchTemplateId"]
        self.autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            MinSize=size,
            MaxSize=size,
            DesiredCapacity=size,
            LaunchTemplate={"LaunchTemplateId": template, "Version": "1"},
            VPCZoneIdentifier=",".join(subnets),
            TargetGroupARNs=[group["TargetGroupArn"]],
            HealthCheckType="ELB",
            HealthCheckGracePeriod=300,
            Tags=[
                {"Key": "release", "Value": release, "PropagateAtLaunch": True},
                {"Key": "colour", "Value": colour, "PropagateAtLaunch": True},
            ],
        )
        return Cluster(balancer["LoadBalancerArn"], balancer["DNSName"], group["TargetGroupArn"], name)

    def load_balancer(self) -> str:
        """Make one for an alias to point to; returns its name in DNS."""
        name, default = f"alone-{next(_NUMBERS)}", {"Name": "default-for-az", "Values": ["true"]}
        subnets = [subnet["SubnetId"] for subnet in self.ec2.describe_subnets(Filters=[default])["Subnets"]][:2]
        return str(self.elbv2.create_load_balancer(Name=name, Subnets=subnets)["LoadBalancers"][0]["DNSName"])

    def delete_load_balancer(self, dns_name: str) -> None:
        every = self.elbv2.describe_load_balancers()["LoadBalancers"]
        (arn,) = [one["LoadBalancerArn"] for one in every if one["DNSName"] == dns_name]
        self.elbv2.delete_load_balancer(LoadBalancerArn=arn)

    def forward(self, load_balancer_arn: str, target_group_arn: str) -> None:
        action = {"Type": "forward", "TargetGroupArn": target_group_arn}
        self.elbv2.create_listener(LoadBalancerArn=load_balancer_arn, Protocol="HTTP", Port=80, DefaultActions=[action])

    def certificate(self, colour: str, *names: str) -> str:
        """Ask for a certificate of a colour; returns its ARN."""
        made = self.client("acm").request_certificate(
            DomainName=names[0],
            SubjectAlternativeNames=list(names[1:]) or [names[0]],
            ValidationMethod="DNS",
            Tags=[{"Key": "colour", "Value": colour}],
        )
        return str(made["CertificateArn"])

    def prove(self, certificate_arn: str) -> None:
        """Make the records that ACM asks for, each in a zone of the very name that it proves."""
        described = self.client("acm").describe_certificate(CertificateArn=certificate_arn)["Certificate"]
        for option in described["DomainValidationOptions"]:
            record, name = option["ResourceRecord"], option["DomainName"]
            made = self.route53.create_hosted_zone(Name=name, CallerReference=f"{name} {next(_NUMBERS)}")
            zone_id = made["HostedZone"]["Id"].removeprefix("/hostedzone/")
            self.change(zone_id, ("UPSERT", simple(record["Name"], record["Value"], kind=record["Type"])))

    def listen(
        self, cluster: Cluster, port: int, action: dict[str, Any] | None = None, certificate_arn: str | None = None
    ) -> str:
        """Add a listener, HTTPS if it has a certificate, that forwards if no other action is given; returns its ARN."""
        secure = {"Certificates": [{"CertificateArn": certificate_arn}]} if certificate_arn else {}
        made = self.elbv2.create_listener(
            LoadBalancerArn=cluster.load_balancer_arn,
            Protocol="HTTPS" if certificate_arn else "HTTP",
            Port=port,
            DefaultActions=[action or {"Type": "forward", "TargetGroupArn": cluster.target_group_arn}],
            **secure,
        )
        return str(made["Listeners"][0]["ListenerArn"])

    def zones_of(self, auto_scaling_group: str) -> list[str]:
        """The Availability Zone of each instance of a group, sorted."""
        found = self.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[auto_scaling_group])
        return sorted(item["AvailabilityZone"] for item in found["AutoScalingGroups"][0]["Instances"])

    def target_states(self, target_group_arn: str, *instance_ids: str) -> list[tuple[str, str | None]]:
        """State and reason of each target, those of `instance_ids` if there are any."""
        asked = {"Targets": [{"Id": instance_id} for instance_id in instance_ids]} if instance_ids else {}
        found = self.elbv2.describe_target_health(TargetGroupArn=target_group_arn, **asked)
        return [
            (item["TargetHealth"]["State"], item["TargetHealth"].get("Reason"))
            for item in found["TargetHealthDescriptions"]
        ]

    def instance_ids(self, cluster: Cluster) -> list[str]:
        found = self.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[cluster.auto_scaling_group])
        return [instance["InstanceId"] for instance in found["AutoScalingGroups"][0]["Instances"]]


def alias(name: str, identifier: str, weight: int, target: str) -> dict[str, Any]:
    """A weighted alias record set."""
    destination = {"HostedZoneId": "Z2P70J7EXAMPLE", "DNSName": target, "EvaluateTargetHealth": False}
    return {"Name": name, "Type": "A", "SetIdentifier": identifier, "Weight": weight, "AliasTarget": destination}


def simple(name: str, *values: str, kind: str = "A", ttl: int = 300) -> dict[str, Any]:
    return {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": [{"Value": value} for value in values]}


def weighted(name: str, identifier: str, weight: int, *values: str, kind: str = "A") -> dict[str, Any]:
    return {**simple(name, *values, kind=kind), "SetIdentifier": identifier, "Weight": weight}
