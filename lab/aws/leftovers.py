"""What is left in the embedded AWS that somebody made: for tests that destroy everything."""

from collections.abc import Mapping

from moto.autoscaling.models import autoscaling_backends
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends

from lab.aws import embedded, zones


def leftovers() -> Mapping[str, list[str]]:
    """Kind -> identifiers, without what every account has by itself (default networks, NS and SOA) and zones."""
    found: dict[str, list[str]] = {
        "load_balancers": [arn for backend in embedded.elbv2_in_use() for arn in backend.load_balancers],
        "target_groups": [arn for backend in embedded.elbv2_in_use() for arn in backend.target_groups],
        "auto_scaling_groups": [
            name for backend in autoscaling_backends[DEFAULT_ACCOUNT_ID].values() for name in backend.autoscaling_groups
        ],
        "vpcs": [],
        "instances": [],
        "record_sets": [
            f"{item.name} {item.type} {item.set_identifier or ''}".rstrip()
            for zone in embedded.route53().zones.values()
            for item in zones.record_sets(zone)
            if item.type not in ("NS", "SOA")
        ],
    }
    for backend in ec2_backends[DEFAULT_ACCOUNT_ID].values():
        found["vpcs"] += [vpc.id for vpc in backend.vpcs.values() if not vpc.is_default]
        found["instances"] += [item.id for item in backend.all_instances() if item.state != "terminated"]
    return {kind: identifiers for kind, identifiers in found.items() if identifiers}
