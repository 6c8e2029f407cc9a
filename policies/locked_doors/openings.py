"""What security groups let in, whichever of the ways to say it is used."""

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pulumi_policy.proxy import UnknownValueError

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

    ranges: CIDR blocks. groups: how many security groups, and of those the ids that are known. others: prefix lists,
    and the group itself.
    """

    ports: range
    ranges: tuple[str, ...]
    groups: int = 0
    group_ids: tuple[str, ...] = ()
    others: int = 0

    @property
    def world(self) -> tuple[str, ...]:
        """Those of its ranges that are as good as everybody."""
        return tuple(cidr for cidr in self.ranges if _is_world(cidr))

    def __str__(self) -> str:
        if self.ports == _ALL_PORTS:
            return "all ports"
        return f"port {self.ports.start}" + ("" if len(self.ports) == 1 else f" to {self.ports.stop - 1}")


def openings(resource: Resource) -> Iterator[Opening]:
    """What a resource lets into a security group; nothing for other resources."""
    props = resource.props
    if resource.type == RULE:
        ranges = tuple(props[key] for key in ("cidrIpv4", "cidrIpv6") if props.get(key))
        yield _opening(props, "ipProtocol", ranges, "referencedSecurityGroupId", ("prefixListId",))
    elif resource.type == OLD_RULE and props.get("type") == "ingress":
        yield _opening(props, "protocol", _ranges(props), "sourceSecurityGroupId", ("prefixListIds", "self"))
    elif resource.type in GROUPS:
        for rule in blocks(props, "ingress"):
            yield _opening(rule, "protocol", _ranges(rule), "securityGroups", ("prefixListIds", "self"))


def _opening(values: Values, protocol: str, ranges: tuple[str, ...], group: str, others: tuple[str, ...]) -> Opening:
    groups = _groups(values, group)
    known = tuple(each for each in groups if each is not None)
    return Opening(_ports(values, protocol), ranges, len(groups), known, sum(_given(values, key) for key in others))


def _groups(values: Values, key: str) -> list[str | None]:
    """The groups under `key`, None for those that are not known yet."""
    if not is_known(values, key):
        return [None]
    found = values.get(key) or ()
    if isinstance(found, str):
        return [found]
    return [found[number] if _is_known_at(found, number) else None for number in range(len(found))]


def _is_known_at(values: Sequence[str], number: int) -> bool:
    try:
        return bool(values[number])
    except UnknownValueError:
        return False


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
