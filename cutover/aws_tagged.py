"""What is read of AWS by tags: everything of a colour that can have any.

Records have no tags, nor have routes, associations and policies of roles, which go with what they belong to. Each kind
is asked of its own description: the Resource Groups Tagging API knows neither roles nor Auto Scaling groups, and lists
what was deleted a while ago.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cutover import tagged
from cutover.aws import Aws
from cutover.tagged import Tagged

# Kind to what describes it, where in the answer, and what it is identified by.
_OF_EC2 = {
    tagged.NETWORK: ("describe_vpcs", "Vpcs", "VpcId"),
    tagged.SUBNET: ("describe_subnets", "Subnets", "SubnetId"),
    tagged.GATEWAY: ("describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    tagged.TABLE: ("describe_route_tables", "RouteTables", "RouteTableId"),
    tagged.NAT: ("describe_nat_gateways", "NatGateways", "NatGatewayId"),
    tagged.SECURITY: ("describe_security_groups", "SecurityGroups", "GroupId"),
    tagged.RULE: ("describe_security_group_rules", "SecurityGroupRules", "SecurityGroupRuleId"),
    tagged.TEMPLATE: ("describe_launch_templates", "LaunchTemplates", "LaunchTemplateId"),
    tagged.VOLUME: ("describe_volumes", "Volumes", "VolumeId"),
}
# NAT gateways are shown for a while after their delete, and volumes that are attached go with their instances.
_NOT_LEFT = {tagged.NAT: ("deleted",), tagged.VOLUME: ("in-use", "deleting", "deleted")}
# As many as DescribeTags of load balancers takes at once.
_ARNS_AT_ONCE = 20
_EC2_TRUSTED = "ec2.amazonaws.com"
_GROUP_OF = "aws:autoscaling:groupName"


class AwsTagged(Aws):
    """Reads of one account, over all pages; every method raises what boto3 raises."""

    def tagged(self, service: str, colour: str) -> tuple[Tagged, ...]:
        """Everything that is tagged with this `service` and `colour`, in the region of the session."""
        wanted = {"service": service, "colour": colour}
        ec2 = (self._of_ec2, self._instances, self._addresses)
        others = (self._balancing, self._groups, self._certificates, self._roles, self._profiles, self._parameters_of)
        return tuple(found for kind in (*ec2, *others) for found in kind(wanted))

    def _pages(self, service: str, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
        client: Any = self._client(service)  # type: ignore[call-overload]  # the service is a variable
        for page in client.get_paginator(operation).paginate(**arguments):
            yield from page[key]

    def _of_ec2(self, wanted: Mapping[str, str]) -> Iterator[Tagged]:
        for kind, (operation, key, identifier) in _OF_EC2.items():
            for one in self._pages("ec2", operation, key, Filters=_filters(wanted)):
                if one.get("State") not in _NOT_LEFT.get(kind, ()):
                    yield from _matching(kind, one[identifier], one.get("Tags", ()), wanted)

    def _instances(self, wanted: Mapping[str, str]) -> Iterator[Tagged]:
        for reservation in self._pages("ec2", "describe_instances", "Reservations", Filters=_filters(wanted)):
            for one in reservation["Instances"]:
                if one["State"]["Name"] != "terminated":
                    group = _plain(one["Tags"]).get(_GROUP_OF, "")
                    yield from _matching(tagged.INSTANCE, one["InstanceId"], one["Tags"], wanted, group)

    def _addresses(self, wanted: Mapping[str, str]) -> Iterator[Tagged]:
        """All at once: EC2 has no pages of them."""
        client: Any = self._client("ec2")
        for one in client.describe_addresses(Filters=_filters(wanted))["Addresses"]:
            yield from _matching(tagged.ADDRESS, one["AllocationId"], one["Tags"], wanted)

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
