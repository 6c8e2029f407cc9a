"""What the live stack knows of an awake cluster: the output `cluster` of a colour's stack."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ClusterFacts:
    """An awake cluster as its stack exports it; `capacity` counts instances, the last four name its AWS resources."""

    colour: str
    release: str
    region: str
    capacity: int
    group: str
    target_group_arn: str
    dns_name: str
    zone_id: str

    @staticmethod
    def of(output: Mapping[str, Any]) -> "ClusterFacts":
        """Read the exported output; numbers come from Pulumi as floats."""
        return ClusterFacts(**{**output, "capacity": int(output["capacity"])})
