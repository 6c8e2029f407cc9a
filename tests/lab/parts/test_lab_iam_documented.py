"""The evaluator of policies against cases that AWS documents, each with its page.

The pages are below https://docs.aws.amazon.com/IAM/latest/UserGuide/.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from lab.aws.iam.document import parse
from lab.aws.iam.evaluation import Asked, Kind, Policies, Principal, decide, grants_the_account
from lab.aws.iam.unknown import CannotEvaluate

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/reader"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/i-0123"
WHO = Principal((SESSION, ROLE), ACCOUNT)
S3 = "arn:aws:s3:::amzn-s3-demo-bucket"
Values = Mapping[str, tuple[str, ...] | None]


def asked(action: str, resource: str = "*", values: Values | None = None, who: Principal = WHO) -> Asked:
    """A request; values: of every condition key that is known, None for those that the request does not have."""
    known = {key.lower(): value for key, value in (values or {}).items()}

    def lookup(key: str) -> tuple[str, ...] | None:
        if key.lower() not in known:
            raise CannotEvaluate(key)
        return known[key.lower()]

    return Asked(action, resource, who, lookup)


def policy(*statements: Mapping[str, Any], version: str | None = "2012-10-17") -> dict[str, Any]:
    return {**({"Version": version} if version else {}), "Statement": list(statements)}


def allow(action: Any, resource: Any = "*", **others: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **others}


def deny(action: Any, resource: Any = "*", **others: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **others}


def when(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


@dataclass(frozen=True)
class Case:
    """What AWS documents on `page`: whether the statements allow the action on the resource, with these values."""

    page: str
    statements: tuple[Mapping[str, Any], ...]
    action: str
    resource: str
    allowed: bool
    values: Values = field(default_factory=dict)
    version: str | None = "2012-10-17"


LOGIC = "reference_policies_evaluation-logic_policy-eval-denyallow.html"
ACTION = "reference_policies_elements_action.html"
NOT_ACTION = "reference_policies_elements_notaction.html"
RESOURCE = "reference_policies_elements_resource.html"
NOT_RESOURCE = "reference_policies_elements_notresource.html"
CONDITION = "reference_policies_elements_condition.html"
OPERATORS = "reference_policies_elements_condition_operators.html"
MULTIPLE = "reference_policies_condition-logic-multiple-context-keys-or-values.html"
VALUED = "reference_policies_condition-single-vs-multi-valued-context-keys.html"
VARIABLES = "reference_policies_variables.html"

_NO_DELETE = {"Effect": "Allow", "NotAction": "s3:DeleteBucket", "Resource": "arn:aws:s3:::*"}
_NOT_IAM = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
_MFA = {
    "Effect": "Deny",
    "NotAction": "iam:*",
    "Resource": "*",
    "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
}
_PAYROLL = {"Effect": "Deny", "Action": "s3:*", "NotResource": [f"{S3}/Payroll", f"{S3}/Payroll/*"]}
_TEST_FOLDERS = allow("s3:GetObject", f"{S3}/*/test/*")
_TYPES = allow("ec2:RunInstances", **when("StringLikeIfExists", "ec2:InstanceType", "t1.*", "t2.*", "m3.*"))
_KEYS = allow("ec2:CreateTags", **when("ForAllValues:StringEquals", "aws:TagKeys", "environment", "cost-center"))
_ANY_KEY = allow("ec2:CreateTags", **when("ForAnyValue:StringEquals", "aws:TagKeys", "environment", "cost-center"))
_NO_KEY = deny("ec2:CreateTags", **when("ForAnyValue:StringNotEquals", "aws:TagKeys", "environment", "cost-center"))
_IN_TIME = {
    **allow("service:Act"),
    "Condition": {
        "DateGreaterThan": {"aws:CurrentTime": "2020-04-01T00:00:00Z"},
        "DateLessThan": {"aws:CurrentTime": "2020-06-30T23:59:59Z"},
    },
}
_BOTH = {
    **allow("s3:ListBucket"),
    "Condition": {
        "StringEquals": {"aws:PrincipalTag/department": ["finance", "hr"], "aws:PrincipalTag/role": "audit"},
        "ArnLike": {"aws:PrincipalArn": ["arn:aws:iam::222222222222:user/Ana", "arn:aws:iam::222222222222:user/Mary"]},
    },
}
_ANA: Values = {
    "aws:PrincipalTag/department": ("hr",),
    "aws:PrincipalTag/role": ("audit",),
    "aws:PrincipalArn": ("arn:aws:iam::222222222222:user/Ana",),
}
_JOBS = ("StringNotEquals", "aws:PrincipalTag/job-category", "iamuser-admin", "developer")
_HOME = allow("s3:GetObject", f"{S3}/${{aws:username}}/*")
_TEAM = allow("s3:GetObject", f"{S3}/${{aws:PrincipalTag/team, 'company-wide'}}/*")
_TOPIC = "arn:aws:sns:eu-central-1:123456789012"
_SINCE = when("NumericLessThanEquals", "s3:max-keys", "10")


def one(page: str, statement: Mapping[str, Any], action: str, resource: str, allowed: bool, **values: Any) -> Case:
    """A case of one statement; values: of one condition key."""
    return Case(page, (statement,), action, resource, allowed, **values)


def of(key: str, *values: str) -> dict[str, Values]:
    """The values of a key; without any the request does not have it."""
    return {"values": {key: values or None}}


CASES = (
    # Denied by default, an explicit Deny before every Allow.
    one(LOGIC, allow("s3:ListBucket"), "s3:GetObject", S3, False),
    one(LOGIC, allow("s3:*"), "s3:GetObject", S3, True),
    Case(LOGIC, (allow("*"), deny("s3:GetObject")), "s3:GetObject", S3, False),
    Case(LOGIC, (deny("s3:GetObject"), allow("*")), "s3:GetObject", S3, False),
    Case(LOGIC, (deny("s3:GetObject"), allow("*")), "s3:ListBucket", S3, True),
    # Action: in any case, with wildcards.
    one(ACTION, allow("iam:ListAccessKeys"), "iam:ListAccessKeys", "*", True),
    one(ACTION, allow("IAM:listaccesskeys"), "iam:ListAccessKeys", "*", True),
    one(ACTION, allow("iam:*AccessKey*"), "iam:CreateAccessKey", "*", True),
    one(ACTION, allow("iam:*AccessKey*"), "iam:ListAccessKeys", "*", True),
    one(ACTION, allow("iam:*AccessKey*"), "iam:CreateUser", "*", False),
    one(ACTION, allow(["sqs:SendMessage", "sqs:ReceiveMessage"]), "sqs:ReceiveMessage", "*", True),
    one(ACTION, allow("sqs:*"), "sns:Publish", "*", False),
    # NotAction.
    one(NOT_ACTION, _NO_DELETE, "s3:DeleteBucket", S3, False),
    one(NOT_ACTION, _NO_DELETE, "s3:GetObject", f"{S3}/one", True),
    one(NOT_ACTION, _NO_DELETE, "ec2:StopInstances", f"arn:aws:ec2:eu-central-1:{ACCOUNT}:instance/i-1", False),
    one(NOT_ACTION, _NOT_IAM, "iam:CreateUser", "*", False),
    one(NOT_ACTION, _NOT_IAM, "ec2:RunInstances", "*", True),
    Case(NOT_ACTION, (allow("*"), _MFA), "ec2:RunInstances", "*", False, {"aws:MultiFactorAuthPresent": None}),
    Case(NOT_ACTION, (allow("*"), _MFA), "ec2:RunInstances", "*", True, {"aws:MultiFactorAuthPresent": ("true",)}),
    Case(NOT_ACTION, (allow("*"), _MFA), "iam:CreateUser", "*", True),
    # Resource: part by part, a * at the end of a part may go on.
    one(RESOURCE, allow("s3:GetObject", f"{S3}/*"), "s3:GetObject", f"{S3}/deep/down", True),
    one(RESOURCE, allow("s3:ListBucket", f"{S3}/*"), "s3:ListBucket", S3, False),
    *(
        one(RESOURCE, _TEST_FOLDERS, "s3:GetObject", f"{S3}/{key}", True)
        for key in ("1/test/o.jpg", "1/2/test/3/o.jpg")
    ),
    *(one(RESOURCE, _TEST_FOLDERS, "s3:GetObject", f"{S3}/{key}", False) for key in ("1-test/o.jpg", "test/o.jpg")),
    one(RESOURCE, allow("sns:Publish", f"{_TOPIC}:topic"), "sns:Publish", f"{_TOPIC}:Topic", False),
    one(
        RESOURCE,
        allow("iam:GetUser", "arn:aws:iam::1:user/acc*"),
        "iam:GetUser",
        "arn:aws:iam::1:user/accounts/a",
        True,
    ),
    one(RESOURCE, allow("sqs:*", "arn:aws:sqs:*:1:queue?"), "sqs:SendMessage", "arn:aws:sqs:eu-west-1:1:queue2", True),
    one(
        RESOURCE, allow("sqs:*", "arn:aws:sqs:*:1:queue?"), "sqs:SendMessage", "arn:aws:sqs:eu-west-1:1:queue22", False
    ),
    one(RESOURCE, allow("sqs:*", "arn:aws:sqs:eu-*-1:1:q"), "sqs:SendMessage", "arn:aws:sqs:eu-west-1:1:q", True),
    one(RESOURCE, allow("sqs:*", "arn:aws:sqs:eu-*-1:1:q"), "sqs:SendMessage", "arn:aws:sqs:us-east-1:1:q", False),
    # NotResource.
    Case(NOT_RESOURCE, (allow("s3:*"), _PAYROLL), "s3:GetObject", f"{S3}/Payroll/june", True),
    Case(NOT_RESOURCE, (allow("s3:*"), _PAYROLL), "s3:GetObject", f"{S3}/Plans", False),
    # All keys and operators must hold, any value of each.
    one(MULTIPLE, _BOTH, "s3:ListBucket", S3, True, values=_ANA),
    one(MULTIPLE, _BOTH, "s3:ListBucket", S3, False, values={**_ANA, "aws:PrincipalTag/role": ("x",)}),
    one(MULTIPLE, _BOTH, "s3:ListBucket", S3, False, values={**_ANA, "aws:PrincipalTag/department": None}),
    one(MULTIPLE, _BOTH, "s3:ListBucket", S3, False, values={**_ANA, "aws:PrincipalArn": ("arn:aws:iam::1:user/Ana",)}),
    # Several values of a negated operator: none of them.
    one(MULTIPLE, allow("*", **when(*_JOBS)), "ec2:X", "*", True, **of(_JOBS[1], "designer")),
    one(MULTIPLE, allow("*", **when(*_JOBS)), "ec2:X", "*", False, **of(_JOBS[1], "developer")),
    # Strings.
    one(
        OPERATORS,
        allow("*", **when("StringEquals", "aws:username", "ana")),
        "a:B",
        "*",
        True,
        **of("aws:username", "ana"),
    ),
    one(
        OPERATORS,
        allow("*", **when("StringEquals", "aws:username", "ana")),
        "a:B",
        "*",
        False,
        **of("aws:username", "Ana"),
    ),
    one(
        OPERATORS,
        allow("*", **when("StringEquals", "aws:username", "a*")),
        "a:B",
        "*",
        False,
        **of("aws:username", "ana"),
    ),
    one(
        OPERATORS,
        allow("*", **when("StringLike", "aws:username", "a?a")),
        "a:B",
        "*",
        True,
        **of("aws:username", "ana"),
    ),
    one(
        OPERATORS,
        allow("*", **when("StringEqualsIgnoreCase", "aws:username", "ana")),
        "a:B",
        "*",
        True,
        **of("aws:username", "ANA"),
    ),
    # Without the key: false, but true for a negated operator and with IfExists.
    one(OPERATORS, allow("*", **when("StringEquals", "aws:username", "ana")), "a:B", "*", False, **of("aws:username")),
    one(
        OPERATORS, allow("*", **when("StringNotEquals", "aws:username", "ana")), "a:B", "*", True, **of("aws:username")
    ),
    one(
        OPERATORS,
        allow("*", **when("ArnNotLike", "aws:SourceArn", "arn:aws:s3:::x")),
        "a:B",
        "*",
        True,
        **of("aws:SourceArn"),
    ),
    one(OPERATORS, _TYPES, "ec2:RunInstances", "*", True, **of("ec2:InstanceType")),
    one(OPERATORS, _TYPES, "ec2:RunInstances", "*", True, **of("ec2:InstanceType", "t2.micro")),
    one(OPERATORS, _TYPES, "ec2:RunInstances", "*", False, **of("ec2:InstanceType", "m5.large")),
    # Numbers, dates, truth, addresses, ARNs, Null.
    one(OPERATORS, allow("s3:ListBucket", **_SINCE), "s3:ListBucket", S3, True, **of("s3:max-keys", "10")),
    one(OPERATORS, allow("s3:ListBucket", **_SINCE), "s3:ListBucket", S3, False, **of("s3:max-keys", "11")),
    one(OPERATORS, allow("s3:ListBucket", **_SINCE), "s3:ListBucket", S3, False, **of("s3:max-keys")),
    one(OPERATORS, _IN_TIME, "service:Act", "*", True, **of("aws:CurrentTime", "2020-05-01T12:00:00+00:00")),
    one(OPERATORS, _IN_TIME, "service:Act", "*", False, **of("aws:CurrentTime", "2020-07-01T00:00:00+00:00")),
    one(OPERATORS, _IN_TIME, "service:Act", "*", False, **of("aws:CurrentTime", "2020-03-31T23:59:59+00:00")),
    Case(
        OPERATORS,
        (allow("s3:*"), deny("s3:*", **when("Bool", "aws:SecureTransport", "false"))),
        *("s3:GetObject", S3, False),
        {"aws:SecureTransport": ("false",)},
    ),
    one(
        OPERATORS,
        allow("*", **when("IpAddress", "aws:SourceIp", "203.0.113.0/24")),
        "a:B",
        "*",
        True,
        **of("aws:SourceIp", "203.0.113.9"),
    ),
    one(
        OPERATORS,
        allow("*", **when("IpAddress", "aws:SourceIp", "203.0.113.0/24")),
        "a:B",
        "*",
        False,
        **of("aws:SourceIp", "203.0.114.9"),
    ),
    one(
        OPERATORS,
        allow("*", **when("NotIpAddress", "aws:SourceIp", "203.0.113.0/24")),
        "a:B",
        "*",
        True,
        **of("aws:SourceIp", "203.0.114.9"),
    ),
    one(
        OPERATORS,
        allow("*", **when("IpAddress", "aws:SourceIp", "2001:DB8::/32")),
        "a:B",
        "*",
        True,
        **of("aws:SourceIp", "2001:db8::1"),
    ),
    one(
        OPERATORS,
        allow("*", **when("ArnEquals", "aws:SourceArn", f"{_TOPIC}:t")),
        "a:B",
        "*",
        True,
        **of("aws:SourceArn", f"{_TOPIC}:t"),
    ),
    one(
        OPERATORS,
        allow("*", **when("ArnLike", "aws:SourceArn", "arn:aws:sns:*:123456789012:t")),
        "a:B",
        "*",
        True,
        **of("aws:SourceArn", f"{_TOPIC}:t"),
    ),
    one(
        OPERATORS,
        allow("*", **when("ArnLike", "aws:SourceArn", "arn:aws:sns:*:1:t")),
        "a:B",
        "*",
        False,
        **of("aws:SourceArn", f"{_TOPIC}:t"),
    ),
    one(
        OPERATORS,
        allow("*", **when("Null", "aws:TokenIssueTime", "true")),
        "a:B",
        "*",
        True,
        **of("aws:TokenIssueTime"),
    ),
    one(
        OPERATORS,
        allow("*", **when("Null", "aws:TokenIssueTime", "true")),
        "a:B",
        "*",
        False,
        **of("aws:TokenIssueTime", "2020"),
    ),
    one(
        OPERATORS,
        allow("*", **when("Null", "aws:TokenIssueTime", "false")),
        "a:B",
        "*",
        True,
        **of("aws:TokenIssueTime", "2020"),
    ),
    one(
        OPERATORS,
        allow("*", **when("BinaryEquals", "key", "QmluYXJ5VmFsdWVJbkJhc2U2NA==")),
        "a:B",
        "*",
        True,
        **of("key", "QmluYXJ5VmFsdWVJbkJhc2U2NA=="),
    ),
    # Several values in the request.
    one(VALUED, _KEYS, "ec2:CreateTags", "*", True, **of("aws:TagKeys", "environment")),
    one(VALUED, _KEYS, "ec2:CreateTags", "*", True, **of("aws:TagKeys", "environment", "cost-center")),
    one(VALUED, _KEYS, "ec2:CreateTags", "*", False, **of("aws:TagKeys", "environment", "other")),
    one(VALUED, _KEYS, "ec2:CreateTags", "*", True, **of("aws:TagKeys")),
    one(VALUED, _ANY_KEY, "ec2:CreateTags", "*", True, **of("aws:TagKeys", "environment", "other")),
    one(VALUED, _ANY_KEY, "ec2:CreateTags", "*", False, **of("aws:TagKeys", "other")),
    one(VALUED, _ANY_KEY, "ec2:CreateTags", "*", False, **of("aws:TagKeys")),
    Case(VALUED, (allow("*"), _NO_KEY), "ec2:CreateTags", "*", False, {"aws:TagKeys": ("environment", "other")}),
    Case(VALUED, (allow("*"), _NO_KEY), "ec2:CreateTags", "*", True, {"aws:TagKeys": ("environment",)}),
    Case(VALUED, (allow("*"), _NO_KEY), "ec2:CreateTags", "*", True, {"aws:TagKeys": None}),
    # Variables.
    one(VARIABLES, _HOME, "s3:GetObject", f"{S3}/ana/x", True, **of("aws:username", "ana")),
    one(VARIABLES, _HOME, "s3:GetObject", f"{S3}/mary/x", False, **of("aws:username", "ana")),
    one(VARIABLES, _HOME, "s3:GetObject", f"{S3}/ana/x", False, **of("aws:username")),
    one(VARIABLES, _HOME, "s3:GetObject", f"{S3}/ana/x", False, **of("aws:username", "*")),
    one(VARIABLES, _TEAM, "s3:GetObject", f"{S3}/company-wide/x", True, **of("aws:PrincipalTag/team")),
    one(VARIABLES, _TEAM, "s3:GetObject", f"{S3}/yellow/x", True, **of("aws:PrincipalTag/team", "yellow")),
    one(VARIABLES, _TEAM, "s3:GetObject", f"{S3}/company-wide/x", False, **of("aws:PrincipalTag/team", "yellow")),
    one(VARIABLES, allow("s3:GetObject", f"{S3}/${{*}}"), "s3:GetObject", f"{S3}/*", True),
    one(VARIABLES, allow("s3:GetObject", f"{S3}/${{*}}"), "s3:GetObject", f"{S3}/x", False),
    one(
        VARIABLES,
        allow("s3:ListBucket", **when("StringLike", "s3:prefix", "${aws:username}/*")),
        *("s3:ListBucket", S3, True),
        values={"s3:prefix": ("ana/docs",), "aws:username": ("ana",)},
    ),
    # The older version knows no variables.
    one(
        VARIABLES, _HOME, "s3:GetObject", f"{S3}/ana/x", False, values={"aws:username": ("ana",)}, version="2008-10-17"
    ),
    one(VARIABLES, _HOME, "s3:GetObject", f"{S3}/${{aws:username}}/x", True, version=None),
)


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{number}-{case.page.removesuffix('.html')}" for number, case in enumerate(CASES)]
)
def test_it_decides_as_documented(case: Case) -> None:
    own = (parse(policy(*case.statements, version=case.version)),)
    decision = decide(asked(case.action, case.resource, case.values), Policies(identity=own))
    assert decision.allowed == case.allowed


# https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
_BOUNDARY = policy(allow(["s3:*", "cloudwatch:*", "ec2:*"]))


@pytest.mark.parametrize(
    ("identity", "boundary", "session", "denied_by"),
    [
        (allow("iam:CreateUser"), _BOUNDARY, None, Kind.BOUNDARY),
        (allow("ec2:RunInstances"), _BOUNDARY, None, Kind.IDENTITY),
        (allow("*"), policy(allow("iam:*")), None, None),
        (allow("*"), policy(allow("*"), deny("iam:CreateUser")), None, Kind.BOUNDARY),
        (allow("*"), None, policy(allow("s3:*")), Kind.SESSION),
        (allow("s3:*"), None, policy(allow("iam:*")), Kind.IDENTITY),
        (allow("iam:*"), policy(allow("iam:*")), policy(allow("iam:*")), None),
    ],
)
def test_boundary_and_session_policy_only_take_away(
    identity: Mapping[str, Any], boundary: Any, session: Any, denied_by: Kind | None
) -> None:
    limits = [None if document is None else parse(document) for document in (boundary, session)]
    policies = Policies((parse(policy(identity)),), *limits)
    assert decide(asked("iam:CreateUser"), policies).denied_by is denied_by


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
@pytest.mark.parametrize(
    ("statement", "direct", "by_account"),
    [
        ({"Effect": "Allow", "Principal": "*"}, True, True),
        ({"Effect": "Allow", "Principal": {"AWS": "*"}}, True, True),
        ({"Effect": "Allow", "Principal": {"AWS": ROLE}}, True, False),
        ({"Effect": "Allow", "Principal": {"AWS": [SESSION, "999999999999"]}}, True, False),
        ({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}}, False, True),
        ({"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}, False, True),
        ({"Effect": "Allow", "Principal": {"AWS": "999999999999"}}, False, False),
        ({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}, False, False),
        ({"Effect": "Allow", "Principal": {"Federated": "accounts.google.com"}}, False, False),
    ],
)
def test_a_resource_policy_means_a_principal_directly_or_their_account(
    statement: Mapping[str, Any], direct: bool, by_account: bool
) -> None:
    found = parse(policy({**statement, "Action": "kms:Decrypt", "Resource": "*"}))
    request = asked("kms:Decrypt", "arn:aws:kms:eu-central-1:1:key/k")
    assert decide(request, Policies(resource=found)).allowed == direct
    assert grants_the_account(found, request) == by_account


@pytest.mark.parametrize(
    ("spared", "denied"),
    [
        ([f"arn:aws:iam::{ACCOUNT}:root", ROLE, SESSION], False),
        ([ACCOUNT, ROLE, SESSION], False),
        ([ROLE, SESSION], True),
        ([f"arn:aws:iam::{ACCOUNT}:root", ROLE], True),
        ([f"arn:aws:iam::{ACCOUNT}:root"], True),
    ],
)
def test_not_principal_spares_only_who_is_named_in_full(spared: list[str], denied: bool) -> None:
    found = parse(policy({"Effect": "Deny", "NotPrincipal": {"AWS": spared}, "Action": "*", "Resource": "*"}))
    decision = decide(asked("s3:GetObject", S3), Policies((parse(policy(allow("*"))),), resource=found))
    assert decision.allowed is not denied


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ("{", "no JSON"),
        ({"Statement": []}, "statements"),
        ({"Version": "2024-01-01", "Statement": [allow("*")]}, "unknown version"),
        ({"Statement": [allow("*")], "Comment": "x"}, "unknown elements of a policy: Comment"),
        (policy({**allow("*"), "Actions": "*"}), "unknown elements of a statement: Actions"),
        (policy({**allow("*"), "Effect": "allow"}), "Allow or Deny"),
        (policy({**allow("*"), "NotAction": "*"}), "not both"),
        (policy({"Effect": "Allow", "Resource": "*"}), "without Action"),
        (policy(allow("*", Principal={"Everyone": "*"})), "unknown principal"),
        (policy({"Effect": "Allow", "NotPrincipal": "*", "Action": "*"}), "NotPrincipal with Allow"),
        (policy(allow("*", Condition={"StringEquals": "x"})), "object of objects"),
        (policy(allow({"a": "b"})), "text or a list"),
    ],
)
def test_what_the_grammar_does_not_have_is_an_error(document: Any, problem: str) -> None:
    with pytest.raises(CannotEvaluate, match=problem):
        parse(document)


@pytest.mark.parametrize(
    ("statement", "values", "problem"),
    [
        (allow("*", **when("StringMatches", "aws:username", "x")), {"aws:username": ("x",)}, "StringMatches"),
        (allow("*", **when("StringMatches", "aws:username", "x")), {"aws:username": None}, "StringMatches"),
        (allow("*", **when("ForSome:StringEquals", "aws:username", "x")), {"aws:username": ("x",)}, "ForSome"),
        (allow("*", **when("NullIfExists", "aws:username", "true")), {"aws:username": None}, "NullIfExists"),
        (allow("*", **when("StringEquals", "aws:unheard", "x")), {}, "aws:unheard"),
        (allow("*", **when("StringNotEquals", "aws:unheard", "x")), {}, "aws:unheard"),
        (allow("*", **when("StringEqualsIfExists", "aws:unheard", "x")), {}, "aws:unheard"),
        (deny("*", **when("StringEquals", "aws:unheard", "x")), {}, "aws:unheard"),
        (allow("*", **when("StringEquals", "aws:TagKeys", "x")), {"aws:TagKeys": ("x", "y")}, "2 values"),
        (allow("*", **when("NumericEquals", "n", "x")), {"n": ("1",)}, "no number"),
        (allow("*", **when("DateEquals", "d", "soon")), {"d": ("2020-01-01",)}, "no date"),
        (allow("*", **when("Bool", "b", "yes")), {"b": ("true",)}, "neither true nor false"),
        (allow("*", **when("IpAddress", "i", "10.0.0.0/33")), {"i": ("10.0.0.1",)}, "10.0.0.0/33"),
        (allow("*", "bucket/*"), {}, "no ARN"),
        (allow("*", "arn:aws:s3*"), {}, "no ARN"),
        ({"Effect": "Allow", "Action": "*"}, {}, "without Resource"),
        (allow("*", Principal="*"), {}, "identity-based policy with Principal"),
        (allow("*", f"{S3}/${{aws:unheard}}"), {}, "aws:unheard"),
    ],
)
def test_what_is_not_known_is_an_error_and_not_a_yes(
    statement: Mapping[str, Any], values: Values, problem: str
) -> None:
    with pytest.raises(CannotEvaluate, match=problem):
        decide(asked("s3:GetObject", S3, values), Policies((parse(policy(statement)),)))


def test_a_statement_about_something_else_may_hold_what_is_not_known() -> None:
    other = allow("sqs:*", **when("StringMatches", "aws:username", "x"))
    own = (parse(policy(other, allow("s3:*"))),)
    assert decide(asked("s3:GetObject", S3), Policies(own)).allowed
