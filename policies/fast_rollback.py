"""Fast rollback: how long the world may keep an answer, and who may change it."""

from collections.abc import Iterator

from .finding import Finding
from .records import is_weighted
from .resource import Resource, blocks, is_true
from .rule import Parameters, resource_rule

# An alias to a load balancer has this TTL, and it cannot be set:
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html
ALIAS_TTL_SECONDS = 60
_ALIAS = "Make it an alias to the load balancer of its colour."


def short_ttl(resource: Resource, parameters: Parameters) -> Iterator[Finding]:
    """A record that caches may keep for longer than an alias to a load balancer."""
    if not is_weighted(resource) or resource.props.get("aliases"):
        return
    ttl, longest = resource.props.get("ttl"), int(parameters["longestTtlSeconds"])
    if ttl is None or ttl > longest:
        yield Finding(
            f"the record {resource.props.get('name')} may be cached too long",
            "ttl: not set" if ttl is None else f"ttl: {int(ttl)} s",
            "After a tag-back, caches keep sending clients to the wrong colour for that time.",
            f"{_ALIAS} Or set a TTL of at most {longest} s.",
        )


def no_chain(resource: Resource, _: Parameters) -> Iterator[Finding]:
    """A record whose answer is another name, with a TTL of its own."""
    if not is_weighted(resource):
        return
    why = "Every name on the way is cached by itself: their times add up, and nobody sees them from here."
    if resource.props.get("type") == "CNAME":
        seen = f"CNAME {', '.join(map(str, resource.props.get('records') or ()))}"
        yield Finding(f"the record {resource.props.get('name')} starts a chain of names", seen, why, _ALIAS)
    for alias in blocks(resource.props, "aliases"):
        if alias.get("zoneId") == resource.props.get("zoneId"):
            seen = f"an alias to {alias.get('name')} in its own zone"
            yield Finding(f"the record {resource.props.get('name')} starts a chain of names", seen, why, _ALIAS)


def no_failover_by_itself(resource: Resource, parameters: Parameters) -> Iterator[Finding]:
    """A record that Route 53 takes out of the answer by itself."""
    if not is_weighted(resource) or parameters["failover"]:
        return
    watched = any(is_true(alias.get("evaluateTargetHealth")) for alias in blocks(resource.props, "aliases"))
    checked = bool(resource.props.get("healthCheckId"))
    if watched or checked:
        yield Finding(
            f"Route 53 may move the clients of {resource.props.get('name')} by itself",
            "evaluateTargetHealth: true" if watched else "healthCheckId: set",
            "When the colour in charge looks unhealthy, it sends them to the other one, a release nobody tagged in: "
            "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html.",
            "Turn it off, or say that you want it: failover: true in Pulumi.live.yaml.",
        )


fast_rollback = resource_rule(
    name="fast-rollback",
    title="A tag-in and a tag-back take effect within a minute",
    description="The weighted records are aliases to load balancers, or have as short a TTL, lead to no other name, "
    "and change only by a tag-in: what caches keep decides how fast a rollback is. An alias of them has their TTL.",
    remedy=_ALIAS,
    checks=[short_ttl, no_chain, no_failover_by_itself],
    parameters={
        "longestTtlSeconds": {
            "type": "integer",
            "minimum": 0,
            "default": ALIAS_TTL_SECONDS,
            "description": "The longest TTL of a record that is no alias",
        },
        "failover": {
            "type": "boolean",
            "default": False,
            "description": "Whether Route 53 may send clients to the idle colour by itself; failover of the live stack",
        },
    },
)
RULES = [fast_rollback]
