"""Resources that stand beside those of the program in a preview, to be looked at by the policy pack.

Each is called by the rule that it is for: RULE-fails is against that rule and no other, RULE-unknown is made of what a
preview does not know yet. Copied into the working copy of the project, whose program calls it.
"""

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from components.cluster import tags_of
from components.settings import ColourSettings, LiveSettings

NETWORK, TARGETS = (
    "vpc-0123456789abcdef0",
    "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/t/0123456789abcdef",
)


class _NewThing(pulumi.ComponentResource):
    """A resource of a type that pulumi-aws may have one day."""

    def __init__(self, name: str) -> None:
        super().__init__("aws:brandnew/thing:Thing", name)


def of_colour(settings: ColourSettings) -> None:
    """Beside a cluster."""
    tags = tags_of(settings)
    later = aws.ec2.Eip("later", domain="vpc", tags=tags).public_ip
    capacity = settings.shared.capacity
    aws.rds.Instance(
        "offsite-data-fails", engine="postgres", instance_class="db.t4g.small", allocated_storage=20, tags=tags
    )
    _template("offsite-data-unknown", tags, deleted=later)
    _NewThing("unreviewed-type-fails")
    _group("full-capacity-fails", tags, capacity, smallest=1)
    _group("full-capacity-unknown", tags, capacity, smallest=later.apply(lambda _: capacity))
    for name, zone, first in (("fails", "eu-central-1a", 0), ("unknown", later, 2)):
        subnets = [_subnet(f"{name}-{number}", zone, number, tags) for number in (first, first + 1)]
        _group(f"full-capacity-zones-{name}", tags, capacity, subnets=subnets)
    _template("locked-doors-fails", tags, tokens="optional")
    _template("locked-doors-unknown", tags, tokens=later)
    _template("same-shape-unknown", tags, instance_type=later)
    inside = aws.ec2.SecurityGroup("inside", vpc_id=NETWORK, description="Of instances", tags=tags)
    _template("instances", tags, groups=[inside.id])
    for name, source in (("fails", "10.0.0.0/8"), ("unknown", later)):
        aws.vpc.SecurityGroupIngressRule(
            f"locked-doors-ways-in-{name}",
            security_group_id=inside.id,
            cidr_ipv4=source,
            ip_protocol="tcp",
            from_port=8080,
            to_port=8080,
            tags=tags,
        )
    aws.ssm.Parameter(
        "locked-doors-parameters-fails", type="String", insecure_value="postgres://a:hunter2@db", tags=tags
    )
    aws.ssm.Parameter("same-shape-fails", type="String", insecure_value=f"only for {settings.colour}", tags=tags)
    aws.ec2.Eip("tagged-fails", domain="vpc")
    aws.ec2.Eip("tagged-unknown", domain="vpc", tags=later.apply(lambda _: tags))


def of_live(settings: LiveSettings, zone_id: str) -> None:
    """Beside the live record."""
    later = aws.ec2.Eip("later", domain="vpc").public_ip
    name, active, idle = settings.shared.names[0], settings.active, settings.idle
    aws.route53.Record("one-in-charge-fails", zone_id=zone_id, name=name, type="AAAA", ttl=60, records=["2001:db8::1"])
    for host, colour, weight, ttl in (
        ("fast-rollback-fails", active, 100, 300),
        ("fast-rollback-passes", idle, 0, 60),
        ("fast-rollback-unknown", active, 100, later.apply(lambda _: 60)),
        ("one-in-charge-unknown", idle, later.apply(lambda _: 0), 60),
    ):
        aws.route53.Record(
            host,
            zone_id=zone_id,
            name=f"{host.rpartition('-')[2]}.{settings.shared.zone}",
            type="A",
            ttl=ttl,
            records=["192.0.2.1"],
            set_identifier=colour,
            weighted_routing_policies=[{"weight": weight}],
        )


def _template(
    name: str,
    tags: dict[str, str],
    tokens: pulumi.Input[str] = "required",
    deleted: pulumi.Input[str] = "true",
    instance_type: pulumi.Input[str] = "m7i.large",
    groups: Sequence[pulumi.Input[str]] = (),
) -> None:
    aws.ec2.LaunchTemplate(
        name,
        image_id="ami-0123456789abcdef0",
        instance_type=instance_type,
        metadata_options={"http_tokens": tokens, "http_put_response_hop_limit": 1},
        block_device_mappings=[
            {"device_name": "/dev/xvda", "ebs": {"encrypted": "true", "delete_on_termination": deleted}}
        ],
        network_interfaces=[{"associate_public_ip_address": "false", "security_groups": list(groups)}],
        tag_specifications=[{"resource_type": kind, "tags": tags} for kind in ("instance", "volume")],
        tags=tags,
    )


def _subnet(name: str, zone: pulumi.Input[str], number: int, tags: dict[str, str]) -> pulumi.Output[str]:
    cidr = f"10.99.{number}.0/24"
    return aws.ec2.Subnet(name, vpc_id=NETWORK, availability_zone=zone, cidr_block=cidr, tags=tags).id


def _group(
    name: str,
    tags: dict[str, str],
    capacity: int,
    smallest: pulumi.Input[int] | None = None,
    subnets: Sequence[Any] = ("subnet-1", "subnet-2"),
) -> None:
    aws.autoscaling.Group(
        name,
        min_size=capacity if smallest is None else smallest,
        max_size=capacity,
        desired_capacity=capacity,
        vpc_zone_identifiers=list(subnets),
        health_check_type="ELB",
        target_group_arns=[TARGETS],
        launch_template={"id": "lt-0123456789abcdef0", "version": "1"},
        tags=[{"key": key, "value": value, "propagate_at_launch": True} for key, value in tags.items()],
    )
