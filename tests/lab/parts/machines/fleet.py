"""A lab whose instances run, and clusters whose user data starts the sample service."""

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from lab.client import LabClient, MachineState, RunningServer
from tests.lab.parts.lab_account import Account

PORT, HTTP_PORT = 8080, 8081
PATIENCE_SECONDS = 60.0
IMAGE = "registry.shop.example/web"
_NUMBERS = count(1)

SERVE = f"""\
#!/bin/bash
set -euo pipefail
dnf install --assumeyes docker
systemctl enable --now docker
docker pull "{IMAGE}:RELEASE"
docker run --detach --restart always --name service --publish {PORT}:{PORT} "{IMAGE}:RELEASE"
"""


@dataclass(frozen=True)
class Group:
    """A load balancer, its target group and its Auto Scaling group."""

    name: str
    load_balancer_arn: str
    dns_name: str
    target_group_arn: str


@dataclass(frozen=True)
class Fleet:
    """What tests of machines make in a lab, and what they wait for."""

    running: RunningServer
    account: Account

    @property
    def lab(self) -> LabClient:
        return self.running.client

    def group(
        self,
        user_data: str = SERVE,
        release: str = "1.0.0",
        size: int = 1,
        grace_seconds: int = 300,
        profile: str = "",
        health_path: str = "/healthz",
    ) -> Group:
        """Launch `size` instances behind a load balancer that listens at HTTP_PORT."""
        account, name = self.account, f"machines-{next(_NUMBERS)}"
        subnets = [one["SubnetId"] for one in account.ec2.describe_subnets()["Subnets"]][:2]
        vpc = account.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        made = account.elbv2.create_load_balancer(Name=name, Subnets=subnets, Tags=[{"Key": "colour", "Value": name}])
        balancer = made["LoadBalancers"][0]
        target_group = account.elbv2.create_target_group(
            Name=name,
            Protocol="HTTP",
            Port=PORT,
            VpcId=vpc,
            HealthCheckPath=health_path,
            HealthCheckIntervalSeconds=10,
            HealthCheckTimeoutSeconds=5,
            HealthyThresholdCount=2,
            UnhealthyThresholdCount=2,
        )["TargetGroups"][0]["TargetGroupArn"]
        account.elbv2.modify_target_group_attributes(
            TargetGroupArn=target_group,
            Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "20"}],
        )
        account.elbv2.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"],
            Protocol="HTTP",
            Port=HTTP_PORT,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": target_group}],
        )
        data: dict[str, Any] = {
            "ImageId": "ami-12c6146b",
            "InstanceType": "t3.micro",
            "UserData": base64.b64encode(user_data.replace("RELEASE", release).encode()).decode(),
        }
        if profile:
            data["IamInstanceProfile"] = {"Arn": profile}
        template = account.ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data)
        account.autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            MinSize=0,
            MaxSize=size,
            DesiredCapacity=size,
            LaunchTemplate={"LaunchTemplateId": template["LaunchTemplate"]["LaunchTemplateId"], "Version": "1"},
            VPCZoneIdentifier=",".join(subnets),
            TargetGroupARNs=[target_group],
            HealthCheckType="ELB",
            HealthCheckGracePeriod=grace_seconds,
            Tags=[{"Key": "colour", "Value": name, "PropagateAtLaunch": True}],
        )
        return Group(name, balancer["LoadBalancerArn"], balancer["DNSName"], target_group)

    def resize(self, group: Group, size: int) -> None:
        self.account.autoscaling.set_desired_capacity(AutoScalingGroupName=group.name, DesiredCapacity=size)

    def machines(self, group: Group) -> list[MachineState]:
        """Those of the group, also those that have gone."""
        return [machine for machine in self.lab.machines() if machine.colour == group.name]

    def machine(self, group: Group) -> MachineState:
        """The only one; it is there a moment after its instance."""
        wait_until(lambda: bool(self.machines(group)))
        (machine,) = self.machines(group)
        return machine

    def booted(self, group: Group) -> MachineState:
        """The only one, once its user data has ended."""
        wait_until(lambda: self.machine(group).exit_code is not None)
        return self.machine(group)

    def states(self, group: Group) -> list[tuple[str, str | None]]:
        return self.account.target_states(group.target_group_arn)

    def wait_until_healthy(self, group: Group, size: int = 1) -> None:
        wait_until(lambda: self.states(group) == [("healthy", None)] * size, self.lab.machines)


def wait_until(what: Callable[[], bool], told: Callable[[], object] = lambda: "") -> None:
    """Wait for what only has to happen at all."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < deadline, told()
        time.sleep(0.05)
