"""Full capacity: each colour can carry all of the traffic, at any moment, for as long as it is awake."""

from collections.abc import Iterator

from .finding import Finding
from .launch_types import CONFIGURATION, INSTANCE, TEMPLATE
from .resource import Resource, Stack, block
from .rule import Parameters, resource_rule, stack_rule

GROUP = "aws:autoscaling/group:Group"
_SIZES = ("minSize", "maxSize", "desiredCapacity")
_FULL = "A colour is tagged in without scaling first: it must be able to carry 100 % of the traffic at that moment."
_EDIT_CAPACITY = "Set it to `capacity` in Pulumi.yaml, which both colours share."
# Without these, what is lost is not replaced, or never gets traffic:
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
_NEEDED_PROCESSES = ("Launch", "HealthCheck", "ReplaceUnhealthy", "AddToLoadBalancer")
_UNCHANGED = -1  # of a schedule: https://www.pulumi.com/registry/packages/aws/api-docs/autoscaling/schedule/


def one_size(resource: Resource, parameters: Parameters) -> Iterator[Finding]:
    """A group whose smallest, largest and wanted size are not all the project's capacity."""
    if resource.type != GROUP:
        return
    sizes = {key: resource.props.get(key) for key in _SIZES}
    wanted = int(parameters["capacity"]) or sizes["maxSize"]
    if any(size != wanted for size in sizes.values()):
        seen = ", ".join(f"{key} {_number(size)}" for key, size in sizes.items())
        yield Finding(
            f"group {resource.name} is not held at its full capacity of {_number(wanted)}", seen, _FULL, _EDIT_CAPACITY
        )


def several_subnets(resource: Resource, parameters: Parameters) -> Iterator[Finding]:
    """A group with fewer subnets than zones."""
    if resource.type != GROUP:
        return
    places = len(resource.props.get("vpcZoneIdentifiers") or resource.props.get("availabilityZones") or ())
    if places < parameters["zones"]:
        yield _too_few_zones(resource, places, parameters)


def several_zones(resource: Resource, stack: Stack, parameters: Parameters) -> Iterator[Finding]:
    """A group whose subnets, as far as they are in this stack, are in too few zones."""
    if resource.type != GROUP:
        return
    behind = resource.behind("vpcZoneIdentifiers")
    subnets = [subnet for subnet in stack.of("aws:ec2/subnet:Subnet") if subnet.urn in behind]
    zones = {subnet.props.get("availabilityZone") or subnet.props.get("availabilityZoneId") for subnet in subnets}
    if subnets and len(zones) < parameters["zones"]:
        yield _too_few_zones(resource, f"{len(zones)} ({', '.join(sorted(map(str, zones)))})", parameters)


def _too_few_zones(resource: Resource, seen: object, parameters: Parameters) -> Finding:
    return Finding(
        f"group {resource.name} is in fewer than {_number(parameters['zones'])} availability zones",
        seen,
        "When a zone fails, the colour in charge has to go on with the others.",
        "Give it a subnet in each of `availabilityZones` zones.",
    )


def checked_by_the_load_balancer(resource: Resource, _: Parameters) -> Iterator[Finding]:
    """A group that counts instances which serve nobody."""
    if resource.type != GROUP:
        return
    if resource.props.get("healthCheckType") != "ELB":
        yield Finding(
            f"group {resource.name} does not replace instances that fail the load balancer's health check",
            f"healthCheckType: {resource.props.get('healthCheckType', 'not set')}",
            "With EC2 checks alone, an instance whose service is dead counts as capacity.",
            'Set health_check_type to "ELB".',
        )
    if not any(resource.props.get(key) for key in ("targetGroupArns", "trafficSources", "loadBalancers")):
        yield Finding(
            f"group {resource.name} is behind no load balancer",
            "targetGroupArns: not set",
            "Its instances get no traffic, and their health is not known.",
            "Set target_group_arns on the group itself.",
        )


def nothing_suspended(resource: Resource, _: Parameters) -> Iterator[Finding]:
    """A group that is told not to keep its size."""
    suspended = resource.props.get("suspendedProcesses") if resource.type == GROUP else None
    stopped = [process for process in suspended or () if process in _NEEDED_PROCESSES]
    if stopped:
        yield Finding(
            f"group {resource.name} does not keep itself at full capacity",
            f"suspendedProcesses: {', '.join(stopped)}",
            "What is lost would not be replaced, or would get no traffic.",
            "Take them out of suspended_processes.",
        )


def no_spot(resource: Resource, _: Parameters) -> Iterator[Finding]:
    """Instances that AWS may take back."""
    props, seen = resource.props, None
    if resource.type in (
        "aws:ec2/spotFleetRequest:SpotFleetRequest",
        "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
    ):
        seen = resource.type
    elif resource.type in (TEMPLATE, INSTANCE):
        market = block(props, "instanceMarketOptions").get("marketType")
        seen = f"marketType: {market}" if market == "spot" else None
    elif resource.type == CONFIGURATION and props.get("spotPrice"):
        seen = f"spotPrice: {props['spotPrice']}"
    elif resource.type == GROUP:
        distribution = block(block(props, "mixedInstancesPolicy"), "instancesDistribution")
        share = distribution.get("onDemandPercentageAboveBaseCapacity", 100)
        seen = f"onDemandPercentageAboveBaseCapacity: {_number(share)}" if share < 100 else None
    if seen:
        yield Finding(
            f"{resource.name} runs on spot instances",
            seen,
            "AWS takes them back with two minutes' notice, from both colours at the same time.",
            "Use on-demand instances; savings plans and reserved instances make them cheaper.",
        )


def no_schedule(resource: Resource, parameters: Parameters) -> Iterator[Finding]:
    """A schedule that changes the size of a group; what is awake stays at full capacity."""
    if resource.type == "aws:autoscaling/schedule:Schedule":
        sizes = {key: resource.props.get(key) for key in _SIZES}
    elif resource.type == "aws:appautoscaling/scheduledAction:ScheduledAction":
        action = block(resource.props, "scalableTargetAction")
        sizes = {key: action.get(key) for key in ("minCapacity", "maxCapacity")}
    else:
        return
    capacity = int(parameters["capacity"])
    given = {key: int(size) for key, size in sizes.items() if size is not None and int(size) != _UNCHANGED}
    if any(size != capacity if capacity else size == 0 for size in given.values()):
        yield Finding(
            f"schedule {resource.name} takes capacity away from an awake colour",
            ", ".join(f"{key} {size}" for key, size in given.items()),
            _FULL,
            "Delete the schedule; a colour that is not needed is put to sleep as a whole: awake: false.",
        )


def _number(value: object) -> object:
    """Numbers arrive as floats."""
    return int(value) if isinstance(value, float) and value.is_integer() else "not set" if value is None else value


_ZONES = {
    "type": "integer",
    "minimum": 1,
    "default": 2,
    "description": "Availability zones that a group has to be in; the project's availabilityZones",
}
full_capacity = resource_rule(
    name="full-capacity",
    title="Each colour is at full capacity",
    description="Every group is held at exactly the project's capacity, in several zones, by the load balancer's "
    "health checks, on instances that nobody takes back: an awake colour can carry 100 % of the traffic at any moment.",
    remedy=_EDIT_CAPACITY,
    checks=[one_size, several_subnets, checked_by_the_load_balancer, nothing_suspended, no_spot, no_schedule],
    parameters={
        "capacity": {
            "type": "integer",
            "minimum": 0,
            "default": 0,
            "description": "Instances of a group; the project's capacity (0: any number, if it is always the same)",
        },
        "zones": _ZONES,
    },
)
full_capacity_zones = stack_rule(
    name="full-capacity-zones",
    title="Each colour is in several zones",
    description="The subnets of a group are in different zones: two subnets in one zone fail together.",
    remedy="Give the group a subnet in each of `availabilityZones` zones.",
    checks=[several_zones],
    parameters={"zones": _ZONES},
)
RULES = [full_capacity, full_capacity_zones]
