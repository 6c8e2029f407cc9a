"""The way in: an internet-facing load balancer, its listeners, and the target group of the instances behind it."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from cutover import capacity_units

# What AWS recommends today; TLS 1.2 and 1.3 only.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
EVERYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class LoadBalancerArgs:
    """`subnet_ids` are public ones. `port` is that of the instances. `capacity_units` are reserved, 0 is none.

    `reserving` is the hook that says what AWS takes its time for while it reserves them.
    """

    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    port: int
    health_path: str
    certificate_arn: pulumi.Input[str] | None
    https_port: int
    capacity_units: int
    client_keep_alive_seconds: int
    reserving: pulumi.ResourceHook
    tags: dict[str, str]


class LoadBalancer(pulumi.ComponentResource):
    """An Application Load Balancer in front of instances that serve HTTP on `port`.

    With a `certificate_arn` it serves HTTPS on `https_port`, to which port 80 redirects; without one, HTTP on port 80.
    """

    def __init__(self, name: str, args: LoadBalancerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tag-team:index:LoadBalancer", name, None, opts)
        self._name, self._args, self._child = name, args, pulumi.ResourceOptions(parent=self)
        self.security_group = self._security_group()
        self.balancer = aws.lb.LoadBalancer(
            name,
            load_balancer_type="application",
            subnets=list(args.subnet_ids),
            security_groups=[self.security_group.id],
            drop_invalid_header_fields=True,
            client_keep_alive=args.client_keep_alive_seconds,
            minimum_load_balancer_capacity={"capacity_units": args.capacity_units} if args.capacity_units else None,
            tags=args.tags,
            opts=self._child.merge(self._reserving()),
        )
        self.target_group = self._target_group()
        self._listen()
        self.register_outputs({})

    def _reserving(self) -> pulumi.ResourceOptions:
        """The provider waits for the reservation where it waits for the load balancer, by itself for ten minutes."""
        if not self._args.capacity_units:
            return pulumi.ResourceOptions()
        say, patience = self._args.reserving, f"{capacity_units.PATIENCE_HOURS}h"
        return pulumi.ResourceOptions(
            custom_timeouts=pulumi.CustomTimeouts(create=patience, update=patience),
            hooks=pulumi.ResourceHookBinding(before_create=[say], before_update=[say]),
        )

    def _security_group(self) -> aws.ec2.SecurityGroup:
        name, args = f"{self._name}-lb", self._args
        group = aws.ec2.SecurityGroup(
            name,
            vpc_id=args.vpc_id,
            description="Load balancer: HTTP and HTTPS from everywhere",
            tags=args.tags | {"Name": name},
            opts=self._child,
        )
        for open_port in (80, args.https_port) if args.certificate_arn else (80,):
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-{open_port}",
                security_group_id=group.id,
                cidr_ipv4=EVERYWHERE,
                ip_protocol="tcp",
                from_port=open_port,
                to_port=open_port,
                tags=args.tags,
                opts=self._child,
            )
        return group

    def _target_group(self) -> aws.lb.TargetGroup:
        args = self._args
        return aws.lb.TargetGroup(
            self._name,
            vpc_id=args.vpc_id,
            port=args.port,
            protocol="HTTP",
            target_type="instance",
            deregistration_delay=60,
            health_check={
                "path": args.health_path,
                "matcher": "200",
                "interval": 10,
                "timeout": 5,
                "healthy_threshold": 2,
                "unhealthy_threshold": 3,
            },
            tags=args.tags,
            opts=self._child,
        )

    def _listen(self) -> None:
        forward = aws.lb.ListenerDefaultActionArgs(type="forward", target_group_arn=self.target_group.arn)
        if self._args.certificate_arn is None:
            self._listener("http", 80, "HTTP", forward)
            return
        to_https = aws.lb.ListenerDefaultActionRedirectArgs(
            port=str(self._args.https_port), protocol="HTTPS", status_code="HTTP_301"
        )
        redirect = aws.lb.ListenerDefaultActionArgs(type="redirect", redirect=to_https)
        self._listener("http", 80, "HTTP", redirect)
        self._listener("https", self._args.https_port, "HTTPS", forward)

    def _listener(self, label: str, port: int, protocol: str, action: aws.lb.ListenerDefaultActionArgs) -> None:
        is_https = protocol == "HTTPS"
        aws.lb.Listener(
            f"{self._name}-{label}",
            load_balancer_arn=self.balancer.arn,
            port=port,
            protocol=protocol,
            ssl_policy=TLS_POLICY if is_https else None,
            certificate_arn=self._args.certificate_arn if is_https else None,
            default_actions=[action],
            tags=self._args.tags,
            opts=self._child,
        )
