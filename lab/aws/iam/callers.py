"""Who a call is signed by, and the policies that apply to them, as the embedded AWS has them now."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.utils import utcnow
from moto.iam.models import Role, User, iam_backends
from moto.sts.models import AssumedRole, sts_backends

from lab.aws.iam.document import Policy, parse
from lab.aws.iam.evaluation import Policies, Principal
from lab.aws.iam.unknown import CannotEvaluate

# The lab's own key (lab/client.py): whoever has it may do everything, as the user of an empty account may.
OPERATORS_KEY = "test"
_PARTITION = "aws"


class UnknownCaller(Exception):
    """The credentials are nobody's; `code` is AWS's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Caller:
    """Who calls. policies: None when nothing limits them. facts: condition key in lower case -> its values."""

    arn: str
    account: str
    principal: Principal
    policies: Policies | None = None
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def caller_of(access_key: str, token: str) -> Caller:
    """Whose credentials these are.

    Raises UnknownCaller when they are nobody's, have expired, or are without their token; CannotEvaluate when one of
    their policies is not understood.
    """
    if access_key == OPERATORS_KEY:
        return _operator(DEFAULT_ACCOUNT_ID)
    session = _sessions(access_key)
    if session is not None:
        return _of_session(session, token)
    user = _user(access_key)
    if user is not None:
        return _of_user(user)
    raise UnknownCaller("InvalidClientTokenId", "The security token included in the request is invalid.")


def _operator(account: str) -> Caller:
    arn = f"arn:{_PARTITION}:sts::{account}:user/moto"  # by which moto names the caller
    return Caller(arn, account, Principal((arn, f"arn:{_PARTITION}:iam::{account}:root"), account))


def _sessions(access_key: str) -> AssumedRole | None:
    """The session with this key; the newest first, as that is the likeliest."""
    for backends in list(sts_backends.values()):
        for backend in list(backends.values()):
            for session in reversed(backend.assumed_roles):
                if session.access_key_id == access_key:
                    return session
    return None


def _of_session(session: AssumedRole, token: str) -> Caller:
    if token != session.session_token:
        raise UnknownCaller("InvalidClientTokenId", "The security token included in the request is invalid.")
    if session.expiration < utcnow():
        raise UnknownCaller("ExpiredToken", "The security token included in the request is expired")
    role = _role(session)
    if role is None:
        if session.account_id != DEFAULT_ACCOUNT_ID:
            # moto gives sessions of roles that are not there: that is how a test gets into another account.
            return _operator(session.account_id)
        raise UnknownCaller("InvalidClientTokenId", "The security token included in the request is invalid.")
    return Caller(
        session.arn,
        session.account_id,
        Principal((session.arn, role.arn), session.account_id),
        Policies(
            identity=_policies(role),
            boundary=_boundary(role),
            session=_parsed(session.policy) if session.policy else None,
        ),
        {
            "aws:principalarn": (role.arn,),
            "aws:principalaccount": (session.account_id,),
            "aws:principaltype": ("AssumedRole",),
            "aws:userid": (f"{role.id}:{session.session_name}",),
            **{f"aws:principaltag/{tag['Key']}".lower(): (tag["Value"],) for tag in role.tags or ()},
            **_source_instance(session),
        },
    )


def _source_instance(session: AssumedRole) -> dict[str, tuple[str, ...]]:
    """An instance's session is named after it."""
    if not session.session_name.startswith("i-"):
        return {}
    arn = f"arn:{_PARTITION}:ec2:*:{session.account_id}:instance/{session.session_name}"
    return {"ec2:sourceinstancearn": (arn,)}


def _of_user(user: User) -> Caller:
    groups = iam_backends[user.account_id][_PARTITION].get_groups_for_user(user.name)
    own = [policy for holder in (user, *groups) for policy in _policies(holder)]
    facts = {
        "aws:principalarn": (user.arn,),
        "aws:principalaccount": (user.account_id,),
        "aws:principaltype": ("User",),
        "aws:userid": (user.id,),
        "aws:username": (user.name,),
    }
    return Caller(user.arn, user.account_id, Principal((user.arn,), user.account_id), Policies(tuple(own)), facts)


def role_of(arn: str) -> Role | None:
    """The role with this ARN, None when there is none."""
    account = arn.split(":")[4] if arn.count(":") > 4 else ""
    if account not in iam_backends:
        return None
    return next((one for one in iam_backends[account][_PARTITION].get_roles() if one.arn == arn), None)


def _role(session: AssumedRole) -> Role | None:
    return role_of(session.role_arn)


def _user(access_key: str) -> User | None:
    for backends in list(iam_backends.values()):
        found = backends[_PARTITION].get_user_from_access_key_id(access_key)
        if found is not None:
            return found
    return None


def _policies(holder: Any) -> tuple[Policy, ...]:
    """The policies in and at a role, user or group."""
    documents: Iterable[Any] = (
        *holder.policies.values(),
        *(_document(one) for one in holder.managed_policies.values()),
    )
    return tuple(_parsed(one) for one in documents)


def _boundary(role: Role) -> Policy | None:
    arn = role.permissions_boundary_arn
    if not arn:
        return None
    policy = iam_backends[role.account_id][_PARTITION].managed_policies.get(arn)
    if policy is None:
        raise CannotEvaluate(f"the permissions boundary {arn} of {role.name} is not there")
    return _parsed(_document(policy))


def _document(policy: Any) -> Any:
    return next(version.document for version in policy.versions if version.version_id == policy.default_version_id)


def _parsed(document: Any) -> Policy:
    return _parsed_text(document) if isinstance(document, str) else parse(document)


@functools.lru_cache(256)
def _parsed_text(document: str) -> Policy:
    return parse(document)
