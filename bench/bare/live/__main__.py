"""The floor of a tag-in: its resources and nothing else. The config is what bench/bare.py sets."""

import json

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
active, zone_id = config.require("active"), config.require("zoneId")
names, targets = config.require_object("names"), config.require_object("targets")

records = [
    aws.route53.Record(
        f"{names[0]}-{colour}",
        zone_id=zone_id,
        name=names[0],
        type="A",
        aliases=[{"name": dns_name, "zone_id": alias_zone_id, "evaluate_target_health": False}],
        set_identifier=colour,
        weighted_routing_policies=[{"weight": 100 if colour == active else 0}],
    )
    for colour, (dns_name, alias_zone_id) in targets.items()
]
aliases = [
    aws.route53.Record(
        name,
        zone_id=zone_id,
        name=name,
        type="A",
        aliases=[{"name": names[0], "zone_id": zone_id, "evaluate_target_health": False}],
        opts=pulumi.ResourceOptions(depends_on=records),
    )
    for name in names[1:]
]
aws.ssm.Parameter(
    "in-charge",
    name=f"/{names[0]}/in-charge",
    type="String",
    insecure_value=json.dumps({"colour": active}),
    opts=pulumi.ResourceOptions(depends_on=[*records, *aliases]),
)
