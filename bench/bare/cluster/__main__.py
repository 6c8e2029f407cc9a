"""The floor of a build: the AWS resources of a colour and nothing else. The config is what bench/bare.py sets."""

from typing import Any

import pulumi
import pulumi_aws as aws

EVERYWHERE = "0.0.0.0/0"
wanted: dict[str, Any] = pulumi.Config().require_object("cluster")
label, tags = wanted["label"], wanted["tags"]


def network() -> tuple[aws.ec2.Vpc, list[pulumi.Output[str]], list[pulumi.Output[str]]]:
    """The VPC, its public and its private subnets."""
    eips = [aws.ec2.Eip(f"{label}-{number}", domain="vpc", tags=tags) for number in range(wanted["nat_gateways"])]
    vpc = aws.ec2.Vpc(label, cidr_block=wanted["cidr"], enable_dns_hostnames=True, tags=tags)
    gateway = aws.ec2.InternetGateway(label, vpc_id=vpc.id, tags=tags)
    outside = route_table("public", vpc, gateway_id=gateway.id)
    nats: list[aws.ec2.NatGateway] = []
    public, private = [], []
    for number, zone in enumerate(wanted["zones"]):
        public.append(subnet(f"public-{number}", vpc, zone, wanted["public"][number], outside))
        if number < len(eips):
            after = pulumi.ResourceOptions(depends_on=[gateway])
            nats.append(
                aws.ec2.NatGateway(
                    f"{label}-{number}", subnet_id=public[-1], allocation_id=eips[number].id, tags=tags, opts=after
                )
            )
        inside = route_table(f"private-{number}", vpc, nat_gateway_id=nats[min(number, len(nats) - 1)].id)
        private.append(subnet(f"private-{number}", vpc, zone, wanted["private"][number], inside))
    return vpc, public, private


def route_table(
    name: str,
    vpc: aws.ec2.Vpc,
    gateway_id: pulumi.Input[str] | None = None,
    nat_gateway_id: pulumi.Input[str] | None = None,
) -> aws.ec2.RouteTable:
    """A table whose only route leads to one of the two."""
    table = aws.ec2.RouteTable(f"{label}-{name}", vpc_id=vpc.id, tags=tags)
    aws.ec2.Route(
        f"{label}-{name}",
        route_table_id=table.id,
        destination_cidr_block=EVERYWHERE,
        gateway_id=gateway_id,
        nat_gateway_id=nat_gateway_id,
    )
    return table


def subnet(name: str, vpc: aws.ec2.Vpc, zone: str, cidr: str, table: aws.ec2.RouteTable) -> pulumi.Output[str]:
    """A subnet with its table."""
    made = aws.ec2.Subnet(f"{label}-{name}", vpc_id=vpc.id, availability_zone=zone, cidr_block=cidr, tags=tags)
    aws.ec2.RouteTableAssociation(f"{label}-{name}", subnet_id=made.id, route_table_id=table.id)
    return made.id


def certificate() -> pulumi.Output[str]:
    """An issued one for all names."""
    names = wanted["names"]
    made = aws.acm.Certificate(
        label, domain_name=names[0], subject_alternative_names=names[1:], validation_method="DNS", tags=tags
    )
    proofs = []
    for number, name in enumerate(names):
        proof = made.domain_validation_options[number]
        proofs.append(
            aws.route53.Record(
                f"{label}-proves-{name}",
                zone_id=wanted["zone_id"],
                name=proof.resource_record_name,
                type=proof.resource_record_type,
                records=[proof.resource_record_value],
                ttl=300,
                allow_overwrite=True,
            )
        )
    fqdns = [proof.fqdn for proof in proofs]
    return aws.acm.CertificateValidation(label, certificate_arn=made.arn, validation_record_fqdns=fqdns).certificate_arn


def security_groups(vpc: aws.ec2.Vpc) -> tuple[aws.ec2.SecurityGroup, aws.ec2.SecurityGroup]:
    """That of the load balancer and that of the instances, with their rules."""
    port = wanted["port"]
    front, back = (
        aws.ec2.SecurityGroup(f"{label}-{name}", vpc_id=vpc.id, description=name, tags=tags)
        for name in ("lb", "instances")
    )
    for open_port in (80, wanted["https_port"]):
        aws.vpc.SecurityGroupIngressRule(
            f"{label}-lb-{open_port}",
            security_group_id=front.id,
            cidr_ipv4=EVERYWHERE,
            ip_protocol="tcp",
            from_port=open_port,
            to_port=open_port,
            tags=tags,
        )
    between = {"ip_protocol": "tcp", "from_port": port, "to_port": port, "tags": tags}
    aws.vpc.SecurityGroupIngressRule(
        f"{label}-from-lb", security_group_id=back.id, referenced_security_group_id=front.id, **between
    )
    aws.vpc.SecurityGroupEgressRule(
        f"{label}-to-instances", security_group_id=front.id, referenced_security_group_id=back.id, **between
    )
    aws.vpc.SecurityGroupEgressRule(
        f"{label}-to-offsite", security_group_id=back.id, cidr_ipv4=EVERYWHERE, ip_protocol="-1", tags=tags
    )
    return front, back


def load_balancer(
    vpc: aws.ec2.Vpc,
    subnets: list[pulumi.Output[str]],
    group: aws.ec2.SecurityGroup,
    certificate_arn: pulumi.Output[str],
) -> tuple[aws.lb.LoadBalancer, aws.lb.TargetGroup, aws.lb.Listener]:
    """The load balancer with both listeners, its target group, and the listener that leads there."""
    balancer = aws.lb.LoadBalancer(
        label,
        load_balancer_type="application",
        subnets=subnets,
        security_groups=[group.id],
        drop_invalid_header_fields=True,
        client_keep_alive=wanted["keep_alive"],
        tags=tags,
    )
    targets = aws.lb.TargetGroup(
        label,
        vpc_id=vpc.id,
        port=wanted["port"],
        protocol="HTTP",
        target_type="instance",
        deregistration_delay=60,
        health_check={
            "path": wanted["health_path"],
            "matcher": "200",
            "interval": 10,
            "timeout": 5,
            "healthy_threshold": 2,
            "unhealthy_threshold": 3,
        },
        tags=tags,
    )
    https: Any = {"port": str(wanted["https_port"]), "protocol": "HTTPS", "status_code": "HTTP_301"}
    aws.lb.Listener(
        f"{label}-http",
        load_balancer_arn=balancer.arn,
        port=80,
        protocol="HTTP",
        default_actions=[{"type": "redirect", "redirect": https}],
        tags=tags,
    )
    listener = aws.lb.Listener(
        f"{label}-https",
        load_balancer_arn=balancer.arn,
        port=wanted["https_port"],
        protocol="HTTPS",
        ssl_policy=wanted["tls_policy"],
        certificate_arn=certificate_arn,
        default_actions=[{"type": "forward", "target_group_arn": targets.arn}],
        tags=tags,
    )
    return balancer, targets, listener


def role() -> tuple[pulumi.Output[str], aws.iam.RolePolicy]:
    """The ARN of the instances' profile, and the policy of its role."""
    made = aws.iam.Role(label, path=wanted["role_path"], assume_role_policy=wanted["assume_role_policy"], tags=tags)
    policy = aws.iam.RolePolicy(label, role=made.id, policy=wanted["role_policy"])
    return aws.iam.InstanceProfile(label, role=made.name, tags=tags).arn, policy


def template(profile_arn: pulumi.Output[str], group: aws.ec2.SecurityGroup) -> aws.ec2.LaunchTemplate:
    """What an instance is launched with."""
    disk: Any = {"encrypted": "true", "volume_type": "gp3", "volume_size": 20, "delete_on_termination": "true"}
    return aws.ec2.LaunchTemplate(
        label,
        image_id=wanted["image"],
        instance_type=wanted["instance_type"],
        user_data=wanted["user_data"],
        iam_instance_profile={"arn": profile_arn},
        metadata_options={"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
        block_device_mappings=[{"device_name": "/dev/xvda", "ebs": disk}],
        network_interfaces=[{"associate_public_ip_address": "false", "security_groups": [group.id]}],
        tag_specifications=[{"resource_type": kind, "tags": tags} for kind in ("instance", "volume")],
        tags=tags,
    )


vpc, public, private = network()
front, back = security_groups(vpc)
balancer, targets, listener = load_balancer(vpc, public, front, certificate())
profile_arn, policy = role()
launched = template(profile_arn, back)
group = aws.autoscaling.Group(
    label,
    min_size=wanted["capacity"],
    max_size=wanted["capacity"],
    desired_capacity=wanted["capacity"],
    # The provider's own wait for the capacity, as its users have it; ours waits in a hook.
    wait_for_elb_capacity=wanted["capacity"],
    vpc_zone_identifiers=private,
    target_group_arns=[targets.arn],
    launch_template={"id": launched.id, "version": launched.latest_version.apply(str)},
    health_check_type="ELB",
    health_check_grace_period=wanted["grace_seconds"],
    tags=[{"key": key, "value": value, "propagate_at_launch": True} for key, value in tags.items()],
    opts=pulumi.ResourceOptions(depends_on=[policy, listener]),
)
own = aws.route53.Record(
    label,
    zone_id=wanted["zone_id"],
    name=wanted["own_name"],
    type="A",
    aliases=[{"name": balancer.dns_name, "zone_id": balancer.zone_id, "evaluate_target_health": False}],
)
for name, said in (("door", tags["release"]), ("load_test", "none yet")):
    aws.ssm.Parameter(
        name,
        name=wanted[name],
        type="String",
        description=f"{name} of {label}",
        insecure_value=said,
        tags=tags,
        opts=pulumi.ResourceOptions(depends_on=[group, own]),
    )
