"""Every condition in a role's documents keeps something out: without it a call that must not be would be allowed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pytest

from iam.roles import COLOUR, LIVE, Role
from lab.client import Judged
from tests.lab import proof
from tests.lab.proof import Named
from tests.unit.test_iam import PLACE, filled

NAME, OTHER = "www.shop.example", "www.other.example"
Facts = Mapping[str, tuple[str, ...]]
VALUES = filled()
AMBER, GREEN = {"aws:requesttag/colour": ("amber",)}, {"aws:requesttag/colour": ("green",)}
AS_OURS, AS_THEIRS = {"aws:requesttag/service": (NAME,)}, {"aws:requesttag/service": (OTHER,)}
OURS, THEIRS = {"aws:resourcetag/service": (NAME,)}, {"aws:resourcetag/service": (OTHER,)}
ZONE = f"arn:{PLACE.partition}:route53:::hostedzone/Z1"
BOUNDARY = {"iam:permissionsboundary": ("arn:aws:iam::123456789012:policy/tag-team-instance-boundary",)}
ACM = {"acm:validationmethod": ("DNS",), "acm:domainnames": (NAME,)}


def ec2(kind: str) -> str:
    return PLACE.arn("ec2", f"{kind}/*")


def elb(kind: str) -> str:
    return PLACE.arn("elasticloadbalancing", f"{kind}/amber-1/1")


def iam(name: str) -> str:
    return PLACE.arn("iam", name, region=False)


def records(name: str | None, kind: str = "A", action: str = "UPSERT") -> dict[str, tuple[str, ...]]:
    """Of a change of one record set; without a name: of a request that says nothing of any."""
    key = "route53:changeresourcerecordsets"
    said = {"normalizedrecordnames": name, "recordtypes": kind, "actions": action} if name else {}
    return {f"{key}{which}": (str(value),) for which, value in said.items()}


def creating(action: str, service: str = "ec2") -> dict[str, tuple[str, ...]]:
    return {f"{service}:createaction": (action,)}


BY_TEMPLATE = {"ec2:launchtemplate": (ec2("launch-template").replace("*", "lt-1"),)}
GROUP = PLACE.arn("autoscaling", "autoScalingGroup:1:autoScalingGroupName/amber-1")
PROFILE, ROLE = iam("instance-profile/amber-1"), iam(f"role/tag-team/{NAME}/amber-1")
CERTIFICATE = PLACE.arn("acm", "certificate/1")
PROOF = f"_{'0f' * 16}.{NAME}"
SERVICES_OWN = iam("role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling")
COLOUR_MUST_NOT: tuple[tuple[str, str, Facts], ...] = (
    ("ec2:CreateVpc", ec2("vpc"), {**AS_THEIRS, **AMBER}),
    ("ec2:CreateVpc", ec2("vpc"), {**AS_OURS, **GREEN}),
    ("ec2:CreateSubnet", ec2("subnet"), {**AS_THEIRS, **AMBER}),
    ("ec2:CreateSubnet", ec2("subnet"), {**AS_OURS, **GREEN}),
    ("ec2:CreateNatGateway", ec2("natgateway"), {**AS_THEIRS, **AMBER}),
    ("ec2:CreateNatGateway", ec2("natgateway"), {**AS_OURS, **GREEN}),
    ("ec2:CreateTags", ec2("subnet"), {**AS_THEIRS, **creating("CreateSubnet")}),
    ("ec2:CreateTags", ec2("vpc"), {**AS_OURS, **THEIRS}),
    ("ec2:CreateTags", ec2("vpc"), {**AS_THEIRS, **OURS}),
    ("ec2:DeleteVpc", ec2("vpc"), THEIRS),
    ("ec2:ReplaceRoute", ec2("route-table"), THEIRS),
    ("ec2:ModifySecurityGroupRules", ec2("security-group"), THEIRS),
    ("ec2:DisassociateAddress", ec2("elastic-ip"), THEIRS),
    ("ec2:DescribeVpcAttribute", ec2("vpc"), THEIRS),
    ("elasticloadbalancing:CreateLoadBalancer", elb("loadbalancer/app"), AS_THEIRS),
    (
        "elasticloadbalancing:AddTags",
        elb("targetgroup"),
        {**AS_THEIRS, **creating("CreateTargetGroup", "elasticloadbalancing")},
    ),
    ("elasticloadbalancing:AddTags", elb("targetgroup"), {**AS_OURS, **THEIRS}),
    ("elasticloadbalancing:AddTags", elb("targetgroup"), {**AS_THEIRS, **OURS}),
    ("elasticloadbalancing:DeleteLoadBalancer", elb("loadbalancer/app"), THEIRS),
    ("autoscaling:CreateAutoScalingGroup", GROUP, AS_THEIRS),
    ("autoscaling:CreateOrUpdateTags", GROUP, {**AS_OURS, **THEIRS}),
    ("autoscaling:UpdateAutoScalingGroup", GROUP, THEIRS),
    ("ec2:RunInstances", ec2("subnet"), THEIRS),
    ("ec2:RunInstances", ec2("instance"), {**AS_THEIRS, **BY_TEMPLATE}),
    ("ec2:RunInstances", ec2("instance"), AS_OURS),
    ("ec2:RunInstances", f"arn:{PLACE.partition}:ec2:{PLACE.region}::image/ami-1", {}),
    ("iam:CreateRole", ROLE, AS_OURS),
    ("iam:CreateRole", ROLE, {**AS_THEIRS, **BOUNDARY}),
    ("iam:PutRolePolicy", ROLE, {}),
    ("iam:PassRole", ROLE, {"iam:passedtoservice": ("lambda.amazonaws.com",)}),
    ("iam:CreateInstanceProfile", PROFILE, AS_THEIRS),
    ("iam:TagInstanceProfile", PROFILE, {**AS_OURS, **THEIRS}),
    ("iam:TagInstanceProfile", PROFILE, {**AS_THEIRS, **OURS}),
    ("iam:DeleteInstanceProfile", PROFILE, THEIRS),
    ("iam:CreateServiceLinkedRole", SERVICES_OWN, {"iam:awsservicename": ("spot.amazonaws.com",)}),
    ("route53:ChangeResourceRecordSets", ZONE, records(NAME)),
    ("route53:ChangeResourceRecordSets", ZONE, records(f"amber.{NAME}", "CNAME")),
    ("route53:ChangeResourceRecordSets", ZONE, records(f"amber.{NAME}", action="CREATE")),
    ("route53:ChangeResourceRecordSets", ZONE, records(None)),
    ("route53:ChangeResourceRecordSets", ZONE, records(f"_dmarc.{NAME}", "CNAME")),
    ("route53:ChangeResourceRecordSets", ZONE, records(f"_acme-challenge.{NAME}", "CNAME")),
    ("route53:ChangeResourceRecordSets", ZONE, records(PROOF, "TXT")),
    ("route53:ChangeResourceRecordSets", ZONE, records(PROOF, "CNAME", "DELETE")),
    ("acm:RequestCertificate", "*", {**AS_THEIRS, **ACM}),
    ("acm:RequestCertificate", "*", {**AS_OURS, **ACM, "acm:validationmethod": ("EMAIL",)}),
    ("acm:RequestCertificate", "*", {**AS_OURS, **ACM, "acm:domainnames": (NAME, "shop.example")}),
    ("acm:RequestCertificate", "*", {**AS_OURS, "acm:validationmethod": ("DNS",)}),
    ("acm:AddTagsToCertificate", CERTIFICATE, AS_THEIRS),
    ("acm:AddTagsToCertificate", CERTIFICATE, {**AS_OURS, **THEIRS}),
    ("acm:AddTagsToCertificate", CERTIFICATE, {**AS_THEIRS, **OURS}),
    ("acm:DeleteCertificate", CERTIFICATE, THEIRS),
)
LIVE_MUST_NOT: tuple[tuple[str, str, Facts], ...] = (
    ("route53:ChangeResourceRecordSets", ZONE, records(f"amber.{NAME}")),
    ("route53:ChangeResourceRecordSets", ZONE, records(NAME, "AAAA")),
    ("route53:ChangeResourceRecordSets", ZONE, records(NAME, action="CREATE")),
    ("route53:ChangeResourceRecordSets", ZONE, records(None)),
    ("ec2:DescribeVpcAttribute", ec2("vpc"), THEIRS),
)


@dataclass(frozen=True)
class Without:
    """The statements of a role, in one of which a condition is taken out; said: which."""

    said: str
    held: list[Named]


def each_taken_out(role: Role) -> Iterator[Without]:
    held = proof.statements(role, VALUES)
    for one in held:
        for taken in one.statement.conditions if one.statement.allows else ():
            left = tuple(other for other in one.statement.conditions if other is not taken)
            less = replace(one, statement=replace(one.statement, conditions=left))
            said = f"{one.document} {one.sid} {taken.operator} {taken.key}"
            yield Without(said, [less if other is one else other for other in held])


CASES = {COLOUR: COLOUR_MUST_NOT, LIVE: LIVE_MUST_NOT}


@pytest.mark.parametrize("role", CASES, ids=lambda role: role.name)
def test_what_must_not_be_is_not_allowed(role: Role) -> None:
    held = proof.statements(role, VALUES)
    assert [one for one in CASES[role] if proof.allows(held, Judged(*one))] == []


@pytest.mark.parametrize("role", CASES, ids=lambda role: role.name)
def test_without_any_one_condition_something_of_it_would_be(role: Role) -> None:
    every = list(each_taken_out(role))
    assert len(every) >= (40 if role is COLOUR else 5)
    must_not = [Judged(*one) for one in CASES[role]]
    assert [one.said for one in every if not any(proof.allows(one.held, call) for call in must_not)] == []
