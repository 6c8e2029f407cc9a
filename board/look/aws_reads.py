"""What the board alone reads of AWS; everything else it asks as the hooks do."""

from collections.abc import Iterator, Mapping
from typing import Any

import boto3
from botocore.config import Config

from board.facts import Authored, Balancer, Door, Group, InCharge
from cutover.aws import history
from cutover.aws_readiness import AwsReadiness

# Few and short: an operator waits, and what has not answered by then is shown as unknown.
CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 3}, connect_timeout=2, read_timeout=5, max_pool_connections=20
)
# As many as DescribeTags of load balancers takes at once.
_ARNS_AT_ONCE = 20


class AwsReads(AwsReadiness):
    """Reads of one account; every method raises what boto3 raises."""

    def __init__(self, boto_session: boto3.Session) -> None:
        super().__init__(boto_session, CONFIG)

    def in_charge(self, parameter: str) -> InCharge:
        """The parameter's history, each version with its author; empty while there is none.

        Raises ValueError when AWS does not say what time it is.
        """
        found, read_at = self.parameter_versions(parameter)
        authors = tuple(
            Authored(one["Version"], one["LastModifiedDate"].timestamp(), one["Value"], one.get("LastModifiedUser", ""))
            for one in sorted(found, key=lambda one: int(one["Version"]))
        )
        return InCharge(history(found, read_at), authors)

    def door(self, parameter: str) -> Door:
        """The door of a colour, by the history of its parameter."""
        found, _ = self.parameter_versions(parameter)
        if not found:
            return Door(False)
        ordered = sorted(found, key=lambda one: int(one["Version"]))
        first, last = ordered[0], ordered[-1]
        return Door(
            True,
            last["Value"],
            first["LastModifiedDate"].timestamp(),
            last["LastModifiedDate"].timestamp(),
            last.get("LastModifiedUser", ""),
            first["Version"] == 1,
        )

    def groups(self, service: str) -> tuple[tuple[str, Group], ...]:
        """Every Auto Scaling group with the tag `service`, with the colour that its tags name; the newest first."""
        pages = self._client("autoscaling").get_paginator("describe_auto_scaling_groups")
        found = pages.paginate(Filters=[{"Name": "tag:service", "Values": [service]}])
        groups = [_group(one) for page in found for one in page["AutoScalingGroups"]]
        return tuple(sorted(groups, key=lambda of: of[1].created_at, reverse=True))

    def balancers(self, service: str) -> tuple[tuple[str, Balancer], ...]:
        """Every load balancer with the tag `service`, with the colour that its tags name, and its certificates."""
        client = self._client("elbv2")
        every = [
            one for page in client.get_paginator("describe_load_balancers").paginate() for one in page["LoadBalancers"]
        ]
        by_arn: dict[str, Any] = {one["LoadBalancerArn"]: one for one in every}
        ours = [(arn, tags["colour"]) for arn, tags in self._tags(list(by_arn)) if _is_of(tags, service)]
        return tuple((colour, _balancer(by_arn[arn], self._certificates(arn))) for arn, colour in ours)

    def _tags(self, arns: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
        for begin in range(0, len(arns), _ARNS_AT_ONCE):
            described = self._client("elbv2").describe_tags(ResourceArns=arns[begin : begin + _ARNS_AT_ONCE])
            for one in described["TagDescriptions"]:
                yield one["ResourceArn"], _plain(one.get("Tags", ()))

    def _certificates(self, balancer_arn: str) -> tuple[str, ...]:
        """The certificates that its listeners show who names no other."""
        pages = self._client("elbv2").get_paginator("describe_listeners").paginate(LoadBalancerArn=balancer_arn)
        listeners = [one for page in pages for one in page["Listeners"]]
        shown = [of.get("CertificateArn", "") for one in listeners for of in one.get("Certificates", ())]
        return tuple(dict.fromkeys(filter(None, shown)))


def _is_of(tags: Mapping[str, str], service: str) -> bool:
    return tags.get("service") == service and "colour" in tags


def _plain(tags: Any) -> dict[str, str]:
    return {one["Key"]: one.get("Value", "") for one in tags}


def _group(found: Any) -> tuple[str, Group]:
    tags = _plain(found.get("Tags", ()))
    return tags.get("colour", ""), Group(
        found["AutoScalingGroupName"],
        tags.get("release", ""),
        found["CreatedTime"].timestamp(),
        found["DesiredCapacity"],
        tuple(found.get("TargetGroupARNs", ())),
        next((one["InstanceType"] for one in found.get("Instances", ()) if "InstanceType" in one), ""),
    )


def _balancer(found: Any, certificates: tuple[str, ...]) -> Balancer:
    state = found["State"]
    return Balancer(
        found["LoadBalancerArn"],
        found["DNSName"],
        found.get("CanonicalHostedZoneId", ""),
        " ".join(filter(None, (state["Code"], state.get("Reason")))),
        tuple(sorted(zone["ZoneName"] for zone in found.get("AvailabilityZones", ()))),
        certificates,
    )
