"""Route 53 records, as far as several rules look at them."""

from collections.abc import Collection

from .resource import Resource, block, blocks, is_true

RECORD = "aws:route53/record:Record"
# The types that send clients somewhere; others, like TXT and CAA, may stand beside them.
_LEADING = ("A", "AAAA", "CNAME", "HTTPS", "SVCB")
# https://www.pulumi.com/registry/packages/aws/api-docs/route53/record/
_ROUTING = (
    "weightedRoutingPolicies",
    "latencyRoutingPolicies",
    "failoverRoutingPolicies",
    "geolocationRoutingPolicies",
    "geoproximityRoutingPolicy",
    "cidrRoutingPolicy",
    "multivalueAnswerRoutingPolicy",
)


def host_name(text: str) -> str:
    """A name as it compares: https://www.rfc-editor.org/rfc/rfc4343, without the root's dot."""
    return text.lower().removesuffix(".")


def is_weighted(record: Resource) -> bool:
    """Whether a resource is one of a weighted record set."""
    return record.type == RECORD and bool(record.props.get("weightedRoutingPolicies"))


def is_of_live_name(record: Resource, names: Collection[str]) -> bool:
    """Whether a resource is a record that sends the clients of a live name somewhere."""
    if record.type != RECORD or not names:
        return False
    return host_name(record.props["name"]) in set(map(host_name, names)) and record.props["type"] in _LEADING


def follows(record: Resource, name: str) -> bool:
    """Whether a resource is a plain alias of the record `name` in its own hosted zone, and of nothing else."""
    aliases = blocks(record.props, "aliases")
    if record.type != RECORD or record.props["type"] != "A" or len(aliases) != 1:
        return False
    routed = record.props.get("setIdentifier") or any(record.props.get(policy) for policy in _ROUTING)
    alias = aliases[0]
    to = host_name(alias.get("name", "")), alias.get("zoneId"), is_true(alias.get("evaluateTargetHealth"))
    return not routed and to == (host_name(name), record.props.get("zoneId"), False)


def weight(record: Resource) -> int:
    """The weight of a weighted record."""
    return int(block(record.props, "weightedRoutingPolicies").get("weight", 0))
