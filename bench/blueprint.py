"""What others need to know to build the same cluster as one of our colours: read from that colour's own state."""

from collections.abc import Mapping
from typing import Any

Deployment = Mapping[str, Any]


def cluster(deployment: Deployment, colour: str, label: str, zone: str) -> dict[str, Any]:
    """The values of `colour`'s resources, for a cluster called `label` with names of its own in `zone`.

    Raises LookupError when the state has none of them: it is asleep, or not built yet.
    """
    template = _inputs(deployment, "aws:ec2/launchTemplate:LaunchTemplate", colour)
    role = _inputs(deployment, "aws:iam/role:Role", colour)
    group = _inputs(deployment, "aws:autoscaling/group:Group", colour)
    targets = _inputs(deployment, "aws:lb/targetGroup:TargetGroup", colour)
    https = _inputs(deployment, "aws:lb/listener:Listener", f"{colour}-https")
    public, private = _subnets(deployment, f"{colour}-public-"), _subnets(deployment, f"{colour}-private-")
    live_name = f"{label}.{zone}"
    return {
        "label": label,
        "tags": {**_inputs(deployment, "aws:ec2/vpc:Vpc", colour)["tags"], "service": live_name, "Name": label},
        "cidr": _inputs(deployment, "aws:ec2/vpc:Vpc", colour)["cidrBlock"],
        "zones": [subnet["availabilityZone"] for subnet in public],
        "public": [subnet["cidrBlock"] for subnet in public],
        "private": [subnet["cidrBlock"] for subnet in private],
        "nat_gateways": len(_all(deployment, "aws:ec2/natGateway:NatGateway")),
        "names": [live_name, f"{colour}.{live_name}"],
        "own_name": f"{colour}.{live_name}",
        "zone_id": _inputs(deployment, "aws:route53/record:Record", colour)["zoneId"],
        "port": int(targets["port"]),
        "health_path": targets["healthCheck"]["path"],
        "https_port": int(https["port"]),
        "tls_policy": https["sslPolicy"],
        "keep_alive": int(_inputs(deployment, "aws:lb/loadBalancer:LoadBalancer", colour)["clientKeepAlive"]),
        "role_path": role["path"],
        "assume_role_policy": role["assumeRolePolicy"],
        "role_policy": _inputs(deployment, "aws:iam/rolePolicy:RolePolicy", colour)["policy"],
        "image": template["imageId"],
        "instance_type": template["instanceType"],
        "user_data": template["userData"],
        "capacity": int(group["desiredCapacity"]),
        "grace_seconds": int(group["healthCheckGracePeriod"]),
        "door": f"/{live_name}/{colour}/door",
        "load_test": f"/{live_name}/{colour}/load-test",
    }


def _all(deployment: Deployment, kind: str) -> list[Mapping[str, Any]]:
    return [one for one in deployment.get("resources", ()) if one["type"] == kind]


def _inputs(deployment: Deployment, kind: str, name: str) -> Mapping[str, Any]:
    for one in _all(deployment, kind):
        if one["urn"].rpartition("::")[2] == name:
            inputs: Mapping[str, Any] = one["inputs"]
            return inputs
    raise LookupError(f"the state has no {kind} called {name}")


def _subnets(deployment: Deployment, prefix: str) -> list[Mapping[str, Any]]:
    """In the order of their numbers."""
    found = {one["urn"].rpartition("::")[2]: one["inputs"] for one in _all(deployment, "aws:ec2/subnet:Subnet")}
    numbered = {int(name.removeprefix(prefix)): inputs for name, inputs in found.items() if name.startswith(prefix)}
    return [numbered[number] for number in sorted(numbered)]
