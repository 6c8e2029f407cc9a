"""The zones that an alias can name besides its own, as the embedded AWS has them."""

from lab.aws import embedded
from lab.aws.alias_targets import TargetZone
from lab.aws.record_set import absolute
from lab.dns.world import LOAD_BALANCER_DOMAIN


def target_zones() -> dict[str, TargetZone]:
    """By id: every hosted zone of the account, and those of the load balancers, with all their names."""
    found = {zone.resource_id: TargetZone(absolute(zone.name)) for zone in list(embedded.route53().zones.values())}
    balancers: dict[str, set[str]] = {}
    for backend in embedded.elbv2_in_use():
        for balancer in list(backend.load_balancers.values()):
            balancers.setdefault(balancer.canonical_hosted_zone_id, set()).add(absolute(balancer.dns_name))
    return found | {zone_id: TargetZone(LOAD_BALANCER_DOMAIN, frozenset(names)) for zone_id, names in balancers.items()}
