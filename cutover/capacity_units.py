"""Load balancer capacity units that are reserved: the one thing of a cluster that may take AWS hours."""

from collections.abc import Mapping
from typing import Any

# Most requests take minutes, some take a few hours:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/request-capacity-unit-reservation.html
PATIENCE_HOURS = 4


def under_way(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """What AWS is about to do when a load balancer of the inputs `old` (none: it is created) gets those of `new`.

    Empty when no units are reserved anew.
    """
    before, after = _units(old), _units(new)
    if before == after or not after:
        return ""
    return (
        f"waiting until AWS has reserved {after} load balancer capacity units ({before} before): mostly minutes, at "
        f"times hours; {PATIENCE_HOURS} h at most. aws elbv2 describe-capacity-reservation shows how far it is"
    )


def _units(inputs: Mapping[str, Any]) -> int:
    return int((inputs.get("minimumLoadBalancerCapacity") or {}).get("capacityUnits") or 0)
