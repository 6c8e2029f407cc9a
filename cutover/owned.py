"""What a stack owns by its own state: the evidence of what it was made with, where, and in which zone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

RECORD = "aws:route53/record:Record"
PARAMETER = "aws:ssm/parameter:Parameter"
STASH = "pulumi:index:Stash"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"
ADDRESS = "aws:ec2/eip:Eip"
ROLE = "aws:iam/role:Role"
GROUP = "aws:autoscaling/group:Group"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"


@dataclass(frozen=True)
class Owned:
    """One resource in a stack's state: its name, its Pulumi type, and its outputs as the last update left them."""

    name: str
    type: str
    outputs: Mapping[str, Any]


def outputs_of(owned: Iterable[Owned], type_: str, name: str) -> Mapping[str, Any]:
    """The outputs of the resource of this type and name; none when the state has no such resource."""
    return next((one.outputs for one in owned if (one.type, one.name) == (type_, name)), {})


def names_in(owned: Iterable[Owned]) -> Sequence[str]:
    """The live names as the live stack's state has them; none before its first update."""
    names: Sequence[str] = outputs_of(owned, STASH, "names").get("input", ())
    return names
