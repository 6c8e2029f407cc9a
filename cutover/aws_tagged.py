"""What is read of AWS by tags: everything of a colour that can have any.

Records have no tags, nor have routes, associations and policies of roles, which go with what they belong to. Each kind
is asked of its own service: the Resource Groups Tagging API knows neither roles nor Auto Scaling groups, and lists what
was deleted a while ago.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cutover import tagged
from cutover.aws import Aws
from cutover.tagged import Tagged

# Of what may be in the tags of EC2 still, or has a state to be looked at, its own description is read.
_DESCRIBED = frozenset({tagged.INSTANCE, tagged.VOLUME, tagged.NAT})
# As many as DescribeTags of load balancers takes at once.
_ARNS_AT_ONCE = 20
_EC2_TRUSTED = "ec2.amazonaws.com"
_GROUP_OF = "aws:autoscaling:groupName"


class AwsTagged(Aws):
    """Reads of one account, over all pages; every method raises what boto3 raises."""

    def tagged(self, service: str, colour: str) -> tuple[Tagged, ...]:
        """Everything that is tagged with this `service` and `colour`, in the region of the session."""
        wanted = {"service": service, "colour": colour}
        read = (self._of_ec2, self._instances, self._volumes, self._nat_gateways, self._balancing, self._groups)
        elsewhere = (self._certificates, self._roles, self._profiles, self._parameters_of)
        return tuple(found for kind in (*read, *elsewhere) for found in kind(wanted))

    def _pages(self, service: str, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
        client: Any = self._client(service)  # type: ignore[call-overload]  # the service is a variable
        for page in client.get_paginator(operation).paginate(**arguments):
            yield from page[key]

    def _of_ec2(self, wanted: Mapping[str, str]) -> Iterator[Tagged]:
        # Either key with either value: whoever else has a tag `service` has many of them.
        filters = [{"Name": "key", "Values": [*wanted]}, {"Name": "value", "Values": [*wanted.values()]}]
        tags: dict[tuple[str, str], list[Any]] = {}
        for one in self._pages("ec2", "describe_tags", "Tags", Filters=filters):
            tags.setdefault((one["ResourceType"], one["ResourceId"]), []).append(one)
        for (kind, identifier), of in tags.items():
            # Other kinds that EC2 has tags of are none of a colour's.
            if kind in tagged.DELETED_BY and kind not in _DESCRIBED:
                yield from _matching(kind, identifier, of, wanted)

    def _instances(self, wanted: Mapping[str, str]) -> Iterator[Tagged]:
        for reservation in self._pages("ec2", "describe_instances", "Reservations", Filters=_filters(wanted)):
            for one in reservation["Instances"]:
                if one["State"]["Name"] != "terminated":
                    group = _plain(one["Tags"]).get(_GROUP_OF, "")
                    yield from _matching(tagged.INSTANCE, one["InstanceId"], one["Tags"], wanted, group)

    def _volumes(self, wanted: Mapping[str, str]) -> Iterator[Tagged]:
        """Those that are attached to nothing: the others go with their instances."""
        for one in self._pages("ec2", "describe_volumes", "Volumes", Filters=_filters(wanted)):
            if one["State"] == "available":
                yield from _matching(tagged.VOLUME, one["VolumeId"], one["Tags"], wanted)

    def _nat_gateways(self, wanted: Mapping[str, str]) -> Iterator[Tagged]:
        """Without those that are shown for a while after their delete."""
        for one in self._pages("ec2", "describe_nat_gateways", "NatGateways", Filters=_filters(wanted)):
            if one["State"] != "deleted":
                yield from _matching(tagged.NAT, one["NatGatewayId"], one["Tags"], wanted)

    def _balancing(self, wanted: Mapping[str, str]) -> Iterator[Tagged]:
        balancers = [one["LoadBalancerArn"] for one in self._pages("elbv2", "describe_load_balancers", "LoadBalancers")]
        groups = [one["TargetGroupArn"] for one in self._pages("elbv2", "describe_target_groups", "TargetGroups")]
        found = list(self._of_arns(tagged.BALANCER, balancers, wanted))
        yield from found
        yield from self._of_arns(tagged.TARGETS, groups, wanted)
        for balancer in found:
            listeners = self._pages("elbv2", "describe_listeners", "Listeners", LoadBalancerArn=balancer.id)
            yield from self._of_arns(tagged.LISTENER, [one["ListenerArn"] for one in listeners], wanted)

    def _of_arns(self, kind: str, arns: Sequence[str], wanted: Mapping[str, str]) -> Iterator[Tagged]:
        client = self._client("elbv2")
        for begin in range(0, len(arns), _ARNS_AT_ONCE):
            described = client.describe_tags(ResourceArns=list(arns[begin : begin + _ARNS_AT_ONCE]))
            for one in described["TagDescriptions"]:
                yield from _matching(kind, one["ResourceArn"], one["Tags"], wanted)

    def _groups(self, wanted: Mapping[str, str]) -> Iterator[Tagged]:
        for one in self._pages("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups"):
            yield from _matching(tagged.GROUP, one["AutoScalingGroupName"], one["Tags"], wanted)

    def _certificates(self, wanted: Mapping[str, str]) -> Iterator[Tagged]:
        client = self._client("acm")
        for one in self._pages("acm", "list_certificates", "CertificateSummaryList"):
            arn = one["CertificateArn"]
            tags = client.list_tags_for_certificate(CertificateArn=arn).get("Tags", [])
            yield from _matching(tagged.CERTIFICATE, arn, tags, wanted)

    def _roles(self, wanted: Mapping[str, str]) -> Iterator[Tagged]:
        """Only roles for instances are asked for their tags: an account may have thousands of others."""
        client: Any = self._client("iam")
        for one in self._pages("iam", "list_roles", "Roles"):
            if _EC2_TRUSTED in str(one.get("AssumeRolePolicyDocument", "")):
                tags = client.get_role(RoleName=one["RoleName"])["Role"].get("Tags", [])
                yield from _matching(tagged.ROLE, one["RoleName"], tags, wanted)

    def _profiles(self, wanted: Mapping[str, str]) -> Iterator[Tagged]:
        client: Any = self._client("iam")
        for one in self._pages("iam", "list_instance_profiles", "InstanceProfiles"):
            name = one["InstanceProfileName"]
            tags = client.get_instance_profile(InstanceProfileName=name)["InstanceProfile"].get("Tags", [])
            yield from _matching(tagged.PROFILE, name, tags, wanted)

    def _parameters_of(self, wanted: Mapping[str, str]) -> Iterator[Tagged]:
        filters = [{"Key": f"tag:{key}", "Values": [value]} for key, value in wanted.items()]
        for one in self._pages("ssm", "describe_parameters", "Parameters", ParameterFilters=filters):
            yield Tagged(tagged.PARAMETER, one["Name"])


def _filters(wanted: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"Name": f"tag:{key}", "Values": [value]} for key, value in wanted.items()]


def _plain(tags: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {one["Key"]: one.get("Value", "") for one in tags}


def _matching(
    kind: str, identifier: str, tags: Iterable[Mapping[str, Any]], wanted: Mapping[str, str], group: str = ""
) -> Iterator[Tagged]:
    """It, if its tags are the wanted ones."""
    found = _plain(tags)
    if all(found.get(key) == value for key, value in wanted.items()):
        yield Tagged(kind, identifier, found.get("release", ""), group)
