import json
from typing import Any

import pytest
from pulumi_policy.proxy import UnknownValueError

from components import instance_role
from components.offsite import Kind, Offsite
from policies.locked_doors import locked_doors
from policies.locked_doors.permissions import narrow_statements, no_managed_policy, trusted_by_name
from policies.resource import Resource
from tests.policies.rules.declared import UNKNOWN, defaults, resource, said

DEFAULTS = defaults(locked_doors)
ROLE, ROLE_POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
PARAMETER = "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/database-url"


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **each} for each in statements]})


def policy(**statement: Any) -> Resource:
    return resource(ROLE_POLICY, policy=document(statement))


def test_the_statements_of_the_instance_role_pass() -> None:
    offsite = [Offsite(Kind.PARAMETER, "/shop/database-url"), Offsite(Kind.SECRET, PARAMETER)]
    image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop"
    statements = instance_role.statements(offsite, image, "aws", "eu-central-1", "123456789012")
    role = resource(ROLE_POLICY, policy=json.dumps({"Statement": statements}))
    assert said(narrow_statements, role, **DEFAULTS) == []


@pytest.mark.parametrize(
    ("statement", "seen"),
    [
        ({"Action": "*", "Resource": "*"}, "Action: *"),
        ({"Action": ["ssm:*"], "Resource": PARAMETER}, "Action: ssm:*"),
        ({"Action": "s3:Get*", "Resource": "arn:aws:s3:::a/b"}, "Action: s3:Get*"),
        ({"Action": ["ssm:GetParameter"], "Resource": "*"}, "Resource: * for ssm:GetParameter"),
        ({"Action": "s3:GetObject", "Resource": ["arn:aws:s3:::*"]}, "Resource: arn:aws:s3:::* for s3:GetObject"),
        (
            {"Action": ["ecr:GetAuthorizationToken", "ecr:BatchGetImage"], "Resource": "*"},
            "Resource: * for ecr:BatchGetImage",
        ),
        ({"NotAction": "iam:*", "Resource": PARAMETER}, "NotAction: iam:*"),
        ({"Action": "ssm:GetParameter", "NotResource": "arn:b"}, "NotResource: arn:b"),
    ],
)
def test_a_statement_that_is_wider_than_it_could_be_is_refused(statement: dict[str, Any], seen: str) -> None:
    assert said(narrow_statements, policy(**statement), **DEFAULTS) == [f"a statement of it allows too much: {seen}"]


def test_what_is_denied_may_be_as_wide_as_it_likes() -> None:
    assert said(narrow_statements, policy(Effect="Deny", Action="*", Resource="*"), **DEFAULTS) == []


def test_policies_that_are_written_into_a_role_are_looked_at_too() -> None:
    wide = document({"Action": "*", "Resource": "*"})
    assert len(said(narrow_statements, resource(ROLE, inlinePolicies=[{"policy": wide}]), **DEFAULTS)) == 1


def test_an_action_that_cannot_be_narrowed_is_a_parameter() -> None:
    wide = policy(Action="translate:TranslateText", Resource="*")
    assert len(said(narrow_statements, wide, **DEFAULTS)) == 1
    assert said(narrow_statements, wide, **{**DEFAULTS, "unnarrowableActions": ["translate:TranslateText"]}) == []


def test_a_policy_that_is_not_known_yet_cannot_be_checked() -> None:
    for check in (narrow_statements, no_managed_policy, trusted_by_name):
        unknown: dict[str, Any] = {"policy": UNKNOWN, "policyArn": UNKNOWN, "assumeRolePolicy": UNKNOWN}
        kind = {narrow_statements: ROLE_POLICY, no_managed_policy: ATTACHMENT, trusted_by_name: ROLE}[check]
        with pytest.raises(UnknownValueError):
            said(check, resource(kind, **unknown), **DEFAULTS)


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"Service": "ec2.amazonaws.com", "AWS": ["*"]}])
def test_a_role_that_anybody_may_take_on_is_refused(principal: object) -> None:
    trust = document({"Principal": principal, "Action": "sts:AssumeRole"})
    assert len(said(trusted_by_name, resource(ROLE, assumeRolePolicy=trust))) == 1


def test_a_role_for_a_service_passes() -> None:
    trust = document({"Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    assert said(trusted_by_name, resource(ROLE, assumeRolePolicy=trust)) == []


def test_a_policy_of_aws_itself_is_refused_unless_the_pack_is_told_to_allow_it() -> None:
    arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM"
    attached = resource(ATTACHMENT, policyArn=arn)
    assert said(no_managed_policy, attached, **DEFAULTS) == [f"it attaches a policy of AWS's own: {arn}"]
    assert len(said(no_managed_policy, resource(ROLE, managedPolicyArns=[arn]), **DEFAULTS)) == 1
    assert said(no_managed_policy, attached, **{**DEFAULTS, "managedPolicies": ["AmazonEC2RoleforSSM"]}) == []
    own = resource(ATTACHMENT, policyArn="arn:aws:iam::123456789012:policy/own")
    assert said(no_managed_policy, own, **DEFAULTS) == []
