"""Sizes that AWS takes no more of; moto 5.2.5 takes any."""

import base64
import re
from collections.abc import Callable

from moto.iam.models import Role

from lab.aws import embedded
from lab.aws.answer import Answer, error
from lab.aws.request import ApiRequest

# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html: before it is encoded
USER_DATA_BYTES = 16_384
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: white space does not count
ROLE_POLICIES_CHARACTERS = 10_240
MANAGED_POLICY_CHARACTERS = 6_144
TRUST_POLICY_CHARACTERS = 2_048


def limit_user_data(request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
    """RunInstances, CreateLaunchTemplate and CreateLaunchTemplateVersion."""
    encoded = request.form.get("LaunchTemplateData.UserData", request.form.get("UserData", ""))
    try:
        size = len(base64.b64decode(encoded, validate=True))
    except ValueError:
        return error(request, "InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.")
    if size > USER_DATA_BYTES:
        code = "InvalidParameterValue" if request.action == "RunInstances" else "InvalidUserData.Malformed"
        return error(request, code, f"User data is limited to {USER_DATA_BYTES} bytes.")
    return pass_on()


def limit_role_policies(request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
    """PutRolePolicy: all policies in a role together."""
    name = request.form.get("RoleName", "")
    role: Role | None = next((one for one in embedded.iam().get_roles() if one.name == name), None)
    others = (
        {} if role is None else {key: text for key, text in role.policies.items() if key != request.form["PolicyName"]}
    )
    if sum(map(characters, (*others.values(), request.form["PolicyDocument"]))) > ROLE_POLICIES_CHARACTERS:
        text = f"Maximum policy size of {ROLE_POLICIES_CHARACTERS} bytes exceeded for role {name}"
        return error(request, "LimitExceeded", text)
    return pass_on()


def limit_managed_policy(request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
    """CreatePolicy and CreatePolicyVersion."""
    if characters(request.form["PolicyDocument"]) > MANAGED_POLICY_CHARACTERS:
        return error(request, "LimitExceeded", f"Cannot exceed quota for PolicySize: {MANAGED_POLICY_CHARACTERS}")
    return pass_on()


def limit_trust_policy(request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
    """CreateRole and UpdateAssumeRolePolicy."""
    document = request.form.get("AssumeRolePolicyDocument", request.form.get("PolicyDocument", ""))
    if characters(document) > TRUST_POLICY_CHARACTERS:
        return error(request, "LimitExceeded", f"Cannot exceed quota for ACLSizePerRole: {TRUST_POLICY_CHARACTERS}")
    return pass_on()


def characters(document: str) -> int:
    """The size of a policy as IAM counts it."""
    return len(re.sub(r"\s", "", document))
