"""Parts of a network that something still uses: EC2 does not take them away.

moto 5.2.5 does: a subnet under its instances, the gateway of a VPC with public addresses, a security group in use.
"""

from collections.abc import Callable, Iterator
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup
from moto.ec2.models import EC2Backend
from moto.ec2.models.instances import Instance
from moto.elbv2.models import FakeLoadBalancer

from lab.aws import embedded
from lab.aws.answer import Answer, error
from lab.aws.request import ApiRequest

_VIOLATION = "DependencyViolation"


def keep_used_subnet(request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
    """DeleteSubnet. https://docs.aws.amazon.com/vpc/latest/userguide/subnet-deleting.html"""
    subnet = request.form.get("SubnetId", "")
    if any(subnet in subnets for _, subnets in _placed(request.region)):
        return error(request, _VIOLATION, f"The subnet '{subnet}' has dependencies and cannot be deleted.")
    return pass_on()


def keep_gateway_of_addresses(request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
    """DetachInternetGateway. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachInternetGateway.html"""
    vpc = request.form.get("VpcId", "")
    if any(
        _has_public_address(one) and vpc in _vpcs(request.region, subnets) for one, subnets in _placed(request.region)
    ):
        text = (
            f"Network {vpc} has some mapped public address(es). Please unmap those public address(es) before detaching"
        )
        return error(request, _VIOLATION, f"{text} the gateway.")
    return pass_on()


def keep_used_security_group(request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
    """DeleteSecurityGroup. https://docs.aws.amazon.com/vpc/latest/userguide/deleting-security-groups.html"""
    group = request.form.get("GroupId", "")
    if group and group in {*_groups_in_use(request.region), *_groups_in_rules(embedded.ec2(request.region), group)}:
        return error(request, _VIOLATION, f"resource {group} has a dependent object")
    return pass_on()


def keep_used_vpc(request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
    """DeleteVpc: also with a gateway, or a security group of one's own, in it.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html
    """
    vpc, backend = request.form.get("VpcId", ""), embedded.ec2(request.region)
    attached = any(one.vpc is not None and one.vpc.id == vpc for one in backend.internet_gateways.values())
    if attached or any(not one.is_default and one.name != "default" for one in backend.groups.get(vpc, {}).values()):
        return error(request, _VIOLATION, f"The vpc '{vpc}' has dependencies and cannot be deleted.")
    return pass_on()


def _placed(region: str) -> Iterator[tuple[object, set[str]]]:
    """Instances, NAT gateways and load balancers that are there, with the ids of their subnets."""
    for instance in _instances(region):
        yield instance, {nic.subnet.id for nic in instance.nics.values()}
    for gateway in embedded.ec2(region).nat_gateways.values():
        if gateway.state != "deleted":
            yield gateway, {gateway.subnet_id}
    for balancer in embedded.elbv2(region).load_balancers.values():
        yield balancer, {subnet.id for subnet in balancer.subnets}


def _instances(region: str) -> list[Instance]:
    return [one for one in embedded.instances(region).values() if one.state not in ("terminated", "shutting-down")]


def _has_public_address(one: object) -> bool:
    if isinstance(one, Instance):
        return any(nic.public_ip for nic in one.nics.values())
    return one.scheme != "internal" if isinstance(one, FakeLoadBalancer) else True


def _vpcs(region: str, subnets: set[str]) -> set[str]:
    by_zone = embedded.ec2(region).subnets.values()
    return {subnet.vpc_id for known in by_zone for subnet in known.values() if subnet.id in subnets}


def _groups_in_use(region: str) -> set[str]:
    used = {group for one in _instances(region) for group in _groups_of(one)}
    balancers = embedded.elbv2(region).load_balancers.values()
    return used | {group for balancer in balancers for group in balancer.security_groups or ()}


def _groups_of(instance: Instance) -> set[str]:
    """Those of its network interfaces; moto 5.2.5 does not give it what its launch template says of them."""
    found = {group.id for nic in instance.nics.values() for group in nic.group_set}
    scaling: FakeAutoScalingGroup | None = getattr(instance, "autoscaling_group", None)
    if scaling is None or scaling.ec2_launch_template is None:
        return found
    version: Any = scaling.ec2_launch_template.get_version(scaling.launch_template_version)
    interfaces = version.data.get("NetworkInterfaces", [])
    return found.union(version.data.get("SecurityGroupIds", []), *(one.get("Groups", []) for one in interfaces))


def _groups_in_rules(backend: EC2Backend, wanted: str) -> set[str]:
    """`wanted`, if a rule of another group speaks of it."""
    return {
        named["GroupId"]
        for groups in backend.groups.values()
        for group in groups.values()
        if group.id != wanted
        for rule in (*group.ingress_rules, *group.egress_rules)
        for named in [rule.source_group or {}]
        if named.get("GroupId") == wanted
    }
