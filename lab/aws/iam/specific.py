"""The condition keys that only some actions have, with their values in a request."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lab.aws import embedded

RUN_INSTANCES, LAUNCH_TEMPLATE = "ec2:RunInstances", "ec2:launchtemplate"
Facts = dict[str, tuple[str, ...]]
_Values = Callable[[Mapping[str, Any]], Facts]


def specific(action: str, parameters: Mapping[str, Any]) -> Facts:
    """Key in lower case to values, of those that this request has."""
    found = _OF_ACTION.get(action)
    return found(parameters) if found is not None else {}


def normalised(name: str) -> str:
    """A record's name as the condition has it: lower case, no dot at the end, other characters in octal.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-rrset-conditions.html
    """
    usual = "abcdefghijklmnopqrstuvwxyz0123456789-_."
    plain = name.replace("\\052", "*").lower().removesuffix(".")
    return "".join(letter if letter in usual else f"\\{ord(letter):03o}" for letter in plain)


def _record_sets(parameters: Mapping[str, Any]) -> Facts:
    changes = (parameters.get("ChangeBatch") or {}).get("Changes") or ()
    sets = [change.get("ResourceRecordSet") or {} for change in changes]
    return {
        "route53:changeresourcerecordsetsnormalizedrecordnames": _each(normalised(one.get("Name", "")) for one in sets),
        "route53:changeresourcerecordsetsrecordtypes": _each(one.get("Type", "") for one in sets),
        "route53:changeresourcerecordsetsactions": _each(change.get("Action", "") for change in changes),
    }


def _certificate(parameters: Mapping[str, Any]) -> Facts:
    """https://docs.aws.amazon.com/acm/latest/userguide/acm-conditions.html"""
    names = _each([parameters.get("DomainName", ""), *(parameters.get("SubjectAlternativeNames") or ())])
    method = parameters.get("ValidationMethod")
    return {"acm:domainnames": names, **({"acm:validationmethod": (method,)} if method else {})}


def _boundary_in_the_call(parameters: Mapping[str, Any]) -> Facts:
    """Of CreateRole and PutRolePermissionsBoundary: the one that they set.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
    """
    arn = parameters.get("PermissionsBoundary")
    return {"iam:permissionsboundary": (arn,)} if arn else {}


def _boundary_of_the_role(parameters: Mapping[str, Any]) -> Facts:
    roles = [one for one in embedded.iam().get_roles() if one.name == parameters.get("RoleName")]
    arn = roles[0].permissions_boundary_arn if roles else None
    policy = parameters.get("PolicyArn")
    return {
        **({"iam:permissionsboundary": (arn,)} if arn else {}),
        **({"iam:policyarn": (policy,)} if policy else {}),
    }


def _service_name(parameters: Mapping[str, Any]) -> Facts:
    return {"iam:awsservicename": (str(parameters.get("AWSServiceName", "")),)}


def encryption_context(said: Mapping[str, str]) -> Facts:
    """https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html"""
    return {f"kms:encryptioncontext:{key}".lower(): (value,) for key, value in said.items()}


def by_template(action: str, resources: Sequence[str]) -> Facts:
    """Of a launch that names its template by id, in the requests about each of its `resources`.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
    """
    named = [one for one in resources if ":launch-template/" in one]
    return {LAUNCH_TEMPLATE: (named[0],)} if action == RUN_INSTANCES and named else {}


def _each(values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in values))


_CHANGING_A_ROLE = (
    *("DeleteRole", "PutRolePolicy", "DeleteRolePolicy", "AttachRolePolicy", "DetachRolePolicy", "GetRole"),
    *("UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription", "DeleteRolePermissionsBoundary"),
)
_OF_ACTION: Mapping[str, _Values] = {
    "route53:ChangeResourceRecordSets": _record_sets,
    "acm:RequestCertificate": _certificate,
    "iam:CreateRole": _boundary_in_the_call,
    "iam:PutRolePermissionsBoundary": _boundary_in_the_call,
    "iam:CreateServiceLinkedRole": _service_name,
    "kms:Decrypt": lambda parameters: encryption_context(parameters.get("EncryptionContext") or {}),
    **{f"iam:{name}": _boundary_of_the_role for name in _CHANGING_A_ROLE},
}
