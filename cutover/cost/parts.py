"""What a colour is made of, as far as AWS charges for it by the hour that it is there."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from cutover.cost.price import Rate


class Kind(StrEnum):
    """The kinds that a colour's cost is made of."""

    INSTANCES = "instances"
    VOLUMES = "volumes"
    LOAD_BALANCER = "loadBalancer"
    NAT_GATEWAYS = "natGateways"
    ADDRESSES = "publicAddresses"


@dataclass(frozen=True)
class Parts:
    """How many there are of each; none of anything is a colour that costs nothing.

    `instance_type` is that of the `instances`. `volumes` are of `volume_type`, with `volume_gigabytes` each.
    `capacity_units` are those reserved for all load balancers together. `addresses` are public ones in use,
    `idle_addresses` those that are only kept.
    """

    instance_type: str = ""
    instances: int = 0
    volume_type: str = ""
    volume_gigabytes: int = 0
    volumes: int = 0
    load_balancers: int = 0
    capacity_units: int = 0
    nat_gateways: int = 0
    addresses: int = 0
    idle_addresses: int = 0

    @property
    def quantities(self) -> Mapping[Kind, Mapping[Rate, Decimal]]:
        """For each kind, how many units of each rate; a rate without units is left out."""
        counts = {
            Kind.INSTANCES: {Rate.INSTANCE: self.instances},
            Kind.VOLUMES: {Rate.VOLUME: self.volumes * self.volume_gigabytes},
            Kind.LOAD_BALANCER: {Rate.LOAD_BALANCER: self.load_balancers, Rate.CAPACITY_UNIT: self.capacity_units},
            Kind.NAT_GATEWAYS: {Rate.NAT_GATEWAY: self.nat_gateways},
            Kind.ADDRESSES: {Rate.ADDRESS: self.addresses, Rate.IDLE_ADDRESS: self.idle_addresses},
        }
        return {kind: {rate: Decimal(count) for rate, count in of.items() if count} for kind, of in counts.items()}

    @property
    def rates(self) -> tuple[Rate, ...]:
        """The rates that there are units of: the prices that are needed."""
        return tuple(rate for of in self.quantities.values() for rate in of)
