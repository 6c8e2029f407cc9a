"""What the hooks read from AWS, with the provider's own credentials, region and profile."""

import json
import os
import threading
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import ConfigParseError, ProfileNotFound

from cutover.capacity import CapacitySeen, Target
from cutover.freeze import Named
from cutover.refusal import Refusal
from cutover.weights import Weights

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import TargetDescriptionTypeDef
    from mypy_boto3_route53 import Route53Client

# Route 53 allows an account few calls a second, so throttled calls are tried again, ever more slowly:
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
CLIENT = Config(retries={"mode": "standard", "max_attempts": 8}, connect_timeout=5, read_timeout=20)
# The most that ListResourceRecordSets gives at once.
RECORD_SETS_ON_A_PAGE = "300"
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


class Aws:
    """Reads of one account; every method is one question, answered with plain data."""

    def __init__(self, boto_session: boto3.Session) -> None:
        self._session = boto_session
        # Hooks read in several threads at once. Clients may be shared among them, sessions may not:
        # https://boto3.amazonaws.com/v1/documentation/api/latest/guide/session.html
        self._making_clients = threading.RLock()

    @cached_property
    def _route53(self) -> "Route53Client":
        with self._making_clients:
            return self._session.client("route53", config=CLIENT)

    def capacity(self, group: str, region: str | None = None) -> CapacitySeen:
        """The instances of the Auto Scaling group, and what its target groups think of them."""
        with self._making_clients:
            scaling = self._session.client("autoscaling", region_name=region, config=CLIENT)
            balancing = self._session.client("elbv2", region_name=region, config=CLIENT)
        groups = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"]
        if not groups:
            return CapacitySeen(group, frozenset(), {})
        instances = groups[0]["Instances"]
        in_service = frozenset(i["InstanceId"] for i in instances if i["LifecycleState"] == "InService")
        wanted: list[TargetDescriptionTypeDef] = [{"Id": i["InstanceId"]} for i in instances]
        targets: dict[str, Target] = {}
        for arn in groups[0]["TargetGroupARNs"] if wanted else ():
            health = balancing.describe_target_health(TargetGroupArn=arn, Targets=wanted)
            for described in health["TargetHealthDescriptions"]:
                state = described["TargetHealth"]
                targets[described["Target"]["Id"]] = Target(
                    state["State"], state.get("Reason", ""), state.get("Description", "")
                )
        zones = {i["InstanceId"]: i["AvailabilityZone"] for i in instances}
        return CapacitySeen(group, in_service, targets, zones)

    def weights(self, zone_id: str, names: Sequence[str]) -> Weights:
        """The weighted A record sets of each name: name to set identifier (the colour) to weight.

        One call tells of all names that are together on a page: Route 53 takes five calls a second of an account
        (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html). A name that is on no page is
        asked for by itself.
        """
        found: dict[str, dict[str, int]] = {}
        for name in sorted(names, key=_in_the_order_of_a_zone):
            if name not in found:
                found.update(self._page_of_weights(zone_id, name, names))
        return {name: found[name] for name in names}

    def _page_of_weights(self, zone_id: str, first: str, names: Sequence[str]) -> dict[str, dict[str, int]]:
        """Those of `first`, and of the other `names` whose record sets are all on the same page."""
        page = self._route53.list_resource_record_sets(
            HostedZoneId=zone_id, StartRecordName=first, StartRecordType="A", MaxItems=RECORD_SETS_ON_A_PAGE
        )
        whole: dict[str, dict[str, int]] = {first: {}}
        for record in page["ResourceRecordSets"]:
            name = record["Name"].removesuffix(".")
            if name == first or (name in names and record["Name"] != page.get("NextRecordName")):
                weights = whole.setdefault(name, {})
                if record["Type"] == "A" and "Weight" in record:
                    weights[record["SetIdentifier"]] = record["Weight"]
        return whole

    def in_charge_history(self, parameter: str) -> tuple[Named, ...]:
        """Which colour the parameter `in-charge` named since when, oldest first; empty while there is none."""
        with self._making_clients:
            parameters = self._session.client("ssm", config=CLIENT)
        try:
            pages = list(parameters.get_paginator("get_parameter_history").paginate(Name=parameter))
        except parameters.exceptions.ParameterNotFound:
            return ()
        versions = sorted((v for page in pages for v in page["Parameters"]), key=lambda version: version["Version"])
        return tuple(Named.of(v["LastModifiedDate"].timestamp(), json.loads(v["Value"])) for v in versions)

    def exists(self, parameter: str) -> bool:
        """Whether the SSM parameter of this name is there."""
        with self._making_clients:
            parameters = self._session.client("ssm", config=CLIENT)
        try:
            parameters.get_parameter(Name=parameter)
        except parameters.exceptions.ParameterNotFound:
            return False
        return True

    def name_servers(self, zone_id: str) -> tuple[str, ...]:
        """The names of the zone's authoritative servers; empty for a private zone, which has none that can be asked.

        https://docs.aws.amazon.com/Route53/latest/APIReference/API_HostedZoneConfig.html
        """
        zone = self._route53.get_hosted_zone(Id=zone_id)
        if zone["HostedZone"].get("Config", {}).get("PrivateZone"):
            return ()
        return tuple(zone.get("DelegationSet", {}).get("NameServers", ()))


def _in_the_order_of_a_zone(name: str) -> list[str]:
    """Sorts names as Route 53 lists them, by their labels from the right: a page then holds neighbours."""
    return name.split(".")[::-1]
