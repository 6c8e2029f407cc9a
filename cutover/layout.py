"""The network of a colour that is awake: load balancer and instances are in it, so it cannot move under them."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network

from cutover.availability_zones import SUBNET
from cutover.owned import Owned
from cutover.refusal import Refusal

_VPC = "aws:ec2/vpc:Vpc"


def refuse_moved(colour: str, cidr: str, owned: Sequence[Owned]) -> None:
    """Raise Refusal when the colour lies, by its own state (`owned`), in another network than `cidr`.

    A VPC's range cannot change, so another VPC would be made, into which AWS moves no load balancer; and a subnet
    cannot be deleted while anything is in it. A state without a network, as of a colour that is asleep, has nothing to
    move.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSubnets.html
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSubnet.html
    """
    wanted = IPv4Network(cidr)
    ranges = [str(one.outputs["cidrBlock"]) for one in owned if one.type == _VPC and one.outputs.get("cidrBlock")]
    subnets = [str(one.outputs["cidrBlock"]) for one in owned if one.type == SUBNET and one.outputs.get("cidrBlock")]
    elsewhere = [text for text in ranges if text != cidr]
    elsewhere += [text for text in subnets if not IPv4Network(text).subnet_of(wanted)]
    if elsewhere:
        raise Refusal(
            f"the network of {colour} cannot move while {colour} is awake",
            seen=f"cidrs: {colour} is to lie in {cidr}, and lies in {', '.join(dict.fromkeys(elsewhere))}",
            allowed=f"the range that {colour} has, or another one while it is asleep",
            next_step=_asleep_first("cidrs", colour),
        )


def refuse_fewer_zones(colour: str, count: int, pinned: Mapping[int, str]) -> None:
    """Raise Refusal when the colour has more pairs of subnets, by their numbers in `pinned`, than the `count` to be."""
    if max(pinned, default=0) > count:
        lies_in = ", ".join(pinned[number] for number in sorted(pinned))
        raise Refusal(
            f"{colour} cannot leave a zone while {colour} is awake",
            seen=f"availabilityZones: {count}, and {colour} lies in {lies_in}",
            allowed=f"{max(pinned)} or more, or fewer while it is asleep",
            next_step=_asleep_first("availabilityZones", colour),
        )


def _asleep_first(key: str, colour: str) -> str:
    return (
        f"put `{key}` back in Pulumi.yaml; or, while {colour} is idle: pulumi config set awake false -s {colour} && "
        f"pulumi up -s {colour}, then pulumi config rm awake -s {colour} && pulumi up -s {colour}"
    )
