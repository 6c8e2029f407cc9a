"""Whether policies allow a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html, for a caller and a resource
of one account: an explicit Deny anywhere decides. Then each of permissions boundary and session policy that there is
must allow, and one of identity policies and resource policy.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from lab.aws.iam import conditions, wildcards
from lab.aws.iam.document import Policy, Statement
from lab.aws.iam.unknown import CannotEvaluate
from lab.aws.iam.wildcards import Lookup, NoSuchValue


@dataclass(frozen=True)
class Principal:
    """Who asks: `names` are all ARNs by which a policy can mean them, the session's and the role's; `account` theirs.

    service: of a service that acts by itself, as `ec2.amazonaws.com`; it has no other name. federated: the ARN of the
    identity provider whose token is shown, by whom has no other name either.
    """

    names: tuple[str, ...]
    account: str
    service: str = ""
    federated: str = ""

    @property
    def root(self) -> str:
        """How a policy names the whole account, and by that lets its identity policies decide."""
        return f"arn:{self.names[0].split(':')[1] if self.names else 'aws'}:iam::{self.account}:root"


@dataclass(frozen=True)
class Asked:
    """One action on one resource (an ARN or `*`). lookup: the values of a condition key, see `conditions.holds`."""

    action: str
    resource: str
    principal: Principal
    lookup: Lookup


@dataclass(frozen=True)
class Policies:
    """All policies that apply to a request; None: there is none of this kind, so that it does not limit."""

    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: Policy | None = None
    resource: Policy | None = None


class Kind(Enum):
    """The kinds of policies, by the words of a denial."""

    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    RESOURCE = "resource-based policy"


@dataclass(frozen=True)
class Decision:
    """`denied_by`: the kind whose Deny it is, or that does not allow it; None when it is allowed."""

    denied_by: Kind | None = None
    is_explicit: bool = False

    @property
    def allowed(self) -> bool:
        return self.denied_by is None

    def because(self, action: str) -> str:
        """The reason in AWS's words.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
        """
        if self.denied_by is None:
            return ""
        if self.is_explicit:
            article = "an" if self.denied_by is Kind.IDENTITY else "a"
            return f"with an explicit deny in {article} {self.denied_by.value}"
        return f"because no {self.denied_by.value} allows the {action} action"


def decide(asked: Asked, policies: Policies) -> Decision:
    """Raises CannotEvaluate for what is not known here in any statement that could apply."""
    kinds = {
        Kind.IDENTITY: policies.identity,
        Kind.BOUNDARY: _those(policies.boundary),
        Kind.SESSION: _those(policies.session),
        Kind.RESOURCE: _those(policies.resource),
    }
    for kind, found in kinds.items():
        if any(not one.allows for one in _applying(found, asked, kind)):
            return Decision(kind, is_explicit=True)
    if not _allows(kinds[Kind.IDENTITY], asked, Kind.IDENTITY) and not _allows(
        kinds[Kind.RESOURCE], asked, Kind.RESOURCE
    ):
        return Decision(Kind.IDENTITY)
    for kind, policy in ((Kind.BOUNDARY, policies.boundary), (Kind.SESSION, policies.session)):
        if policy is not None and not _allows((policy,), asked, kind):
            return Decision(kind)
    return Decision()


def grants_the_account(policy: Policy, asked: Asked) -> bool:
    """Whether a resource policy leaves the request to the identity policies of the caller's account."""
    account = Principal((asked.principal.root,), asked.principal.account)
    return _allows((policy,), Asked(asked.action, asked.resource, account, asked.lookup), Kind.RESOURCE)


def _those(policy: Policy | None) -> tuple[Policy, ...]:
    return () if policy is None else (policy,)


def _allows(policies: Iterable[Policy], asked: Asked, kind: Kind) -> bool:
    return any(one.allows for one in _applying(policies, asked, kind))


def _applying(policies: Iterable[Policy], asked: Asked, kind: Kind) -> list[Statement]:
    return [one for policy in policies for one in policy.statements if _applies(one, policy, asked, kind)]


def _applies(statement: Statement, policy: Policy, asked: Asked, kind: Kind) -> bool:
    has_principal = statement.principals is not None or statement.not_principals is not None
    if has_principal != (kind is Kind.RESOURCE):
        raise CannotEvaluate(f"{kind.value} {'with' if has_principal else 'without'} Principal")
    return (
        _has_action(statement, asked.action)
        and (kind is not Kind.RESOURCE or _has_principal(statement, asked.principal))
        and _has_resource(statement, policy, asked, kind)
        and all(conditions.holds(one, asked.lookup, has_variables=policy.has_variables) for one in statement.conditions)
    )


def _has_action(statement: Statement, action: str) -> bool:
    patterns = statement.actions if statement.actions is not None else statement.not_actions or ()
    found = any(wildcards.matches(pattern.lower(), action.lower()) for pattern in patterns)
    return found == (statement.actions is not None)


def _has_resource(statement: Statement, policy: Policy, asked: Asked, kind: Kind) -> bool:
    if statement.resources is None and statement.not_resources is None:
        if kind is Kind.RESOURCE:
            return True  # a trust policy is that of its own role
        raise CannotEvaluate("a statement without Resource and NotResource")
    patterns = statement.resources if statement.resources is not None else statement.not_resources or ()
    found = any(_matches_resource(pattern, policy, asked) for pattern in patterns)
    return found == (statement.resources is not None)


def _matches_resource(pattern: str, policy: Policy, asked: Asked) -> bool:
    try:
        text = wildcards.filled(pattern, asked.lookup) if policy.has_variables else pattern
    except NoSuchValue:
        return False
    return wildcards.arn_matches(text, asked.resource)


def _has_principal(statement: Statement, who: Principal) -> bool:
    if statement.principals is not None:
        return any(_means(kind, name, who) for kind, name in statement.principals)
    # Not meant is only who is named in full: session, role and account.
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    named = {name for kind, name in statement.not_principals or () if kind == "AWS"}
    account = {who.account, who.root}
    return not (set(who.names) <= named and account & named) and not any(
        kind == "Service" and name == who.service for kind, name in statement.not_principals or ()
    )


def _means(kind: str, name: str, who: Principal) -> bool:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"""
    if kind == "Service":
        return bool(who.service) and name == who.service
    if kind == "Federated":
        return bool(who.federated) and name == who.federated
    if kind != "AWS":
        return False
    if name in (who.account, who.root):
        return who.root in who.names  # otherwise it leaves the decision to the account
    return name == "*" or name in who.names
