"""Which stack is this? Read its settings, register its hooks, declare it, export what others need."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws

from components import settings, stack_config
from components.cluster import Cluster, tags_of
from components.colour_hooks import ColourHooks
from components.live_hooks import LiveHooks
from components.live_record import LiveRecord
from components.network import NatAddresses
from components.settings import ColourSettings, LiveSettings
from cutover.aws import Aws, session
from cutover.cluster_facts import ClusterFacts


def declare_colour(wanted: ColourSettings, reader: Aws) -> None:
    """One cluster, or what is left of it while it is asleep."""
    shared = wanted.shared
    zone_id = aws.route53.get_zone(name=shared.zone).zone_id
    hooks = ColourHooks(wanted, zone_id, reader)
    guarded = pulumi.ResourceOptions(transforms=[hooks.guard])
    pulumi.export("awake", wanted.awake)
    if wanted.awake or shared.keep_addresses:
        nat = NatAddresses(wanted.colour, shared.nat_gateways, tags_of(wanted), guarded)
        pulumi.export("addresses", nat.addresses)
    if wanted.awake:
        pulumi.export("cluster", Cluster(wanted, zone_id, nat, hooks.full_capacity, guarded).facts)
        pulumi.export("url", f"{'https' if shared.https else 'http'}://{shared.own_name(wanted.colour)}")


def declare_live(wanted: LiveSettings, reader: Aws) -> None:
    """The live record over the colours that are awake."""
    zone_id = aws.route53.get_zone(name=wanted.shared.zone).zone_id
    hooks = LiveHooks(wanted, zone_id, reader)

    def declare(outputs: Mapping[str, Any]) -> pulumi.Output[str]:
        hooks.clusters = {colour: ClusterFacts.of(facts) for colour, facts in outputs.items() if facts}
        return LiveRecord(wanted, zone_id, hooks.clusters, hooks).in_charge.insecure_value

    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}"
    clusters = {c: pulumi.StackReference(f"{stack}/{c}").get_output("cluster") for c in wanted.shared.colours}
    pulumi.export("active", wanted.active)
    pulumi.export("in_charge", pulumi.Output.all(**clusters).apply(declare))


project_values = stack_config.of_project(Path(pulumi.get_root_directory()))
found = settings.load(pulumi.get_stack(), stack_config.of_namespace(pulumi.get_project()), project_values)
aws_reader = Aws(session(stack_config.of_namespace("aws")))
if isinstance(found, LiveSettings):
    declare_live(found, aws_reader)
else:
    declare_colour(found, aws_reader)
