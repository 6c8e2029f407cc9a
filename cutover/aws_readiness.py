"""What only readiness reads from AWS: a cluster at rest, its certificate, the offsite parameters and secrets."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from cutover.aws_time import time_of
from cutover.aws_zones import AwsZones
from cutover.checks.certificate import CertificateSeen
from cutover.checks.healing import GroupSeen, Size
from cutover.checks.load_test import GroupNow, LoadTestSeen
from cutover.checks.offsite import UNOPENED
from cutover.checks.settled import MISSING, ClusterSeen

if TYPE_CHECKING:
    from mypy_boto3_autoscaling import AutoScalingClient
    from mypy_boto3_autoscaling.type_defs import AutoScalingGroupTypeDef


class AwsReadiness(AwsZones):
    """Reads of one account, for readiness too; every method raises what boto3 raises."""

    def cluster(self, group: str, target_group_arn: str, region: str) -> ClusterSeen:
        """The Auto Scaling group, the target group with all its targets, and the load balancers it belongs to."""
        scaling, balancing = self._client("autoscaling", region), self._client("elbv2", region)
        (behind,) = balancing.describe_target_groups(TargetGroupArns=[target_group_arn])["TargetGroups"]
        arns = behind["LoadBalancerArns"]
        balancers = balancing.describe_load_balancers(LoadBalancerArns=arns)["LoadBalancers"] if arns else []
        groups = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"]
        lifecycle = {i["InstanceId"]: str(i["LifecycleState"]) for found in groups for i in found["Instances"]}
        targets = balancing.describe_target_health(TargetGroupArn=target_group_arn)["TargetHealthDescriptions"]
        healing = _group_seen(scaling, groups[0]) if groups else None
        return ClusterSeen(
            {
                found["DNSName"]: " ".join(filter(None, (found["State"]["Code"], found["State"].get("Reason"))))
                for found in balancers
            },
            groups[0].get("Status", "") if groups else MISSING,
            lifecycle,
            {
                described["Target"]["Id"]: described["TargetHealth"]["State"]
                for described in targets
                if described["Target"]["Id"] not in lifecycle
            },
            healing,
        )

    def certificate(self, arn: str) -> CertificateSeen:
        """The certificate, in the region that its ARN names."""
        answer = self._client("acm", _region(arn)).describe_certificate(CertificateArn=arn)
        found = answer["Certificate"]
        names = frozenset({found["DomainName"], *found.get("SubjectAlternativeNames", ())})
        return CertificateSeen(arn, found["Status"], names, found.get("NotAfter"), time_of(answer))

    def offsite_error(self, reference: str, region: str) -> str:
        """What is wrong with a parameter (name or ARN) or a secret (ARN); empty when instances can read it.

        A parameter is got as it is stored, which takes ssm:GetParameter and no key. Of a secret the description says
        whether there is a version to be read (secretsmanager:DescribeSecret), and only its value whether that is a
        text: where secretsmanager:GetSecretValue is denied, the answer is cutover.checks.offsite.UNOPENED. That the
        instances' role may read both shows in their health: the script they are born with ends where it may not.
        """
        try:
            if reference.startswith("arn:") and reference.split(":")[2] == "secretsmanager":
                return self._secret_error(reference)
            parameters = self._client("ssm", _region(reference) or region)
            parameters.get_parameter(Name=reference, WithDecryption=False)
        except (BotoCoreError, ClientError) as error:
            return str(error)
        return ""

    def load_test(self, parameter: str, group: str, region: str) -> LoadTestSeen:
        """What the parameter says of the newest load test, and the Auto Scaling group that it has to be of."""
        parameters = self._parameters
        try:
            answer = parameters.get_parameter(Name=parameter)
        except parameters.exceptions.ParameterNotFound as absent:
            return LoadTestSeen(None, time_of(absent.response), None)
        return LoadTestSeen(answer["Parameter"]["Value"], time_of(answer), self._group_now(group, region))

    def _group_now(self, group: str, region: str) -> GroupNow | None:
        scaling, balancing = self._client("autoscaling", region), self._client("elbv2", region)
        groups = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"]
        if len(groups) != 1:
            return None
        arns = groups[0].get("TargetGroupARNs", ())
        # Asked about none, AWS tells of all.
        behind = balancing.describe_target_groups(TargetGroupArns=arns)["TargetGroups"] if arns else ()
        return GroupNow(
            groups[0]["CreatedTime"].timestamp(),
            groups[0]["DesiredCapacity"],
            [arn for one in behind for arn in one["LoadBalancerArns"]],
        )

    def _secret_error(self, arn: str) -> str:
        secrets = self._client("secretsmanager", _region(arn))
        described = secrets.describe_secret(SecretId=arn)
        if "DeletedDate" in described:
            return f"is to be deleted, since {described['DeletedDate']:%Y-%m-%d}"
        stages = {stage for found in described.get("VersionIdsToStages", {}).values() for stage in found}
        if "AWSCURRENT" not in stages:
            return "has no current version (AWSCURRENT)"
        try:
            # A value is of one kind: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
            has_text = "SecretString" in secrets.get_secret_value(SecretId=arn)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException"):
                return UNOPENED
            raise
        return "" if has_text else "holds bytes only (SecretBinary), which no environment variable can hold"


def _group_seen(scaling: "AutoScalingClient", group: "AutoScalingGroupTypeDef") -> GroupSeen:
    """How a group is set to heal, with what is read of it elsewhere.

    Of its instance refreshes the latest come first, and only one at a time is under way, so one page will do.
    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeInstanceRefreshes.html
    """
    name = group["AutoScalingGroupName"]
    refreshes = scaling.describe_instance_refreshes(AutoScalingGroupName=name)["InstanceRefreshes"]
    scheduled = scaling.get_paginator("describe_scheduled_actions").paginate(AutoScalingGroupName=name)
    return GroupSeen(
        Size(group["MinSize"], group["MaxSize"], group["DesiredCapacity"]),
        group["HealthCheckType"],
        group.get("TargetGroupARNs", ()),
        {one["ProcessName"]: one.get("SuspensionReason", "") for one in group.get("SuspendedProcesses", ())},
        [one["Status"] for one in refreshes],
        "WarmPoolConfiguration" in group,
        [one["ScheduledActionName"] for page in scheduled for one in page["ScheduledUpdateGroupActions"]],
    )


def _region(arn: str) -> str | None:
    """The region in an ARN; None for a name."""
    return arn.split(":")[3] if arn.startswith("arn:") else None
