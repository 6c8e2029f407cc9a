"""The zones above: who is said to serve the hosted zones."""

from collections.abc import Mapping, Sequence

from lab.aws.record_set import RecordSet
from lab.dns.world import Host, World, Zone

# No zone of anybody can be here: https://www.rfc-editor.org/rfc/rfc6761#section-6.4
PARENTS = ("ns-1.registry.invalid.", "ns-2.registry.invalid.")
TTL_SECONDS = 172800  # as in the zones of many top-level domains


def parent_zones(world: World, parents: Mapping[str, Sequence[str]], delegation: Sequence[str]) -> World:
    """The parent zone of every public zone, and the names of its servers, `parents`, with their addresses.

    delegation: the name servers that the parents name; none: those of the hosted zone's own NS records.
    """
    hosts = dict(world.hosts or {})
    hosts |= {name: Host(tuple(addresses), TTL_SECONDS) for name, addresses in parents.items()}
    names = {zone.name for zone in world.public.zones}
    below: dict[str, list[RecordSet]] = {}
    for zone in world.public.zones:
        above = zone.name.partition(".")[2] or "."
        if above not in names:
            servers = tuple(delegation) or name_servers_of(zone)
            below.setdefault(above, []).append(RecordSet(zone.name, "NS", TTL_SECONDS, servers))
    return World(tuple(_zone(name, records, tuple(parents)) for name, records in below.items()), hosts)


def name_servers_of(zone: Zone) -> tuple[str, ...]:
    """The NS records at the top of the zone itself."""
    return next((item.values for item in zone.record_sets if (item.type, item.name) == ("NS", zone.name)), ())


def name_servers_of_all(world: World) -> tuple[str, ...]:
    """Those of all public zones, each once."""
    return tuple(dict.fromkeys(name for zone in world.public.zones for name in name_servers_of(zone)))


def _zone(name: str, delegations: Sequence[RecordSet], servers: tuple[str, ...]) -> Zone:
    soa = f"{servers[0]} hostmaster.registry.invalid. 1 7200 900 1209600 60"
    own = (RecordSet(name, "SOA", 900, (soa,)), RecordSet(name, "NS", TTL_SECONDS, servers))
    return Zone(name, (*own, *delegations))
