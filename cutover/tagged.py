"""What carries a colour's tags: its kinds, and how each of them is deleted."""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cutover.printable import printable

# The kinds of EC2 are its own words for them:
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TagSpecification.html
GROUP, INSTANCE, VOLUME = "auto-scaling-group", "instance", "volume"
LISTENER, BALANCER, TARGETS = "listener", "load-balancer", "target-group"
TEMPLATE, NAT, ADDRESS = "launch-template", "natgateway", "elastic-ip"
RULE, SECURITY, TABLE, SUBNET = "security-group-rule", "security-group", "route-table", "subnet"
GATEWAY, NETWORK = "internet-gateway", "vpc"
CERTIFICATE, PROFILE, ROLE, PARAMETER = "certificate", "instance-profile", "role", "parameter"

# Whether it is one of the ways in or out, and of which group, only the rule itself says.
_RULE = "aws ec2 describe-security-group-rules --security-group-rule-ids {id} --region {region} --output text"

DELETED_BY: Mapping[str, str] = {
    GROUP: "aws autoscaling delete-auto-scaling-group --force-delete --auto-scaling-group-name {id} --region {region}",
    INSTANCE: "aws ec2 terminate-instances --instance-ids {id} --region {region}",
    LISTENER: "aws elbv2 delete-listener --listener-arn {id} --region {region}",
    BALANCER: "aws elbv2 delete-load-balancer --load-balancer-arn {id} --region {region}",
    TARGETS: "aws elbv2 delete-target-group --target-group-arn {id} --region {region}",
    TEMPLATE: "aws ec2 delete-launch-template --launch-template-id {id} --region {region}",
    VOLUME: "aws ec2 delete-volume --volume-id {id} --region {region}",
    NAT: "aws ec2 delete-nat-gateway --nat-gateway-id {id} --region {region}",
    ADDRESS: "aws ec2 release-address --allocation-id {id} --region {region}",
    RULE: "aws ec2 revoke-security-group-$("
    + _RULE
    + " --query \"SecurityGroupRules[0].IsEgress && 'egress' || 'ingress'\") --group-id $("
    + _RULE
    + " --query 'SecurityGroupRules[0].GroupId') --security-group-rule-ids {id} --region {region}",
    SECURITY: "aws ec2 delete-security-group --group-id {id} --region {region}",
    SUBNET: "aws ec2 delete-subnet --subnet-id {id} --region {region}",
    TABLE: "for association in $(aws ec2 describe-route-tables --route-table-ids {id} --region {region} --query "
    "'RouteTables[0].Associations[].RouteTableAssociationId' --output text); do aws ec2 disassociate-route-table "
    '--association-id "$association" --region {region}; done; '
    "aws ec2 delete-route-table --route-table-id {id} --region {region}",
    GATEWAY: "aws ec2 detach-internet-gateway --internet-gateway-id {id} --vpc-id $(aws ec2 describe-internet-gateways "
    "--internet-gateway-ids {id} --region {region} --query 'InternetGateways[0].Attachments[0].VpcId' --output text) "
    "--region {region}; aws ec2 delete-internet-gateway --internet-gateway-id {id} --region {region}",
    NETWORK: "aws ec2 delete-vpc --vpc-id {id} --region {region}",
    CERTIFICATE: "aws acm delete-certificate --certificate-arn {id} --region {region}",
    PROFILE: "aws iam remove-role-from-instance-profile --instance-profile-name {id} --role-name $(aws iam "
    "get-instance-profile --instance-profile-name {id} --query 'InstanceProfile.Roles[0].RoleName' --output text); "
    "aws iam delete-instance-profile --instance-profile-name {id}",
    ROLE: "for policy in $(aws iam list-role-policies --role-name {id} --query PolicyNames --output text); do "
    'aws iam delete-role-policy --role-name {id} --policy-name "$policy"; done; aws iam delete-role --role-name {id}',
    PARAMETER: "aws ssm delete-parameter --name {id} --region {region}",
}
"""Kind to the command that deletes one; what uses something comes before what it uses."""
_ORDER = {kind: number for number, kind in enumerate(DELETED_BY)}


@dataclass(frozen=True)
class Tagged:
    """One thing in AWS: its kind, and the identifier that a state has of it (an ARN, an id or a name).

    `group`: the Auto Scaling group that it belongs to, of an instance. `release`: as it is tagged.
    """

    kind: str
    id: str
    release: str = ""
    group: str = ""

    @property
    def quoted(self) -> str:
        """The identifier, for a shell."""
        return shlex.quote(printable(self.id))

    def __str__(self) -> str:
        return f"{self.kind} {self.id}" + (f" (release {self.release})" if self.release else "")


def in_order(found: Iterable[Tagged]) -> tuple[Tagged, ...]:
    """In the order in which they can be deleted."""
    return tuple(sorted(found, key=lambda one: (_ORDER[one.kind], one.id)))
