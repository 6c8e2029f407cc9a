"""The way in: an internet-facing load balancer, its listeners, and the target group of the instances behind it."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

# What AWS recommends today; TLS 1.2 and 1.3 only.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
EVERYWHERE = "0.0.0.0/0"


class LoadBalancer(pulumi.ComponentResource):
    """An Application Load Balancer in front of instances that serve HTTP on `port`.

    With a `certificate_arn` it serves HTTPS on `https_port`, to which port 80 redirects; without one, HTTP on port 80.
    """

    def __init__(
        self,
        name: str,
        vpc_id: pulumi.Input[str],
        subnet_ids: Sequence[pulumi.Input[str]],
        port: int,
        health_path: str,
        certificate_arn: pulumi.Input[str] | None,
        capacity_units: int,
        tags: dict[str, str],
        opts: pulumi.ResourceOptions | None = None,
        https_port: int = 443,
    ) -> None:
        super().__init__("tag-team:index:LoadBalancer", name, None, opts)
        self._name, self._tags, self._child = name, tags, pulumi.ResourceOptions(parent=self)
        self._https_port = https_port
        self.security_group = aws.ec2.SecurityGroup(
            f"{name}-lb",
            vpc_id=vpc_id,
            description="Load balancer: HTTP and HTTPS from everywhere",
            tags=tags | {"Name": f"{name}-lb"},
            opts=self._child,
        )
        for open_port in (80, https_port) if certificate_arn else (80,):
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-lb-{open_port}",
                security_group_id=self.security_group.id,
                cidr_ipv4=EVERYWHERE,
                ip_protocol="tcp",
                from_port=open_port,
                to_port=open_port,
                tags=tags,
                opts=self._child,
            )
        self.balancer = aws.lb.LoadBalancer(
            name,
            load_balancer_type="application",
            subnets=list(subnet_ids),
            security_groups=[self.security_group.id],
            drop_invalid_header_fields=True,
            minimum_load_balancer_capacity={"capacity_units": capacity_units} if capacity_units else None,
            tags=tags,
            opts=self._child,
        )
        self.target_group = aws.lb.TargetGroup(
            name,
            vpc_id=vpc_id,
            port=port,
            protocol="HTTP",
            target_type="instance",
            deregistration_delay=60,
            health_check={
                "path": health_path,
                "matcher": "200",
                "interval": 10,
                "timeout": 5,
                "healthy_threshold": 2,
                "unhealthy_threshold": 3,
            },
            tags=tags,
            opts=self._child,
        )
        self._listen(certificate_arn)
        self.register_outputs({})

    def _listen(self, certificate_arn: pulumi.Input[str] | None) -> None:
        forward = aws.lb.ListenerDefaultActionArgs(type="forward", target_group_arn=self.target_group.arn)
        if certificate_arn is None:
            self._listener("http", 80, "HTTP", forward)
            return
        to_https = aws.lb.ListenerDefaultActionRedirectArgs(
            port=str(self._https_port), protocol="HTTPS", status_code="HTTP_301"
        )
        redirect = aws.lb.ListenerDefaultActionArgs(type="redirect", redirect=to_https)
        self._listener("http", 80, "HTTP", redirect)
        self._listener("https", self._https_port, "HTTPS", forward, certificate_arn)

    def _listener(
        self,
        label: str,
        port: int,
        protocol: str,
        action: aws.lb.ListenerDefaultActionArgs,
        certificate_arn: pulumi.Input[str] | None = None,
    ) -> None:
        aws.lb.Listener(
            f"{self._name}-{label}",
            load_balancer_arn=self.balancer.arn,
            port=port,
            protocol=protocol,
            ssl_policy=TLS_POLICY if certificate_arn else None,
            certificate_arn=certificate_arn,
            default_actions=[action],
            tags=self._tags,
            opts=self._child,
        )
