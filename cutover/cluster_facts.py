"""What the live stack knows of an awake cluster: the output `cluster` of a colour's stack."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any


@dataclass(frozen=True)
class ClusterFacts:
    """An awake cluster as its stack exports it.

    `capacity` counts instances, `shape` is what the cluster was built with (see components.shape), `certificate_arn` is
    None without HTTPS, and the others name its AWS resources.
    """

    colour: str
    release: str
    region: str
    capacity: int
    group: str
    target_group_arn: str
    dns_name: str
    zone_id: str
    shape: Mapping[str, str]
    certificate_arn: str | None = None


def awake(outputs: Mapping[str, Mapping[str, Any] | None]) -> dict[str, ClusterFacts]:
    """The awake clusters by colour, of each colour's output `cluster`.

    It is None while a colour is asleep, and incomplete when its stack was destroyed or never came up.
    """
    required = {field.name for field in fields(ClusterFacts) if field.default is MISSING}
    return {
        colour: ClusterFacts(**{**output, "capacity": int(output["capacity"])})
        for colour, output in outputs.items()
        if output and required <= set(output)
    }
