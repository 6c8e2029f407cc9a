"""Calls with a role's credentials: what its policies allow, and nothing else; moto allows everything."""

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.core.utils import utcnow

from lab.aws import embedded
from lab.aws.iam import callers
from lab.aws.iam.callers import UnknownCaller, caller_of
from lab.aws.iam.credentials import SIX_HOURS_SECONDS, credentials_for_profile, credentials_for_role
from lab.client import ApiFault, LabClient, LabError, RoleCredentials
from tests.lab.parts.lab_account import Account

_NUMBERS = count(1)
ACCOUNT, REGION = "123456789012", "eu-central-1"
TRUST: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
Client = Callable[[str], Any]


def statement(action: Any, resource: Any = "*", effect: str = "Allow", when: Any = None) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **({"Condition": when} if when else {})}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def role(account: Account, *statements: dict[str, Any], trust: Any = TRUST, **others: Any) -> str:
    """Make a role with these statements; returns its name."""
    name, iam = f"role-{next(_NUMBERS)}", account.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust), **others)
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
    return name


def client_with(account: Account, keys: RoleCredentials, token: str | None = None) -> Client:
    """Clients with a session's keys; token: another one than theirs."""
    return lambda service: boto3.client(  # type: ignore[call-overload]  # the service is a variable
        service,
        endpoint_url=account.endpoint,
        region_name=REGION,
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
        aws_session_token=keys.session_token if token is None else token,
    )


def acting(account: Account, lab: LabClient, *statements: dict[str, Any], **others: Any) -> Client:
    """Clients of an instance whose role has these statements."""
    return client_with(account, lab.role_credentials(role(account, *statements, **others), "i-0123456789abcdef0"))


def parameter(account: Account, **others: Any) -> str:
    name = f"/permissions/{next(_NUMBERS)}"
    account.client("ssm").put_parameter(Name=name, Value="value", **{"Type": "String", **others})
    return name


def arn_of(name: str) -> str:
    return f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{name}"


def refused(call: Callable[..., Any], **arguments: Any) -> tuple[str, str, int]:
    """Code, message and status of the error that the call ends with."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    said = error.value.response
    return said["Error"]["Code"], said["Error"]["Message"], said["ResponseMetadata"]["HTTPStatusCode"]


def test_what_a_statement_allows_is_answered_and_what_none_allows_is_denied_in_awss_words(
    account: Account, lab: LabClient
) -> None:
    mine, other = parameter(account), parameter(account)
    name = role(account, statement("ssm:GetParameter", arn_of(mine)))
    ssm = client_with(account, lab.role_credentials(name, "i-0123456789abcdef0"))("ssm")
    assert ssm.get_parameter(Name=mine)["Parameter"]["Value"] == "value"
    assert refused(ssm.get_parameter, Name=other) == (
        "AccessDeniedException",
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{name}/i-0123456789abcdef0 is not authorized to perform: "
        f"ssm:GetParameter on resource: {arn_of(other)} because no identity-based policy allows the ssm:GetParameter "
        "action",
        400,
    )


def test_every_protocol_says_it_in_its_own_way(account: Account, lab: LabClient) -> None:
    mine = acting(account, lab)
    codes = [
        refused(mine("ec2").describe_vpcs)[::2],
        refused(mine("elbv2").describe_load_balancers)[::2],
        refused(mine("autoscaling").describe_auto_scaling_groups)[::2],
        refused(mine("iam").list_roles)[::2],
        refused(mine("route53").list_hosted_zones)[::2],
        refused(mine("ecr").get_authorization_token)[::2],
    ]
    assert codes == [("UnauthorizedOperation", 403), *[("AccessDenied", 403)] * 4, ("AccessDeniedException", 400)]


def test_who_one_is_needs_no_permission(account: Account, lab: LabClient) -> None:
    mine = acting(account, lab, statement("*", effect="Deny"))
    assert ":assumed-role/role-" in mine("sts").get_caller_identity()["Arn"]


def test_an_explicit_deny_decides_and_says_so(account: Account, lab: LabClient) -> None:
    name = parameter(account)
    ssm = acting(account, lab, statement("ssm:*"), statement("ssm:GetParameter", effect="Deny"))("ssm")
    assert "with an explicit deny in an identity-based policy" in refused(ssm.get_parameter, Name=name)[1]
    assert ssm.describe_parameters()["Parameters"]


def test_a_boundary_takes_away_what_it_does_not_allow(account: Account, lab: LabClient) -> None:
    name, iam = parameter(account), account.client("iam")
    boundary = iam.create_policy(PolicyName=f"b{next(_NUMBERS)}", PolicyDocument=document(statement("ec2:*")))
    arn = boundary["Policy"]["Arn"]
    mine = acting(account, lab, statement("*"), PermissionsBoundary=arn)
    assert (
        "because no permissions boundary allows the ssm:GetParameter"
        in refused(mine("ssm").get_parameter, Name=name)[1]
    )
    assert mine("ec2").describe_vpcs()["Vpcs"]


def test_managed_policies_count_in_their_default_version(account: Account, lab: LabClient) -> None:
    path, iam, name = parameter(account), account.client("iam"), role(account)
    made = iam.create_policy(PolicyName=f"m{next(_NUMBERS)}", PolicyDocument=document(statement("ssm:GetParameter")))
    iam.attach_role_policy(RoleName=name, PolicyArn=made["Policy"]["Arn"])
    ssm = client_with(account, lab.role_credentials(name))("ssm")
    assert ssm.get_parameter(Name=path)
    other = document(statement("ec2:*"))
    iam.create_policy_version(PolicyArn=made["Policy"]["Arn"], PolicyDocument=other, SetAsDefault=True)
    assert refused(ssm.get_parameter, Name=path)[0] == "AccessDeniedException"


def test_a_policy_counts_from_the_moment_it_is_there_and_is_gone(account: Account, lab: LabClient) -> None:
    path, iam, name = parameter(account), account.client("iam"), role(account)
    ssm = client_with(account, lab.role_credentials(name))("ssm")
    assert refused(ssm.get_parameter, Name=path)[0] == "AccessDeniedException"
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(statement("ssm:GetParameter")))
    assert ssm.get_parameter(Name=path)
    iam.delete_role_policy(RoleName=name, PolicyName="own")
    assert refused(ssm.get_parameter, Name=path)[0] == "AccessDeniedException"


def test_a_secret_is_meant_by_name_and_by_arn(account: Account, lab: LabClient) -> None:
    made = account.client("secretsmanager").create_secret(Name=f"secret-{next(_NUMBERS)}", SecretString="x")
    mine = acting(account, lab, statement("secretsmanager:GetSecretValue", made["ARN"]))("secretsmanager")
    assert mine.get_secret_value(SecretId=made["ARN"])["SecretString"] == "x"
    assert mine.get_secret_value(SecretId=made["Name"])["SecretString"] == "x"
    other = account.client("secretsmanager").create_secret(Name=f"secret-{next(_NUMBERS)}", SecretString="x")
    assert other["ARN"] in refused(mine.get_secret_value, SecretId=other["Name"])[1]
    assert "secret:nowhere-??????" in refused(mine.get_secret_value, SecretId="nowhere")[1]


@pytest.mark.parametrize("service", ["ssm", "secretsmanager"])
def test_a_value_under_a_key_of_ones_own_takes_the_key_too(account: Account, lab: LabClient, service: str) -> None:
    key = account.client("kms").create_key()["KeyMetadata"]["Arn"]
    made = account.client("secretsmanager").create_secret(Name=f"k{next(_NUMBERS)}", SecretString="x", KmsKeyId=key)
    path = parameter(account, Type="SecureString", KeyId=key)

    def value(client: Client) -> Any:
        if service == "ssm":
            return client(service).get_parameter(Name=path, WithDecryption=True)
        return client(service).get_secret_value(SecretId=made["ARN"])

    def through(other: str) -> Any:
        return {"StringEquals": {"kms:ViaService": f"{other}.{REGION}.amazonaws.com"}}

    read = statement(["ssm:GetParameter", "secretsmanager:GetSecretValue"])
    denied = refused(value, client=acting(account, lab, read))[1]
    assert f"kms:Decrypt on resource: {key} because no identity-based policy" in denied
    assert value(acting(account, lab, read, statement("kms:Decrypt", key, when=through(service))))
    assert (
        "kms:Decrypt"
        in refused(value, client=acting(account, lab, read, statement("kms:Decrypt", when=through("s3"))))[1]
    )


def test_a_key_whose_policy_does_not_name_the_account_does_not_follow_its_policies(
    account: Account, lab: LabClient
) -> None:
    name = role(account, statement(["ssm:GetParameter", "kms:Decrypt"]))
    other = role(account, statement("ssm:GetParameter"))
    only = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    arn = f"arn:aws:iam::{ACCOUNT}:role/{other}"
    key = account.client("kms").create_key(Policy=document({**only, "Principal": {"AWS": arn}}))["KeyMetadata"]["KeyId"]
    path = parameter(account, Type="SecureString", KeyId=key)
    ask = {"Name": path, "WithDecryption": True}
    denied = refused(client_with(account, lab.role_credentials(name))("ssm").get_parameter, **ask)[1]
    assert "because no resource-based policy allows the kms:Decrypt action" in denied
    assert client_with(account, lab.role_credentials(other))("ssm").get_parameter(**ask)


def test_a_key_policy_by_path_and_service_lets_in_the_roles_below_the_path_and_nobody_else(
    account: Account, lab: LabClient
) -> None:
    by_path = {
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": "kms:Decrypt",
        "Resource": "*",
        "Condition": {
            "StringEquals": {"kms:CallerAccount": ACCOUNT, "kms:ViaService": [f"ssm.{REGION}.amazonaws.com"]},
            "ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/tag-team/www.shop.example/*"},
        },
    }
    key = account.client("kms").create_key(Policy=document(by_path))["KeyMetadata"]["Arn"]
    path = parameter(account, Type="SecureString", KeyId=key)
    secrets = account.client("secretsmanager")
    made = secrets.create_secret(Name=f"by-path-{next(_NUMBERS)}", SecretString="x", KmsKeyId=key)["ARN"]
    read, inside = statement(["ssm:GetParameter", "secretsmanager:GetSecretValue"]), "/tag-team/www.shop.example/"
    ask = {"Name": path, "WithDecryption": True}
    assert acting(account, lab, read, Path=inside)("ssm").get_parameter(**ask)
    denied = [
        refused(acting(account, lab, read, Path=inside)("secretsmanager").get_secret_value, SecretId=made),
        refused(acting(account, lab, read, Path="/tag-team/another.example/")("ssm").get_parameter, **ask),
        refused(acting(account, lab, read)("ssm").get_parameter, **ask),
    ]
    assert [f"perform: kms:Decrypt on resource: {key}" in message for _, message, _ in denied] == [True] * 3


def test_the_keys_of_aws_itself_are_for_everybody(account: Account, lab: LabClient) -> None:
    name = parameter(account, Type="SecureString")
    ssm = acting(account, lab, statement("ssm:GetParameter"))("ssm")
    assert ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"] == "value"


def test_tags_of_resource_request_and_caller_count(account: Account, lab: LabClient) -> None:
    mine = parameter(account, Tags=[{"Key": "owner", "Value": "shop"}])
    other = parameter(account, Tags=[{"Key": "owner", "Value": "else"}])
    same = {"StringEquals": {"aws:ResourceTag/owner": "${aws:PrincipalTag/owner}"}}
    tags = {"Tags": [{"Key": "owner", "Value": "shop"}]}
    ssm = acting(account, lab, statement("ssm:GetParameter", when=same), **tags)("ssm")
    assert ssm.get_parameter(Name=mine)
    assert refused(ssm.get_parameter, Name=other)[0] == "AccessDeniedException"
    only = {"ForAllValues:StringEquals": {"aws:TagKeys": ["owner"]}}
    ssm = acting(account, lab, statement("ssm:PutParameter", when=only))("ssm")
    new = {"Name": "/permissions/tagged", "Value": "x", "Type": "String"}
    assert refused(ssm.put_parameter, **new, Tags=[{"Key": "other", "Value": "x"}])[0] == "AccessDeniedException"
    assert ssm.put_parameter(**new, Tags=[{"Key": "owner", "Value": "x"}])


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ({"StringNotEquals": {"aws:SourceIp": "x"}}, "the condition key aws:SourceIp is not known here"),
        ({"StringNotEqualsIfExists": {"ssm:Overwrite": "x"}}, "the condition key ssm:Overwrite is not known here"),
    ],
)
def test_what_the_lab_does_not_know_is_denied_and_named(
    account: Account, lab: LabClient, condition: dict[str, Any], problem: str
) -> None:
    name = parameter(account)
    ssm = acting(account, lab, statement("ssm:GetParameter", when=condition))("ssm")
    code, message, _ = refused(ssm.get_parameter, Name=name)
    assert code == "AccessDeniedException"
    assert "the lab cannot tell" in message
    assert problem in message


def test_a_role_decides_by_its_trust_policy_who_may_have_it(account: Account, lab: LabClient) -> None:
    sts, instances = account.client("sts"), role(account)
    denied = refused(sts.assume_role, RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{instances}", RoleSessionName="me")
    assert denied[0] == "AccessDenied"
    assert (
        f"is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::{ACCOUNT}:role/{instances}"
        in denied[1]
    )
    assert (
        refused(sts.assume_role, RoleArn=f"arn:aws:iam::{ACCOUNT}:role/none", RoleSessionName="me")[0] == "AccessDenied"
    )
    whole = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    open_to_all = role(account, statement("ec2:*"), trust={"Version": "2012-10-17", "Statement": [whole]})
    assert sts.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{open_to_all}", RoleSessionName="me")["Credentials"]
    other = acting(account, lab)("sts")
    ask = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{open_to_all}", "RoleSessionName": "me"}
    assert "no identity-based policy allows the sts:AssumeRole" in refused(other.assume_role, **ask)[1]


def test_a_session_policy_takes_away_too(account: Account) -> None:
    whole = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    name = role(account, statement("*"), trust={"Version": "2012-10-17", "Statement": [whole]})
    keys = account.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{name}", RoleSessionName="me", Policy=document(statement("ssm:*"))
    )["Credentials"]
    mine = client_with(account, RoleCredentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], ""))
    assert mine("ssm").describe_parameters()
    assert "because no session policy allows the ec2:DescribeVpcs action" in refused(mine("ec2").describe_vpcs)[1]


def test_a_user_may_do_what_their_policies_and_groups_allow(account: Account) -> None:
    iam, name = account.client("iam"), f"user-{next(_NUMBERS)}"
    iam.create_user(UserName=name)
    keys = iam.create_access_key(UserName=name)["AccessKey"]
    iam.create_group(GroupName=name)
    iam.add_user_to_group(GroupName=name, UserName=name)
    iam.put_group_policy(GroupName=name, PolicyName="p", PolicyDocument=document(statement("ssm:DescribeParameters")))
    mine = client_with(account, RoleCredentials(keys["AccessKeyId"], keys["SecretAccessKey"], "", ""), "")
    assert mine("ssm").describe_parameters()
    assert f"User: arn:aws:iam::{ACCOUNT}:user/{name} is not authorized" in refused(mine("ec2").describe_vpcs)[1]


def test_nobodys_credentials_and_those_without_their_token_are_refused(account: Account, lab: LabClient) -> None:
    nobody = client_with(account, RoleCredentials("AKIAIOSFODNN7EXAMPLE", "x", "", ""), "")
    assert refused(nobody("sts").get_caller_identity)[::2] == ("InvalidClientTokenId", 403)
    assert refused(nobody("ssm").describe_parameters)[0] == "UnrecognizedClientException"
    assert refused(nobody("ec2").describe_vpcs)[0] == "AuthFailure"
    keys = lab.role_credentials(role(account, statement("*")))
    assert refused(client_with(account, keys, "another")("sts").get_caller_identity)[0] == "InvalidClientTokenId"


def test_a_role_that_is_gone_lets_nobody_do_anything(account: Account, lab: LabClient) -> None:
    name = role(account)
    keys = lab.role_credentials(name)
    account.client("iam").delete_role(RoleName=name)
    assert refused(client_with(account, keys)("sts").get_caller_identity)[0] == "InvalidClientTokenId"
    with pytest.raises(LabError, match=f"there is no role '{name}'"):
        lab.role_credentials(name)


def test_an_instance_has_the_role_of_its_profile_and_its_own_id_for_a_name() -> None:
    iam = embedded.iam()
    made = iam.create_role("of-profile", json.dumps(TRUST), "/path/", None, "", [], None)
    profile = iam.create_instance_profile("profile", "/", ["of-profile"])
    iam.create_instance_profile("empty", "/", [])
    for name in (profile.arn, "profile"):
        keys = credentials_for_profile(name, "i-0123")
        assert keys.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/of-profile/i-0123"
        assert caller_of(keys.access_key_id, keys.session_token).principal.names == (keys.arn, made.arn)
        assert keys.environment()["AWS_SESSION_TOKEN"] == keys.session_token
    for name in ("empty", "none"):
        with pytest.raises(ValueError, match=f"no instance profile '{name}' with a role in it"):
            credentials_for_profile(name, "i-0123")


def test_credentials_end(monkeypatch: pytest.MonkeyPatch) -> None:
    embedded.iam().create_role("ending", json.dumps(TRUST), "/", None, "", [], None)
    keys = credentials_for_role("ending")
    assert caller_of(keys.access_key_id, keys.session_token)
    later = utcnow() + timedelta(seconds=SIX_HOURS_SECONDS + 1)
    monkeypatch.setattr(callers, "utcnow", lambda: later)
    with pytest.raises(UnknownCaller, match="is expired"):
        caller_of(keys.access_key_id, keys.session_token)


def test_bare_moto_lets_a_role_without_a_policy_do_everything(moto: Account) -> None:
    name = role(moto)
    keys = moto.client("sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{name}", RoleSessionName="me")
    found = keys["Credentials"]
    mine = client_with(moto, RoleCredentials(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"], ""))
    assert mine("ec2").describe_vpcs()["Vpcs"]


def test_calls_are_noted_with_caller_action_and_resource(account: Account, lab: LabClient) -> None:
    path, name = parameter(account), role(account, statement("ssm:GetParameter"))
    keys = lab.role_credentials(name, "i-0fedcba9876543210")
    mine = client_with(account, keys)
    mine("ssm").get_parameter(Name=path)
    refused(mine("ec2").describe_vpcs)
    account.ec2.create_vpc(CidrBlock="10.98.0.0/16")
    *_, first, second, third = lab.calls()
    assert (first.caller, first.action, first.resources, first.allowed) == (
        keys.arn,
        "ssm:GetParameter",
        (arn_of(path),),
        True,
    )
    assert (second.caller, second.action, second.resources, second.allowed) == (
        keys.arn,
        "ec2:DescribeVpcs",
        ("*",),
        False,
    )
    assert third.caller == f"arn:aws:sts::{ACCOUNT}:user/moto"
    assert (third.action, third.resources) == ("ec2:CreateVpc", (f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/*",))
    assert third.may_need == ("ec2:CreateTags",)
    assert third.region == REGION
    assert first.at <= second.at <= third.at


def test_a_call_that_was_made_to_fail_is_noted_all_the_same(account: Account, lab: LabClient) -> None:
    lab.set_api_faults([ApiFault("ec2", "DescribeVpcs", "Unavailable", 1)])
    assert refused(account.ec2.describe_vpcs, DryRun=False)[0] == "Unavailable"
    assert lab.calls()[-1].action == "ec2:DescribeVpcs"
