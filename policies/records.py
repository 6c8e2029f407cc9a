"""Route 53 records, as far as several rules look at them."""

from collections.abc import Collection

from .resource import Resource, block

RECORD = "aws:route53/record:Record"
# The types that send clients somewhere; others, like TXT and CAA, may stand beside them.
_LEADING = ("A", "AAAA", "CNAME", "HTTPS", "SVCB")


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


def weight(record: Resource) -> int:
    """The weight of a weighted record."""
    return int(block(record.props, "weightedRoutingPolicies").get("weight", 0))
