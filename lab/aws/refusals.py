"""Calls that AWS refuses for what they would do, and moto does not."""

from collections.abc import Mapping

from lab.aws import balancer_subnets, certificate_proofs, network_dependencies, quotas
from lab.aws.gateway import Correction

REFUSALS: Mapping[tuple[str, str], Correction] = {
    ("ec2", "DeleteSecurityGroup"): network_dependencies.keep_used_security_group,
    ("ec2", "DeleteSubnet"): network_dependencies.keep_used_subnet,
    ("ec2", "DeleteVpc"): network_dependencies.keep_used_vpc,
    ("ec2", "DetachInternetGateway"): network_dependencies.keep_gateway_of_addresses,
    ("ec2", "RunInstances"): quotas.limit_user_data,
    ("elasticloadbalancing", "AddListenerCertificates"): certificate_proofs.take_what_is_issued,
    ("elasticloadbalancing", "CreateListener"): certificate_proofs.take_what_is_issued,
    ("elasticloadbalancing", "CreateLoadBalancer"): balancer_subnets.keep_to_one_vpc,
    ("elasticloadbalancing", "DeleteLoadBalancer"): balancer_subnets.keep_protected,
    ("elasticloadbalancing", "ModifyListener"): certificate_proofs.take_what_is_issued,
    ("elasticloadbalancing", "SetSubnets"): balancer_subnets.keep_to_one_vpc,
    ("iam", "CreatePolicy"): quotas.limit_managed_policy,
    ("iam", "CreatePolicyVersion"): quotas.limit_managed_policy,
    ("iam", "CreateRole"): quotas.limit_trust_policy,
    ("iam", "PutRolePolicy"): quotas.limit_role_policies,
    ("iam", "UpdateAssumeRolePolicy"): quotas.limit_trust_policy,
}
