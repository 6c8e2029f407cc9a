"""A colour's stack: one cluster, or what is left of it while it is asleep."""

import pulumi

from components import cluster, door, first_look, site
from components.beginning import Beginning
from components.cluster import Cluster, ClusterArgs, tags_of
from components.colour_cost import CostLook
from components.colour_hooks import ColourHooks
from components.network import NatAddresses, NatAddressesArgs
from components.settings import ColourSettings


def declare(wanted: ColourSettings, run: Beginning) -> None:
    """Register the stack's hooks, declare it, and export what `live` and people need; raises Refusal before that."""
    first_look.refuse_for_colour(wanted, run.zone_id, run.owned, run.aws)
    hooks = ColourHooks(wanted, run.zone_id, run.owned, run.aws)
    cost = CostLook(wanted, run, hooks.traffic)
    if not wanted.awake:
        hooks.refuse_sleep()
    built_on = site.look_up(wanted, run.zone_id, run.owned, run.aws) if wanted.awake else None
    if built_on:
        cluster.refuse_too_much(wanted, built_on)
    pulumi.export("awake", wanted.awake)
    cost.export()
    if wanted.awake or wanted.shared.keep_addresses:
        addresses = NatAddressesArgs(wanted.shared.nat_gateways, tags_of(wanted))
        nat = NatAddresses(wanted.colour, addresses, hooks.guarded)
        pulumi.export("addresses", nat.addresses)
    if built_on:
        args = ClusterArgs(wanted, built_on, nat, hooks.full_capacity, hooks.reserving)
        built = Cluster(wanted.colour, args, hooks.guarded)
        door.declare(wanted, built, hooks, tags_of(wanted))
        pulumi.export("cluster", built.facts)
        pulumi.export("url", wanted.shared.own_url(wanted.colour))
