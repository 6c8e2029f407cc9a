"""The load balancers of the embedded AWS and the addresses they answer at."""

import threading
from dataclasses import dataclass
from ipaddress import IPv4Address

from moto.elbv2.models import ELBv2Backend, FakeLoadBalancer

from lab.aws import embedded, listeners
from lab.aws.forwarding import target_groups
from lab.aws.listeners import Listener
from lab.aws.record_set import absolute
from lab.aws.tags import COLOUR_TAG
from lab.aws.target_health import TargetHealth, TargetHealths


@dataclass(frozen=True)
class LoadBalancer:
    """A load balancer: `dns_name` ends with a dot, one loopback address for each of its zones.

    listeners: those that the lab serves. The seconds are its attributes.
    """

    arn: str
    name: str
    dns_name: str
    colour: str
    addresses: tuple[str, ...]
    listeners: tuple[Listener, ...] = ()
    idle_seconds: float = 60.0
    client_keep_alive_seconds: float = 3600.0


class LoadBalancers:
    """All load balancers, with addresses from `first_address` on.

    An address is never given to a second one: a stale answer stays recognisable.
    """

    def __init__(self, healths: TargetHealths, first_address: IPv4Address) -> None:
        self._healths = healths
        self._first_address = first_address
        self._addresses: dict[str, tuple[str, ...]] = {}
        self._given = 0
        self._lock = threading.Lock()

    def current(self) -> list[LoadBalancer]:
        found = []
        with self._lock:
            for backend in embedded.elbv2_in_use():
                for source in list(backend.load_balancers.values()):
                    found.append(self._plain(backend, source))
        return found

    def healthy_targets(self, arn: str) -> list[TargetHealth]:
        """The healthy targets of all target groups that a listener of this load balancer forwards to."""
        return [target for target in self._all_targets(arn) if target.state == "healthy"]

    def targets_in_use(self, arn: str) -> list[tuple[str, int]]:
        """Id and port of the targets that a load balancer sends to: the healthy ones or, without any, all.

        https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
        """
        targets = [target for target in self._all_targets(arn) if target.state in ("healthy", "initial", "unhealthy")]
        healthy = [target for target in targets if target.state == "healthy"]
        return [(target.instance_id, target.port) for target in healthy or targets]

    def _all_targets(self, arn: str) -> list[TargetHealth]:
        backend = embedded.elbv2(arn.split(":")[3])
        source = backend.load_balancers.get(arn)
        if source is None:
            return []
        return [target for group in target_groups(backend, source) for target in self._healths.of_group(group)]

    def _plain(self, backend: ELBv2Backend, source: FakeLoadBalancer) -> LoadBalancer:
        if source.arn not in self._addresses:
            zones = len({subnet.availability_zone for subnet in source.subnets}) or 1
            self._addresses[source.arn] = tuple(str(self._first_address + self._given + zone) for zone in range(zones))
            self._given += zones
        tags = {tag["Key"]: tag["Value"] for tag in backend.tagging_service.list_tags_for_resource(source.arn)["Tags"]}
        found = [listeners.plain(listener) for listener in list(source.listeners.values())]
        return LoadBalancer(
            source.arn,
            source.name,
            absolute(source.dns_name),
            tags.get(COLOUR_TAG, ""),
            self._addresses[source.arn],
            tuple(listener for listener in found if listener is not None),
            float(source.attrs.get("idle_timeout.timeout_seconds", LoadBalancer.idle_seconds)),
            float(source.attrs.get("client_keep_alive.seconds", LoadBalancer.client_keep_alive_seconds)),
        )
