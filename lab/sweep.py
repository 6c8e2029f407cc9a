"""Removing everything of a service with a throw-away name from an account, whatever any state knows of it."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from cutover import orphans, places, tagged
from cutover.aws_tagged import AwsTagged
from cutover.orphans import State
from cutover.printable import printable
from cutover.record_set import plain
from cutover.tagged import Tagged, in_order

# A NAT gateway takes a minute or two, the network interfaces of a load balancer some more.
SECONDS = 1200.0
PAUSE_SECONDS = 5.0
NEWS_CHARACTERS = 300
# In the codes of errors about something that is not there.
_NOT_THERE = ("NotFound", "NoSuchEntity")
Report = Callable[[str], None]


class Sweep:
    """Of the service `name`, whose name nobody else has: what carries its tags, its records, its parameters.

    `colours` are the values of the tag `colour`. `session` is boto3's, `zone_id` the zone that the name is in.
    """

    def __init__(self, session: Any, name: str, colours: Iterable[str], zone_id: str) -> None:
        self._client: Callable[[str], Any] = session.client
        self._aws = AwsTagged(session)
        self._name, self._colours, self._zone_id = name, tuple(colours), zone_id
        self._gone: set[Tagged] = set()

    def until_clean(self, report: Report, seconds: float = SECONDS) -> tuple[str, ...]:
        """Remove all of it, again and again, since much can only go when something else has gone; what is left."""
        deadline, said = time.monotonic() + seconds, ""
        while True:
            self.records()
            self.parameters()
            refused = [f"{one}: {why}" for one in self._tagged() if (why := self._removed(one))]
            left = self.left()
            if not left or time.monotonic() > deadline:
                return left
            news = "; ".join(refused or left)
            if news != said:
                report(printable(f"{len(left)} left: {news}", NEWS_CHARACTERS))
                said = news
            time.sleep(PAUSE_SECONDS)

    def unknown_to(self, state: State, colour: str) -> None:
        """Remove what has the tags of `colour` and is not in its `state`, as far as it can go now.

        A load balancer that nobody knows of uses the security group and the subnets that its stack would destroy.
        """
        for one in orphans.orphans(self._aws.tagged(self._name, colour), state):
            self._removed(one)

    def left(self) -> tuple[str, ...]:
        """What is there, in words."""
        return (
            *map(str, self._tagged()),
            *(f"record {one['Name']} {one['Type']}" for one in self._records()),
            *(f"parameter {name}" for name in self._parameters()),
        )

    def live_records(self) -> None:
        """Remove what answers at the name itself: the program does not, as long as clients resolve it."""
        self._delete([one for one in self._records() if plain(one["Name"]) == self._name])

    def records(self) -> None:
        """Remove every record at the name, and below it."""
        self._delete(self._records())

    def parameters(self) -> None:
        """Remove the parameters of the service, the history of who was in charge with them."""
        for name in self._parameters():
            self._client("ssm").delete_parameter(Name=name)

    def _tagged(self) -> tuple[Tagged, ...]:
        found = (one for colour in self._colours for one in self._aws.tagged(self._name, colour))
        return in_order(one for one in found if one not in self._gone)

    def _records(self) -> list[dict[str, Any]]:
        pages = self._client("route53").get_paginator("list_resource_record_sets").paginate(HostedZoneId=self._zone_id)
        below = f".{self._name}"
        return [
            one
            for page in pages
            for one in page["ResourceRecordSets"]
            if plain(one["Name"]) == self._name or plain(one["Name"]).endswith(below)
        ]

    def _delete(self, records: list[dict[str, Any]]) -> None:
        changes = [{"Action": "DELETE", "ResourceRecordSet": one} for one in records]
        if changes:
            batch = {"Changes": changes}
            self._client("route53").change_resource_record_sets(HostedZoneId=self._zone_id, ChangeBatch=batch)

    def _parameters(self) -> list[str]:
        pages = self._client("ssm").get_paginator("get_parameters_by_path")
        found = pages.paginate(Path=places.of_service(self._name), Recursive=True)
        return [one["Name"] for page in found for one in page["Parameters"]]

    def _removed(self, one: Tagged) -> str:
        """Try to remove it; why that cannot be done yet, or empty."""
        try:
            _REMOVE[one.kind](self._client, one.id)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if not any(word in code for word in _NOT_THERE):
                return code or str(error)
            self._gone.add(one)  # some tags are listed for a while after what they were on has gone
        return ""


Remove = Callable[[Callable[[str], Any], str], object]


def _rule(client: Callable[[str], Any], identifier: str) -> None:
    ec2 = client("ec2")
    for rule in ec2.describe_security_group_rules(SecurityGroupRuleIds=[identifier])["SecurityGroupRules"]:
        revoke = ec2.revoke_security_group_egress if rule["IsEgress"] else ec2.revoke_security_group_ingress
        revoke(GroupId=rule["GroupId"], SecurityGroupRuleIds=[identifier])


def _table(client: Callable[[str], Any], identifier: str) -> None:
    ec2 = client("ec2")
    for table in ec2.describe_route_tables(RouteTableIds=[identifier])["RouteTables"]:
        for association in table["Associations"]:
            if not association.get("Main"):
                ec2.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
    ec2.delete_route_table(RouteTableId=identifier)


def _gateway(client: Callable[[str], Any], identifier: str) -> None:
    ec2 = client("ec2")
    for gateway in ec2.describe_internet_gateways(InternetGatewayIds=[identifier])["InternetGateways"]:
        for attached in gateway["Attachments"]:
            ec2.detach_internet_gateway(InternetGatewayId=identifier, VpcId=attached["VpcId"])
    ec2.delete_internet_gateway(InternetGatewayId=identifier)


def _profile(client: Callable[[str], Any], identifier: str) -> None:
    iam = client("iam")
    for role in iam.get_instance_profile(InstanceProfileName=identifier)["InstanceProfile"]["Roles"]:
        iam.remove_role_from_instance_profile(InstanceProfileName=identifier, RoleName=role["RoleName"])
    iam.delete_instance_profile(InstanceProfileName=identifier)


def _role(client: Callable[[str], Any], identifier: str) -> None:
    iam = client("iam")
    for policy in iam.list_role_policies(RoleName=identifier)["PolicyNames"]:
        iam.delete_role_policy(RoleName=identifier, PolicyName=policy)
    iam.delete_role(RoleName=identifier)


_REMOVE: Mapping[str, Remove] = {
    tagged.GROUP: lambda of, id_: of("autoscaling").delete_auto_scaling_group(
        AutoScalingGroupName=id_, ForceDelete=True
    ),
    tagged.INSTANCE: lambda of, id_: of("ec2").terminate_instances(InstanceIds=[id_]),
    tagged.LISTENER: lambda of, id_: of("elbv2").delete_listener(ListenerArn=id_),
    tagged.BALANCER: lambda of, id_: of("elbv2").delete_load_balancer(LoadBalancerArn=id_),
    tagged.TARGETS: lambda of, id_: of("elbv2").delete_target_group(TargetGroupArn=id_),
    tagged.TEMPLATE: lambda of, id_: of("ec2").delete_launch_template(LaunchTemplateId=id_),
    tagged.VOLUME: lambda of, id_: of("ec2").delete_volume(VolumeId=id_),
    tagged.NAT: lambda of, id_: of("ec2").delete_nat_gateway(NatGatewayId=id_),
    tagged.ADDRESS: lambda of, id_: of("ec2").release_address(AllocationId=id_),
    tagged.RULE: _rule,
    tagged.SECURITY: lambda of, id_: of("ec2").delete_security_group(GroupId=id_),
    tagged.SUBNET: lambda of, id_: of("ec2").delete_subnet(SubnetId=id_),
    tagged.TABLE: _table,
    tagged.GATEWAY: _gateway,
    tagged.NETWORK: lambda of, id_: of("ec2").delete_vpc(VpcId=id_),
    tagged.CERTIFICATE: lambda of, id_: of("acm").delete_certificate(CertificateArn=id_),
    tagged.PROFILE: _profile,
    tagged.ROLE: _role,
    tagged.PARAMETER: lambda of, id_: of("ssm").delete_parameter(Name=id_),
}
