"""The floor of a preview: the three resources of a tag-in and nothing else. Its config is what bench/preview sets."""

import json

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
active, name, zone_id = config.require("active"), config.require("name"), config.require("zoneId")
targets = config.require_object("targets")

records = [
    aws.route53.Record(
        f"{name}-{colour}",
        zone_id=zone_id,
        name=name,
        type="A",
        aliases=[{"name": dns_name, "zone_id": alias_zone_id, "evaluate_target_health": False}],
        set_identifier=colour,
        weighted_routing_policies=[{"weight": 100 if colour == active else 0}],
    )
    for colour, (dns_name, alias_zone_id) in targets.items()
]
aws.ssm.Parameter(
    "in-charge",
    name=f"/{name}/in-charge",
    type="String",
    insecure_value=json.dumps({"colour": active}),
    opts=pulumi.ResourceOptions(depends_on=records),
)
