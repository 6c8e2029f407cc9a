"""The shape of a cluster: all that makes the colours identical and full-size, and nothing that may differ."""

import json

from components.shared_settings import SharedSettings


def shape(shared: SharedSettings) -> dict[str, str]:
    """Config key to value, both as texts, for the stack to export and for readiness to compare.

    Not in it: release, colour and address range, which differ; and what a running cluster does not show, like
    keepAddresses, timeouts and the settings of readiness itself.
    """
    return {
        "capacity": str(shared.capacity),
        "instanceType": shared.instance_type,
        "availabilityZones": str(shared.availability_zones),
        "names": ", ".join(shared.names),
        "zone": shared.zone,
        "image": shared.image,
        "machineImage": shared.machine_image,
        "port": str(shared.port),
        "healthPath": shared.health_path,
        "https": json.dumps(shared.https),
        "httpsPort": str(shared.https_port),
        "certificateArn": shared.certificate_arn or "its own",
        "natGateways": str(shared.nat_gateways),
        "loadBalancerCapacityUnits": str(shared.load_balancer_capacity_units),
        **{f"offsite {name}": entry.value for name, entry in shared.offsite.items()},
    }
