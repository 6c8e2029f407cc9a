"""What a stack owns by its own state: the evidence of what it was made with, where, and in which zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RECORD = "aws:route53/record:Record"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"


@dataclass(frozen=True)
class Owned:
    """One resource in a stack's state: its name, its Pulumi type, and its outputs as the last update left them."""

    name: str
    type: str
    outputs: Mapping[str, Any]
