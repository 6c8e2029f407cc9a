"""Credentials of roles, as an instance gets them from its metadata service."""

from moto.iam.models import InstanceProfile
from moto.sts.models import sts_backends

from lab.aws import embedded
from lab.messages import RoleCredentials

# What an instance's credentials last for: they are renewed long before.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
SIX_HOURS_SECONDS = 6 * 3600


def credentials_for_role(role_name: str, session_name: str = "lab") -> RoleCredentials:
    """A new session of the role, made as a service makes one: calls with it may do what the role's policies allow.

    session_name: of an instance, its id. Raises ValueError when there is no such role.
    """
    role = next((role for role in embedded.iam().get_roles() if role.name == role_name), None)
    if role is None:
        raise ValueError(f"there is no role {role_name!r}")
    session = sts_backends[role.account_id][role.partition].assume_role(
        region_name=embedded.REGION_OF_GLOBAL_SERVICES,
        role_session_name=session_name,
        role_arn=role.arn,
        policy="",
        duration=SIX_HOURS_SECONDS,
        external_id="",
    )
    return RoleCredentials(session.access_key_id, session.secret_access_key, session.session_token, session.arn)


def credentials_for_profile(profile: str, instance_id: str) -> RoleCredentials:
    """The credentials of the instance `instance_id` with the instance profile of this ARN or name.

    Raises ValueError when there is no such profile, or no role in it: such an instance has no credentials.
    """
    found: list[InstanceProfile] = [
        one for one in embedded.iam().get_instance_profiles() if profile in (one.arn, one.name)
    ]
    if not found or not found[0].roles:
        raise ValueError(f"there is no instance profile {profile!r} with a role in it")
    return credentials_for_role(found[0].roles[0].name, instance_id)
