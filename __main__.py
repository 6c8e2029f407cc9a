"""Which stack is this? Read its settings, register its hooks, declare it, export what others need."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from components import door, first_look, live_evidence, own_state, settings, share, site, stack_config, zone
from components.cluster import Cluster, tags_of
from components.colour_hooks import ColourHooks
from components.live_evidence import LiveEvidence
from components.live_hooks import LiveHooks
from components.live_record import LiveRecord
from components.network import NatAddresses
from components.settings import ColourSettings, LiveSettings
from components.today import Today
from cutover import cluster_facts, doubles
from cutover.aws import session
from cutover.aws_readiness import AwsReadiness
from cutover.owned import Owned


def declare_colour(wanted: ColourSettings, zone_id: str, reader: AwsReadiness, owned: Sequence[Owned]) -> None:
    """One cluster, or what is left of it while it is asleep."""
    first_look.refuse_for_colour(wanted, zone_id, owned, reader)
    hooks = ColourHooks(wanted, zone_id, reader)
    if not wanted.awake:
        hooks.refuse_sleep()
    built_on = site.look_up(wanted, zone_id, owned) if wanted.awake else None
    pulumi.export("awake", wanted.awake)
    if wanted.awake or wanted.shared.keep_addresses:
        nat = NatAddresses(wanted.colour, wanted.shared.nat_gateways, tags_of(wanted), hooks.guarded)
        pulumi.export("addresses", nat.addresses)
    if built_on:
        cluster = Cluster(wanted, built_on, nat, hooks.full_capacity, hooks.guarded)
        door.declare(wanted, cluster, hooks, tags_of(wanted))
        pulumi.export("cluster", cluster.facts)
        pulumi.export("url", wanted.shared.own_url(wanted.colour))


def declare_live(wanted: LiveSettings, zone_id: str, reader: AwsReadiness, before: LiveEvidence) -> None:
    """The live record over the colours that are awake."""
    hooks = LiveHooks(wanted, zone_id, reader, before.owned)

    def declare(outputs: Mapping[str, Any]) -> pulumi.Output[str]:
        clusters = cluster_facts.awake(outputs)
        first_look.refuse_for_live(wanted, zone_id, before.owned, reader, clusters)
        hooks.open_for(clusters, before.judge(wanted, clusters))
        return LiveRecord(wanted, zone_id, clusters, hooks).in_charge.insecure_value

    stacks = {c: f"{pulumi.get_organization()}/{pulumi.get_project()}/{c}" for c in wanted.shared.colours}
    outputs = {c: pulumi.StackReference(name).get_output("cluster") for c, name in stacks.items()}
    in_charge: pulumi.Output[str] = pulumi.Output.all(**outputs).apply(declare)
    override = wanted.override and str(wanted.override)
    hooks.record.export(in_charge, {"active": wanted.active, "override": override, "in_charge": in_charge})


project = stack_config.project_as_written()
found = settings.load(pulumi.get_stack(), stack_config.of_namespace(pulumi.get_project()), project)
provider = stack_config.of_namespace("aws")
aws_reader, owned = AwsReadiness(session(provider)), own_state.read()
doubles.refuse(owned, pulumi.get_stack())
today = Today(aws_reader, provider)
today.require_stack(owned)
zone_id = zone.id_of(found.shared, pulumi.get_stack(), owned, aws_reader)
if isinstance(found, LiveSettings):
    seen = live_evidence.read(found, zone_id, aws_reader, owned, today)
    declare_live(share.once_in_charge(found, seen), zone_id, aws_reader, seen)
else:
    declare_colour(found, zone_id, aws_reader, owned)
