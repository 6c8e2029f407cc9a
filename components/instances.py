"""The instances of one cluster: all of them of one release, replaced together, never changed."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components import root_volume
from components.load_balancer import EVERYWHERE, LoadBalancer


@dataclass(frozen=True)
class LaunchSpec:
    """What an instance is launched with; a change of any of it replaces the whole group."""

    release: str
    image_id: pulumi.Input[str]
    instance_type: str
    profile_arn: pulumi.Input[str]
    user_data: str


@dataclass(frozen=True)
class InstancesArgs:
    """Exactly `capacity` instances in `subnet_ids`, serving on `port` to `load_balancer`.

    `full_capacity` is the hook that waits until all of them are healthy. It runs before its marker is written, so a
    wait that failed is repeated by the next `pulumi up`.
    """

    launch: LaunchSpec
    capacity: int
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    port: int
    boot_timeout_seconds: int
    load_balancer: LoadBalancer
    full_capacity: pulumi.ResourceHook
    tags: dict[str, str]


class Instances(pulumi.ComponentResource):
    """An Auto Scaling group whose instances are registered in the target group of one load balancer."""

    def __init__(self, name: str, args: InstancesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tag-team:index:Instances", name, None, opts)
        self._name, self._args, self._child = name, args, pulumi.ResourceOptions(parent=self)
        template = self._launch_template(self._security_group())
        self.group = self._group(template)
        marker = {
            "group": self.group.name,
            "templateVersion": template.latest_version,
            "release": args.launch.release,
            "capacity": args.capacity,
        }
        hooks = pulumi.ResourceHookBinding(before_create=[args.full_capacity], before_update=[args.full_capacity])
        pulumi.Stash("full-capacity", input=marker, opts=self._child.merge(pulumi.ResourceOptions(hooks=hooks)))
        self.register_outputs({})

    def _security_group(self) -> aws.ec2.SecurityGroup:
        name, args = f"{self._name}-instances", self._args
        group = aws.ec2.SecurityGroup(
            name,
            vpc_id=args.vpc_id,
            description="Instances: only from the load balancer",
            tags=args.tags | {"Name": name},
            opts=self._child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-from-lb",
            security_group_id=group.id,
            referenced_security_group_id=args.load_balancer.security_group.id,
            ip_protocol="tcp",
            from_port=args.port,
            to_port=args.port,
            tags=args.tags,
            opts=self._child,
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-to-offsite",
            security_group_id=group.id,
            cidr_ipv4=EVERYWHERE,
            ip_protocol="-1",
            tags=args.tags,
            opts=self._child,
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-lb-to-instances",
            security_group_id=args.load_balancer.security_group.id,
            referenced_security_group_id=group.id,
            ip_protocol="tcp",
            from_port=args.port,
            to_port=args.port,
            tags=args.tags,
            opts=self._child,
        )
        return group

    def _launch_template(self, security_group: aws.ec2.SecurityGroup) -> aws.ec2.LaunchTemplate:
        launch, tags = self._args.launch, self._args.tags | {"Name": self._name}
        root = aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
            encrypted="true",
            volume_type=root_volume.TYPE,
            volume_size=root_volume.GIGABYTES,
            delete_on_termination="true",
        )
        return aws.ec2.LaunchTemplate(
            self._name,
            image_id=launch.image_id,
            instance_type=launch.instance_type,
            user_data=base64.b64encode(launch.user_data.encode()).decode(),
            iam_instance_profile={"arn": launch.profile_arn},
            # One hop: the container cannot reach the instance's credentials.
            metadata_options={"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
            block_device_mappings=[aws.ec2.LaunchTemplateBlockDeviceMappingArgs(device_name="/dev/xvda", ebs=root)],
            network_interfaces=[{"associate_public_ip_address": "false", "security_groups": [security_group.id]}],
            tag_specifications=[
                aws.ec2.LaunchTemplateTagSpecificationArgs(resource_type=kind, tags=tags)
                for kind in ("instance", "volume")
            ],
            tags=tags,
            opts=self._child,
        )

    def _group(self, template: aws.ec2.LaunchTemplate) -> aws.autoscaling.Group:
        args = self._args
        return aws.autoscaling.Group(
            self._name,
            min_size=args.capacity,
            max_size=args.capacity,
            desired_capacity=args.capacity,
            vpc_zone_identifiers=list(args.subnet_ids),
            target_group_arns=[args.load_balancer.target_group.arn],
            launch_template={"id": template.id, "version": template.latest_version.apply(str)},
            health_check_type="ELB",
            # Before that an instance that is not healthy yet is booting; after it the group replaces it.
            health_check_grace_period=args.boot_timeout_seconds,
            # The provider's own wait is off: a group that fails it would be left in AWS and lost from the state.
            wait_for_capacity_timeout="0",
            tags=[{"key": key, "value": value, "propagate_at_launch": True} for key, value in args.tags.items()],
            # The replacement is created first, so the group keeps serving until the new one does.
            opts=self._child.merge(pulumi.ResourceOptions(replace_on_changes=["launchTemplate"])),
        )
