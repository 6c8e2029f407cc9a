"""The address ranges of a cluster: they never overlap, and a zone more moves none that is there."""

from ipaddress import IPv4Network
from itertools import combinations

import pytest

from components.network import subnet_ranges

ZONES = range(2, 7)


@pytest.mark.parametrize("cidr", ["10.10.0.0/16", "10.20.0.0/17", "172.16.4.0/22"])
@pytest.mark.parametrize("zones", ZONES)
def test_every_zone_has_a_public_and_a_private_range_and_none_overlap(cidr: str, zones: int) -> None:
    public, private = subnet_ranges(cidr, zones)
    assert (len(public), len(private)) == (zones, zones)
    networks = [IPv4Network(text) for text in (*public, *private)]
    assert all(network.subnet_of(IPv4Network(cidr)) for network in networks)
    assert not any(one.overlaps(other) for one, other in combinations(networks, 2))


@pytest.mark.parametrize("zones", ZONES[:-1])
def test_adding_a_zone_moves_nothing(zones: int) -> None:
    public, private = subnet_ranges("10.10.0.0/16", zones)
    more_public, more_private = subnet_ranges("10.10.0.0/16", zones + 1)
    assert more_public[:zones] == public
    assert more_private[:zones] == private


def test_the_smallest_network_has_subnets_that_hold_a_load_balancer() -> None:
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html: /27 at least.
    public, _private = subnet_ranges("10.10.0.0/22", 6)
    assert all(IPv4Network(text).prefixlen <= 27 for text in public)
