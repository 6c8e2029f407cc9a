"""Which stack is this? Read its settings, register its hooks, declare it, export what others need."""

from collections.abc import Mapping
from typing import Any

import pulumi

from components import beginning, door, first_look, live_evidence, share, site
from components.beginning import Beginning
from components.cluster import Cluster, tags_of
from components.colour_hooks import ColourHooks
from components.further_names import whose_turn_it_is
from components.live_hooks import LiveHooks
from components.live_record import LiveRecord
from components.network import NatAddresses
from components.settings import ColourSettings, LiveSettings
from cutover import cluster_facts


def declare_colour(wanted: ColourSettings, run: Beginning) -> None:
    """One cluster, or what is left of it while it is asleep."""
    first_look.refuse_for_colour(wanted, run.zone_id, run.owned, run.aws)
    hooks = ColourHooks(wanted, run.zone_id, run.aws)
    if not wanted.awake:
        hooks.refuse_sleep()
    built_on = site.look_up(wanted, run.zone_id, run.owned) if wanted.awake else None
    pulumi.export("awake", wanted.awake)
    if wanted.awake or wanted.shared.keep_addresses:
        nat = NatAddresses(wanted.colour, wanted.shared.nat_gateways, tags_of(wanted), hooks.guarded)
        pulumi.export("addresses", nat.addresses)
    if built_on:
        cluster = Cluster(wanted, built_on, nat, hooks.full_capacity, hooks.guarded)
        door.declare(wanted, cluster, hooks, tags_of(wanted))
        pulumi.export("cluster", cluster.facts)
        pulumi.export("url", wanted.shared.own_url(wanted.colour))


def declare_live(wanted: LiveSettings, run: Beginning) -> None:
    """The live record over the colours that are awake."""
    before = live_evidence.read(wanted, run.zone_id, run.aws, run.owned, run.today)
    wanted = share.once_in_charge(wanted, before)
    look = first_look.LiveLook(wanted, run.zone_id, run.owned, run.aws, before.history)
    hooks = LiveHooks(wanted, run.zone_id, run.aws, look)

    def declare(outputs: Mapping[str, Any]) -> pulumi.Output[str]:
        clusters = cluster_facts.awake(outputs)
        before.refuse_other_names(wanted)
        now = wanted if look.is_retired else whose_turn_it_is(wanted, clusters, before, run.aws)
        look.refuse(clusters)
        hooks.open_for(now, clusters, before.judge(now, clusters))
        return LiveRecord(now, run.zone_id, clusters, hooks).in_charge.insecure_value

    project = f"{pulumi.get_organization()}/{pulumi.get_project()}"
    outputs = {c: pulumi.StackReference(f"{project}/{c}").get_output("cluster") for c in wanted.shared.colours}
    in_charge: pulumi.Output[str] = pulumi.Output.all(**outputs).apply(declare)
    said = wanted.override and str(wanted.override)
    hooks.record.export(in_charge, {"active": wanted.active, "override": said, "in_charge": in_charge})


run = beginning.read()
if isinstance(run.settings, LiveSettings):
    declare_live(run.settings, run)
else:
    declare_colour(run.settings, run)
