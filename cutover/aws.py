"""What the hooks read from AWS, with the provider's own credentials, region and profile."""

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import ConfigParseError, ProfileNotFound

from cutover import aws_clients, aws_consoles, aws_prices, in_charge, launches
from cutover.aws_prices import Reading
from cutover.aws_time import time_of
from cutover.cost import OwnPrices, Parts
from cutover.group_capacity import HEALTHY, CapacitySeen, TargetHealth
from cutover.in_charge import History, Version
from cutover.launches import Activity
from cutover.provenance import Place
from cutover.record_set import RecordSet
from cutover.refusal import Refusal
from cutover.weighted_set import WeightedSets, of_records, weights_of
from cutover.weights import Weights

if TYPE_CHECKING:
    from mypy_boto3_autoscaling import AutoScalingClient
    from mypy_boto3_elbv2.type_defs import TargetDescriptionTypeDef
    from mypy_boto3_route53 import Route53Client
    from mypy_boto3_route53.type_defs import ListResourceRecordSetsRequestTypeDef, ResourceRecordSetOutputTypeDef
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_ssm.type_defs import ParameterHistoryTypeDef

# The most that ListResourceRecordSets gives at once.
RECORD_SETS_ON_A_PAGE = "300"
# As many as the latest attempts to launch all instances of a group may be, and one page.
ACTIVITIES = 50
# Provider settings that change who calls AWS, or where. Hooks cannot follow them all, so none of them is taken.
_IDENTITY_KEYS = {
    "accessKey",
    "secretKey",
    "token",
    "assumeRoles",
    "assumeRoleWithWebIdentity",
    "endpoints",
    "sharedConfigFiles",
    "sharedCredentialsFiles",
}


def session(provider_config: Mapping[str, str]) -> boto3.Session:
    """The one way to a boto3 session; `provider_config` are the stack's `aws:` keys without the namespace.

    Region and profile are found in the provider's order: config, then AWS_REGION, AWS_DEFAULT_REGION, the profile.
    boto3 by itself does not read AWS_REGION. https://www.pulumi.com/registry/packages/aws/installation-configuration/
    Raises Refusal when the config sets the provider's identity in a way that hooks would not share, and when the
    profile, or the file that it is in, cannot be read.
    """
    unshared = sorted(_IDENTITY_KEYS & set(provider_config))
    if unshared:
        raise Refusal(
            "the hooks that guard DNS could not use the provider's identity",
            seen=", ".join(f"aws:{key}" for key in unshared),
            allowed="aws:profile, aws:region, or the environment (AWS_PROFILE, AWS_ACCESS_KEY_ID, …)",
            next_step=f"pulumi config rm aws:{unshared[0]}",
        )
    region = provider_config.get("region") or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    try:
        return boto3.Session(region_name=region, profile_name=provider_config.get("profile"))
    except ProfileNotFound as error:
        raise Refusal(
            "the hooks that guard DNS have no AWS profile of that name",
            seen=str(error),
            allowed="a profile of ~/.aws/config",
            next_step="aws configure list-profiles",
        ) from None
    except ConfigParseError as error:
        raise Refusal(
            "the hooks that guard DNS cannot read the AWS config",
            seen=str(error),
            allowed="a file of sections like [profile NAME] with lines like key = value",
            next_step="edit that file; aws configure list-profiles shows whether it can be read",
        ) from None


def history(versions: "Sequence[ParameterHistoryTypeDef]", read_at: float) -> History:
    """The history of `in-charge`, whose versions AWS told at `read_at` (Unix time, seconds)."""
    return in_charge.history_of(
        [Version(one["Version"], one["LastModifiedDate"].timestamp(), one["Value"]) for one in versions], read_at
    )


class Aws:
    """Reads of one account; every method is one question, answered with plain data.

    `config` says how long an answer is waited for, and how often it is asked for again.
    """

    def __init__(self, boto_session: boto3.Session, config: Config = aws_clients.CONFIG) -> None:
        self._client = aws_clients.shared(boto_session.client, config)
        self.region = boto_session.region_name
        """The region of today's session; None when nothing sets one."""

    @cached_property
    def _route53(self) -> "Route53Client":
        return self._client("route53")

    @cached_property
    def _parameters(self) -> "SSMClient":
        return self._client("ssm")

    def capacity(self, group: str, region: str | None = None) -> CapacitySeen:
        """The instances of the Auto Scaling group, and what its target groups think of them.

        Of several target groups that have an instance, one that does not find it healthy counts. Of a group that is
        short of instances AWS's own reasons are read too.
        """
        scaling, balancing = self._client("autoscaling", region), self._client("elbv2", region)
        groups = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"]
        if not groups:
            return CapacitySeen(group, frozenset(), {})
        instances = groups[0]["Instances"]
        in_service = frozenset(i["InstanceId"] for i in instances if i["LifecycleState"] == "InService")
        wanted: list[TargetDescriptionTypeDef] = [{"Id": i["InstanceId"]} for i in instances]
        targets: dict[str, TargetHealth] = {}
        for arn in groups[0]["TargetGroupARNs"] if wanted else ():
            health = balancing.describe_target_health(TargetGroupArn=arn, Targets=wanted)
            for described in health["TargetHealthDescriptions"]:
                instance, state = described["Target"]["Id"], described["TargetHealth"]
                if instance not in targets or targets[instance].state == HEALTHY:
                    targets[instance] = TargetHealth(
                        state["State"], state.get("Reason", ""), state.get("Description", "")
                    )
        zones = {i["InstanceId"]: i["AvailabilityZone"] for i in instances}
        is_short = len(in_service) < groups[0]["DesiredCapacity"]
        return CapacitySeen(group, in_service, targets, zones, _launch_failures(scaling, group) if is_short else ())

    def last_words(self, instances: Sequence[str]) -> str:
        """What instances said last of their boot, as a sentence; empty when none has said anything."""
        return aws_consoles.words_of(self._client("ec2"), instances)

    def prices(self, parts: Sequence[Parts], own: OwnPrices) -> Reading:
        """Begin to read the prices of `parts` in today's region; `own` ones count in place of the price list's."""
        return aws_prices.begin(self._client, parts, self.region or "", own)

    def weights(self, zone_id: str, names: Sequence[str]) -> Weights:
        """The weights of the weighted A record sets of each name; see `weighted_sets`."""
        return weights_of(self.weighted_sets(zone_id, names))

    def weighted_sets(self, zone_id: str, names: Sequence[str]) -> WeightedSets:
        """The weighted A record sets of each name: name to set identifier (the colour) to record set."""
        return of_records(self.record_sets(zone_id, names))

    def record_sets(self, zone_id: str, names: Sequence[str]) -> dict[str, tuple[RecordSet, ...]]:
        """All record sets of each name, of every type; a name that has none has an empty entry.

        One call tells of all names that are together on a page: Route 53 takes five calls a second of an account
        (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html). A name that is on no page is
        asked for by itself.
        """
        found = self._record_sets(zone_id, names)
        return {name: tuple(map(RecordSet.of, records)) for name, records in found.items()}

    def _record_sets(self, zone_id: str, names: Sequence[str]) -> dict[str, list["ResourceRecordSetOutputTypeDef"]]:
        """All record sets of each name, of every type, in the order of `names`."""
        ordered = sorted(names, key=_in_the_order_of_a_zone)
        found = self._page_of_record_sets(zone_id, ordered[0], names) if ordered else {}
        # Before the first tag-in none may have any: then one call tells so of all, if the zone is small.
        if sum(name not in found for name in ordered) > 1:
            found = {**self._small_zone(zone_id, names), **found}
        for name in ordered:
            if name not in found:
                found.update(self._page_of_record_sets(zone_id, name, names))
        return {name: found[name] for name in names}

    def _small_zone(self, zone_id: str, names: Sequence[str]) -> dict[str, list["ResourceRecordSetOutputTypeDef"]]:
        """Those of all `names`, when the whole zone is on one page; otherwise nothing."""
        page = self._route53.list_resource_record_sets(HostedZoneId=zone_id, MaxItems=RECORD_SETS_ON_A_PAGE)
        if page["IsTruncated"]:
            return {}
        whole: dict[str, list[ResourceRecordSetOutputTypeDef]] = {name: [] for name in names}
        for record in page["ResourceRecordSets"]:
            name = record["Name"].removesuffix(".")
            if name in whole:
                whole[name].append(record)
        return whole

    def _page_of_record_sets(
        self, zone_id: str, first: str, names: Sequence[str]
    ) -> dict[str, list["ResourceRecordSetOutputTypeDef"]]:
        """Those of `first`, on however many pages they are, and of the other `names` that end on the same page.

        Raises LookupError when a page leads to itself.
        """
        # Types are in the order of the alphabet, of which A is the first.
        request: ListResourceRecordSetsRequestTypeDef = {
            "HostedZoneId": zone_id,
            "MaxItems": RECORD_SETS_ON_A_PAGE,
            "StartRecordName": first,
            "StartRecordType": "A",
        }
        whole: dict[str, list[ResourceRecordSetOutputTypeDef]] = {first: []}
        while True:
            page = self._route53.list_resource_record_sets(**request)
            for record in page["ResourceRecordSets"]:
                name = record["Name"].removesuffix(".")
                if name == first or (name in names and record["Name"] != page.get("NextRecordName")):
                    whole.setdefault(name, []).append(record)
            if page.get("NextRecordName", "").removesuffix(".") != first:
                return whole
            before = dict(request)
            request["StartRecordType"] = page["NextRecordType"]
            request.pop("StartRecordIdentifier", None)
            if "NextRecordIdentifier" in page:
                request["StartRecordIdentifier"] = page["NextRecordIdentifier"]
            if request == before:
                raise LookupError(f"the record sets of {first} go on where they began")

    def in_charge_history(self, parameter: str) -> History:
        """Which colour the parameter `in-charge` named since when; empty while there is none.

        Raises ValueError when AWS does not say what time it is.
        """
        return history(*self.parameter_versions(parameter))

    def parameter_versions(self, parameter: str) -> "tuple[Sequence[ParameterHistoryTypeDef], float]":
        """What AWS keeps of a parameter, none while it is not there, and when it said so (Unix time, by its clock).

        Raises ValueError when AWS does not say what time it is.
        """
        parameters = self._parameters
        try:
            pages = list(parameters.get_paginator("get_parameter_history").paginate(Name=parameter))
        except parameters.exceptions.ParameterNotFound as absent:
            return (), time_of(absent.response).timestamp()
        # The first page's, which is the earliest: an answer that came later must not let go earlier.
        return [one for page in pages for one in page["Parameters"]], time_of(pages[0]).timestamp()

    def group_created_at(self, group: str, region: str) -> float | None:
        """When the Auto Scaling group was created (Unix time in seconds, by AWS's clock); None when it is not there."""
        scaling = self._client("autoscaling", region)
        groups = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"]
        return groups[0]["CreatedTime"].timestamp() if len(groups) == 1 else None

    def caller(self) -> Place:
        """The account and the region that the hooks ask."""
        return Place(self._client("sts").get_caller_identity()["Account"], self.region or "")

    def exists(self, parameter: str) -> bool:
        """Whether the SSM parameter of this name is there."""
        parameters = self._parameters
        try:
            parameters.get_parameter(Name=parameter)
        except parameters.exceptions.ParameterNotFound:
            return False
        return True

    def name_servers(self, zone_id: str) -> tuple[str, ...]:
        """The names of the zone's authoritative servers; empty for a private zone, which has none that can be asked.

        https://docs.aws.amazon.com/Route53/latest/APIReference/API_HostedZoneConfig.html
        Raises LookupError for a public zone that names none: it must not pass for a private one.
        """
        zone = self._route53.get_hosted_zone(Id=zone_id)
        if zone["HostedZone"].get("Config", {}).get("PrivateZone"):
            return ()
        ns_names = tuple(zone.get("DelegationSet", {}).get("NameServers", ()))
        if not ns_names:
            raise LookupError(f"the public zone {zone_id} has no name servers in its delegation set")
        return ns_names


def _launch_failures(scaling: "AutoScalingClient", group: str) -> tuple[str, ...]:
    """Why the group has fewer instances than it is to have, by its latest activities, newest first.

    They explain and decide nothing, so that they cannot be read is said in their place.
    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingActivities.html
    """
    try:
        found = scaling.describe_scaling_activities(AutoScalingGroupName=group, MaxRecords=ACTIVITIES)["Activities"]
    except Exception as error:  # noqa: BLE001  # whatever the reason: what was seen of the capacity comes first
        return (f"its scaling activities cannot be read: {error}",)
    return launches.failures(
        Activity(one["StatusCode"], one.get("StatusMessage") or one.get("Cause") or "", one.get("StartTime"))
        for one in found
    )


def _in_the_order_of_a_zone(name: str) -> list[str]:
    """Sorts names as Route 53 lists them, by their labels from the right: a page then holds neighbours."""
    return name.split(".")[::-1]
