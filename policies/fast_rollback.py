"""What decides how fast a rollback is: how long the world may keep an answer."""

from collections.abc import Mapping
from typing import Any

from pulumi_policy import EnforcementLevel, ReportViolation, ResourceValidationArgs, ResourceValidationPolicy

# An alias to a load balancer has this TTL, and it cannot be set:
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html
LONGEST_TTL_SECONDS = 60


def slow_rollback(properties: Mapping[str, Any]) -> str | None:
    """Why a rollback of this record set would be slow; None when it would not, or the set is not a weighted one."""
    if not properties.get("setIdentifier") or properties.get("aliases"):
        return None
    ttl = properties.get("ttl")
    if ttl is not None and ttl <= LONGEST_TTL_SECONDS:
        return None
    return (
        f"the weighted record set {properties.get('name')} has TTL {ttl}: after a tag-back, caches would keep the "
        f"wrong colour that long. Make it an alias to a load balancer, or set a TTL of at most {LONGEST_TTL_SECONDS} s."
    )


def _validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
    reason = slow_rollback(args.props) if args.resource_type == "aws:route53/record:Record" else None
    if reason:
        report(reason, None)


fast_rollback = ResourceValidationPolicy(
    name="fast-rollback",
    description="The record sets of live names are aliases, or have a TTL of 60 s or less",
    enforcement_level=EnforcementLevel.MANDATORY,
    validate=_validate,
)
