"""Who may talk to whom: from the world to the load balancer, and from there to the instances."""

from collections.abc import Iterator

from ..finding import Finding
from ..launch_types import LAUNCH_TYPES
from ..resource import Resource, Stack, blocks, is_known
from ..rule import Parameters
from .load_balancers import BALANCERS, LISTENERS
from .openings import GROUPS, OLD_RULE, RULE, Opening, openings

# Where a resource names the security groups of an instance.
_OF_INSTANCES = ("vpcSecurityGroupIds", "networkInterfaces", "securityGroups")
_LISTENER_RULES = ("aws:lb/listenerRule:ListenerRule", "aws:alb/listenerRule:ListenerRule")


def world_only_at_the_load_balancer(resource: Resource, stack: Stack, _: Parameters) -> Iterator[Finding]:
    """A group that everybody may talk to, and that is not a load balancer's."""
    world = [opening for opening in _openings(resource) if opening.world]
    if world and not _opened(resource) & _groups_of(stack, BALANCERS, "securityGroups"):
        yield Finding(
            f"{resource.name} lets everybody in past the load balancer",
            "; ".join(f"{opening} from {', '.join(opening.world)}" for opening in world),
            "Only the load balancer ends TLS, checks requests and spreads them.",
            "Open the load balancer's group, and let the instances be reached from there.",
        )


def instances_only_from_the_load_balancer(resource: Resource, stack: Stack, _: Parameters) -> Iterator[Finding]:
    """A way to an instance that does not come from a load balancer's group."""
    if not _opened(resource) & _groups_of(stack, LAUNCH_TYPES, *_OF_INSTANCES):
        return
    balancers = _groups_of(stack, BALANCERS, "securityGroups")
    ids = {_id(group) for group in stack.of(*GROUPS) if group.urn in balancers}
    sources = resource.behind("referencedSecurityGroupId", "sourceSecurityGroupId", "ingress")
    for opening in _openings(resource):
        from_balancers = sources <= balancers if sources else set(opening.group_ids) <= ids
        if opening.ranges or opening.others or not opening.groups or not from_balancers:
            known = ", ".join((*sorted(urn.rpartition("::")[2] for urn in sources), *opening.group_ids))
            yield Finding(
                f"{resource.name} lets others than the load balancer reach the instances",
                f"{opening} from {', '.join(opening.ranges) or known or 'itself or a prefix list'}",
                "What comes past the load balancer is not counted, not logged, and not moved by a tag-in.",
                "Name the load balancer's security group as the only source.",
            )


def _openings(resource: Resource) -> list[Opening]:
    """What a resource opens; not what a group's own property only repeats of the rules that are made for it."""
    computed = not is_known(resource.props, "ingress") and not resource.behind("ingress")
    return [] if computed else list(openings(resource))


def no_rule_in_plain_text(resource: Resource, stack: Stack, parameters: Parameters) -> Iterator[Finding]:
    """A rule that serves clients of a listener without TLS."""
    if resource.type not in _LISTENER_RULES or parameters["plainHttp"]:
        return
    behind = resource.behind("listenerArn")
    plain = [each for each in stack.of(*LISTENERS) if each.urn in behind and each.props.get("protocol") == "HTTP"]
    if plain and any(action.get("type") != "redirect" for action in blocks(resource.props, "actions")):
        yield Finding(
            f"rule {resource.name} serves in plain text",
            f"on the HTTP listener {plain[0].name}",
            "What clients send and get can be read and changed on the way.",
            "Put the rule on the HTTPS listener.",
        )


def _opened(resource: Resource) -> frozenset[str]:
    """The groups that a resource opens: itself, or the one that its rule is for."""
    if resource.type in GROUPS:
        return frozenset({resource.urn})
    return resource.behind("securityGroupId") if resource.type in (RULE, OLD_RULE) else frozenset()


def _id(group: Resource) -> str | None:
    """The id at the end of a group's ARN; what it is called by itself depends on the provider's version."""
    arn = group.props.get("arn") if is_known(group.props, "arn") else None
    return arn.rpartition("/")[2] if arn else None


def _groups_of(stack: Stack, types: tuple[str, ...], *properties: str) -> frozenset[str]:
    """The security groups, by URN, that resources of `types` are in."""
    groups = {group.urn for group in stack.of(*GROUPS)}
    return frozenset(urn for each in stack.of(*types) for urn in each.behind(*properties) if urn in groups)
