"""All roles with their policies as one CloudFormation template: one command makes them, and brings them up to date."""

from collections.abc import Mapping
from typing import Any

from cutover.refusal import Refusal
from iam import documents
from iam.documents import Document
from iam.roles import BOUNDARY, ROLES, Role
from iam.values import Values, policy_name

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
LONGEST_ROLE_NAME = 64
# As long as `propagationTimeout` may be, and what comes with it. A job asks for an hour unless it says more.
_SESSION_SECONDS = 4 * 3600
FORMAT = "2010-09-09"
# Of a template that is not in S3:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MOST_BYTES = 51_200


def role_name(project: str, role: Role) -> str:
    """Not below the path of the instances' roles, which whoever has the role `colour` may change."""
    return policy_name(project, role.name)


def template(project: str, values: Values, has_state: bool) -> Document:
    """The template of a project whose `values` are these; has_state: its state lies in S3."""
    roles = {role: _logical(role.name, "Role") for role in ROLES}
    held: dict[str, list[str]] = {BOUNDARY: []}
    for role, logical in roles.items():
        for name in (*role.documents, *(role.state if has_state else ())):
            held.setdefault(name, []).append(logical)
    resources: dict[str, Any] = {logical: _role(project, role, values) for role, logical in roles.items()}
    for name, by in held.items():
        resources[_logical(name, "Policy")] = _policy(project, name, by, values)
    outputs = {f"{logical}Arn": {"Value": {"Fn::GetAtt": [logical, "Arn"]}} for logical in roles.values()}
    return {
        "AWSTemplateFormatVersion": FORMAT,
        "Description": f"Roles of {project}: written by python -m iam",
        "Resources": resources,
        "Outputs": {**outputs, "BoundaryArn": {"Value": {"Ref": _logical(BOUNDARY, "Policy")}}},
    }


def text(template: Document) -> str:
    """As it is written to a file, compact where it must be; raises Refusal when CloudFormation would not take it."""
    readable, compact = documents.text(template), documents.compact(template)
    if len(readable.encode()) <= MOST_BYTES:
        return readable
    if (size := len(compact.encode())) > MOST_BYTES:
        raise Refusal(
            "the template of the roles is more than CloudFormation takes",
            seen=f"{size} bytes without white space",
            allowed=f"at most {MOST_BYTES}; they grow with `names` and `offsite`",
            next_step="edit `names` or `offsite` under `config` in Pulumi.yaml: one secret can hold several values",
        )
    return compact


def trust(role: Role, values: Values) -> Document:
    """Who may have the role: the jobs of its environments, and whom the account lets where it is typed by hand."""
    by_hand = values.several["EACH-ACCOUNT-BY-HAND"] if role.environments else (values.one["ACCOUNT"],)
    environments = tuple(role.environments) if values.one["REPOSITORY"] else ()
    return documents.rendered("trust", values.also(EACH_ENVIRONMENT=environments, EACH_ACCOUNT_BY_HAND=by_hand))


def _role(project: str, role: Role, values: Values) -> Mapping[str, Any]:
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": role_name(project, role),
            "AssumeRolePolicyDocument": trust(role, values),
            "MaxSessionDuration": _SESSION_SECONDS,
        },
    }


def _policy(project: str, name: str, held_by: list[str], values: Values) -> Mapping[str, Any]:
    return {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "ManagedPolicyName": policy_name(project, name),
            "PolicyDocument": documents.rendered(name, values),
            **({"Roles": [{"Ref": one} for one in held_by]} if held_by else {}),
        },
    }


def _logical(name: str, kind: str) -> str:
    return "".join(part.capitalize() for part in name.split("-")) + kind
