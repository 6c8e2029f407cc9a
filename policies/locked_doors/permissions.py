"""IAM statements that allow what is needed, on what it is needed for."""

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from ..finding import Finding
from ..resource import Resource, blocks
from ..rule import Parameters

_POLICIES = (
    "aws:iam/policy:Policy",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/groupPolicy:GroupPolicy",
)
_ATTACHMENTS = (
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
)
_ROLE = "aws:iam/role:Role"
_WHY = "Whoever gets into one instance has these permissions, in the whole account."


def narrow_statements(resource: Resource, parameters: Parameters) -> Iterator[Finding]:
    """An Allow statement for any action, or on any resource where the action can be narrowed."""
    if resource.type in _POLICIES:
        documents = [resource.props["policy"]]
    elif resource.type == _ROLE:
        documents = [each["policy"] for each in blocks(resource.props, "inlinePolicies") if each.get("policy")]
    else:
        return
    unnarrowable = parameters["unnarrowableActions"]
    for statement in (each for document in documents for each in _allowed(document)):
        for wrong in _too_wide(statement, unnarrowable):
            yield Finding(
                f"a statement of {resource.name} allows too much",
                wrong,
                _WHY,
                "Name the actions, and the ARNs they are for.",
            )


def _too_wide(statement: Mapping[str, Any], unnarrowable: list[str]) -> Iterator[str]:
    for key in ("NotAction", "NotResource"):
        if key in statement:
            yield f"{key}: {', '.join(_texts(statement[key]))}"
    actions = _texts(statement.get("Action", []))
    narrowable = [action for action in actions if not any(fnmatchcase(action, known) for known in unnarrowable)]
    wild = [action for action in narrowable if "*" in action]
    if wild:
        yield f"Action: {', '.join(wild)}"
    everything = [name for name in _texts(statement.get("Resource", [])) if name.split(":", 5)[-1] == "*"]
    if everything and set(narrowable) - set(wild):
        yield f"Resource: {everything[0]} for {', '.join(sorted(set(narrowable) - set(wild)))}"


def trusted_by_name(resource: Resource, _: Parameters) -> Iterator[Finding]:
    """A role that anybody may take on."""
    if resource.type != _ROLE:
        return
    for statement in _allowed(resource.props["assumeRolePolicy"]):
        principal = statement.get("Principal")
        named = (
            [principal] if isinstance(principal, str) else [t for of in (principal or {}).values() for t in _texts(of)]
        )
        if "*" in named or "NotPrincipal" in statement:
            yield Finding(
                f"anybody may take on the role {resource.name}",
                f"Principal: {', '.join(named) or 'all but some'}",
                "The role reads the service's secrets.",
                "Name the service or the role that needs it, like ec2.amazonaws.com.",
            )


def no_managed_policy(resource: Resource, parameters: Parameters) -> Iterator[Finding]:
    """A policy of AWS's own, which is made for everybody and grows."""
    if resource.type in _ATTACHMENTS:
        policies = [resource.props["policyArn"]]
    elif resource.type == _ROLE:
        policies = list(resource.props.get("managedPolicyArns") or ())
    else:
        return
    for arn in policies:
        name = arn.partition(":policy/")[2].rpartition("/")[2]
        if ":iam::aws:policy/" in arn and name not in parameters["managedPolicies"]:
            yield Finding(
                f"{resource.name} attaches a policy of AWS's own",
                arn,
                "It is on any resource, and AWS adds actions to it: AmazonSSMManagedInstanceCore, for one, lets an "
                "instance read every parameter of the account.",
                "Write down the statements that are needed, as in components/instance_role.py.",
            )


def _allowed(document: str) -> Iterator[Mapping[str, Any]]:
    statements = json.loads(document).get("Statement", [])
    for statement in statements if isinstance(statements, list) else [statements]:
        if statement.get("Effect") == "Allow":
            yield statement


def _texts(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
