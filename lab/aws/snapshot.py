"""What DNS has to know of the embedded AWS at one moment."""

from collections.abc import Iterable, Mapping, Sequence

from moto.route53.models import DelegationSet

from lab.aws import embedded, zones
from lab.aws.load_balancers import LoadBalancer
from lab.aws.record_set import absolute
from lab.dns.world import Host, World, Zone

NAME_SERVER_TTL_SECONDS = 172800  # of the NS records that Route 53 makes


def delegation_set() -> list[str]:
    """The names of the four name servers; moto gives the same ones to every zone."""
    return [absolute(name) for name in DelegationSet("", None, None).name_servers]


def world(
    load_balancers: Iterable[LoadBalancer], name_servers: Mapping[str, Sequence[str]], alias_ttl_seconds: int
) -> World:
    """All zones, the load balancers' names and the name servers' names with their addresses."""
    found: dict[tuple[str, bool], Zone] = {}
    for zone in list(embedded.route53().zones.values()):
        name, private = absolute(zone.name), bool(zone.private_zone)
        found.setdefault((name, private), Zone(name, tuple(zones.record_sets(zone)), private))
    hosts = {
        absolute(name): Host(tuple(addresses), NAME_SERVER_TTL_SECONDS) for name, addresses in name_servers.items()
    }
    for balancer in load_balancers:
        hosts[balancer.dns_name] = Host(balancer.addresses, alias_ttl_seconds)
    return World(tuple(found.values()), hosts)
