"""What security groups let in, whichever of the ways to say it is used."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from ..finding import Finding
from ..resource import Resource, Values, blocks, is_known
from ..rule import Parameters

RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
OLD_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
GROUPS = ("aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
_LOGIN_PORTS = {22: "SSH", 3389: "RDP"}
_ALL_PORTS = range(65536)
# Nobody owns as much; two halves of the internet are the internet.
_SHORTEST_PREFIX = {4: 8, 6: 16}


@dataclass(frozen=True)
class Opening:
    """One rule that lets traffic in.

    ranges: CIDR blocks. others: how many sources there are of another kind (groups, prefix lists, the group itself).
    """

    ports: range
    ranges: tuple[str, ...]
    others: int

    @property
    def world(self) -> tuple[str, ...]:
        """Those of its ranges that are as good as everybody."""
        return tuple(cidr for cidr in self.ranges if _is_world(cidr))

    def __str__(self) -> str:
        return (
            "all ports"
            if self.ports == _ALL_PORTS
            else f"port {self.ports.start}" + ("" if len(self.ports) == 1 else f" to {self.ports.stop - 1}")
        )


def openings(resource: Resource) -> Iterator[Opening]:
    """What a resource lets into a security group; nothing for other resources."""
    props = resource.props
    if resource.type == RULE:
        ranges = tuple(props[key] for key in ("cidrIpv4", "cidrIpv6") if props.get(key))
        others = sum(_given(props, key) for key in ("referencedSecurityGroupId", "prefixListId"))
        yield Opening(_ports(props, "ipProtocol"), ranges, others)
    elif resource.type == OLD_RULE and props.get("type") == "ingress":
        others = sum(_given(props, key) for key in ("sourceSecurityGroupId", "prefixListIds", "self"))
        yield Opening(_ports(props, "protocol"), _ranges(props), others)
    elif resource.type in GROUPS:
        for rule in blocks(props, "ingress"):
            others = sum(_given(rule, key) for key in ("securityGroups", "prefixListIds", "self"))
            yield Opening(_ports(rule, "protocol"), _ranges(rule), others)


def _ranges(values: Values) -> tuple[str, ...]:
    return (*(values.get("cidrBlocks") or ()), *(values.get("ipv6CidrBlocks") or ()))


def _given(values: Values, key: str) -> bool:
    """Whether a source is there, known or not."""
    return not is_known(values, key) or bool(values.get(key))


def _ports(values: Values, protocol: str) -> range:
    if str(values.get(protocol)) in ("-1", "all") or values.get("fromPort") is None:
        return _ALL_PORTS
    first, last = int(values["fromPort"]), int(values.get("toPort", values["fromPort"]))
    return _ALL_PORTS if first < 0 else range(first, last + 1)


def _is_world(cidr: str) -> bool:
    network = ipaddress.ip_network(cidr, strict=False)
    private = network.is_private and network.prefixlen > 0
    return network.prefixlen < _SHORTEST_PREFIX[network.version] and not private


def no_login(resource: Resource, _: Parameters) -> Iterator[Finding]:
    """A security group that lets people log in."""
    for opening in openings(resource):
        for port, protocol in _LOGIN_PORTS.items():
            if port in opening.ports:
                yield Finding(
                    f"{resource.name} lets {protocol} in",
                    f"{opening} from {', '.join(opening.ranges) or 'other groups'}",
                    "Instances are never changed by hand, and an open login port is tried within minutes.",
                    "Open the service's port only; a shell is opened with Session Manager, which needs no open port.",
                )


def open_only_for_the_web(resource: Resource, parameters: Parameters) -> Iterator[Finding]:
    """A security group that lets everybody in on other ports than those of the load balancer's listeners."""
    web = {int(port) for port in parameters["openPorts"]}
    for opening in openings(resource):
        if opening.world and not set(opening.ports) <= web:
            yield Finding(
                f"{resource.name} is open to everybody",
                f"{opening} from {', '.join(opening.world)}",
                "Whatever listens there, now or later, is tried by everybody within minutes.",
                f"Let the world in on {', '.join(map(str, sorted(web)))} only, at the load balancer.",
            )
