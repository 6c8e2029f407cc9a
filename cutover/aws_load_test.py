"""What a load test asks of AWS, and the one thing that it writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from botocore.exceptions import ClientError

from cutover.aws_readiness import AwsReadiness
from cutover.aws_time import time_of
from cutover.record_set import target


@dataclass(frozen=True)
class GroupBehind:
    """An Auto Scaling group whose instances are targets: its name, how many `instances` it is to have, and its tags
    `service`, `colour` and `release`.
    """

    name: str
    instances: int
    service: str
    colour: str
    release: str


@dataclass(frozen=True)
class Behind:
    """What is behind a name: a load balancer, its target groups (ARNs), and the groups whose instances are in them."""

    dns_name: str
    balancer_arn: str
    target_group_arns: Sequence[str]
    groups: Sequence[GroupBehind]


_TAGS = ("service", "colour", "release")


class AwsLoadTest(AwsReadiness):
    """Reads of one account; every method raises what boto3 raises."""

    def behind(self, name: str) -> Behind | None:
        """What is behind the load balancer called `name` in DNS; None when the region has no such load balancer."""
        balancing, scaling = self._client("elbv2"), self._client("autoscaling")
        balancers = balancing.get_paginator("describe_load_balancers").paginate()
        found = [
            one for page in balancers for one in page["LoadBalancers"] if target(one.get("DNSName", "")) == target(name)
        ]
        if len(found) != 1:
            return None
        arn = found[0]["LoadBalancerArn"]
        described = balancing.get_paginator("describe_target_groups").paginate(LoadBalancerArn=arn)
        arns = [one["TargetGroupArn"] for page in described for one in page["TargetGroups"]]
        groups = [
            one
            for page in scaling.get_paginator("describe_auto_scaling_groups").paginate()
            for one in page["AutoScalingGroups"]
            if set(arns) & set(one.get("TargetGroupARNs", ()))
        ]
        tagged = [(one, {tag["Key"]: tag.get("Value", "") for tag in one.get("Tags", ())}) for one in groups]
        return Behind(
            found[0]["DNSName"],
            arn,
            arns,
            [
                GroupBehind(one["AutoScalingGroupName"], one["DesiredCapacity"], *(tags.get(key, "") for key in _TAGS))
                for one, tags in tagged
            ],
        )

    def who_and_when(self) -> tuple[str, datetime]:
        """The ARN of the caller, and the time, by AWS's clock; raises ValueError when AWS does not say it."""
        answer = self._client("sts").get_caller_identity()
        return answer["Arn"], time_of(answer)

    def overwrite(self, parameter: str, text: str) -> bool:
        """Let a parameter that is there say `text`; False when it is not there, and then none is made.

        Without a type none can be made: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
        Should it go at this very moment and be made all the same, its first version says so, and it is deleted again.
        """
        if not self.exists(parameter):
            return False
        try:
            written = self._parameters.put_parameter(Name=parameter, Value=text, Overwrite=True)
        except ClientError:
            if self.exists(parameter):
                raise
            return False
        if written["Version"] > 1:
            return True
        self._parameters.delete_parameter(Name=parameter)
        return False
