"""Whether a statement of a role's documents is needed, decided over what was asked of the role's policies, and no more.

A statement that allows is needed by what was allowed and would not be without it; one that denies by what would be
allowed if it, and everything else that denies, were not there: two may deny the same, each for a case of its own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from iam import cloudformation, documents
from iam.documents import Document
from iam.roles import ROLES, Role
from iam.values import Values
from lab.aws.iam.document import Policy, Statement, parse
from lab.aws.iam.evaluation import Asked, Policies, Principal, decide
from lab.aws.iam.state import policy_of_aws
from lab.client import Call, Judged
from lab.roles import ACCOUNT


@dataclass(frozen=True)
class Named:
    """A statement, and where it stands."""

    document: str
    sid: str
    statement: Statement


def statements(role: Role, values: Values) -> list[Named]:
    """Every statement of a role's documents; those of the state are about S3, which the lab does not have."""
    return [one for name in role.documents for one in of_document(name, documents.rendered(name, values))]


def of_document(name: str, document: Document) -> list[Named]:
    """Its statements, parsed."""
    found = parse(document).statements
    return [Named(name, said["Sid"], one) for said, one in zip(document["Statement"], found, strict=True)]


def allows(held: Iterable[Named], judged: Judged) -> bool:
    """What policies of these statements say."""
    policy = Policy(tuple(one.statement for one in held))
    account = ACCOUNT
    who = Principal((f"arn:aws:iam::{account}:role/x",), account)
    asked = Asked(judged.action, judged.resource, who, lambda key: judged.facts.get(key.lower()))
    return decide(asked, Policies((policy,), resource=_of_the_key(judged, account))).allowed


def _of_the_key(judged: Judged, account: str) -> Policy | None:
    """Of a key of AWS's own, which lets in everybody of the account whom nobody denies it."""
    through = judged.facts.get("kms:viaservice")
    return parse(policy_of_aws(account, through[0])) if through else None


def of_role(role: Role, project: str, calls: Iterable[Call]) -> list[Judged]:
    """What was asked of the policies of a role, each once."""
    name = f":assumed-role/{cloudformation.role_name(project, role)}/"
    found: dict[tuple[object, ...], Judged] = {}
    for call in calls:
        for one in call.judged if name in call.caller else ():
            found.setdefault((one.action, one.resource, tuple(sorted(one.facts.items()))), one)
    return list(found.values())


def needed(held: Sequence[Named], asked: Iterable[Judged]) -> Mapping[tuple[str, str], set[str]]:
    """Document and Sid to the actions for which the statement is needed; also where there are none."""
    found: dict[tuple[str, str], set[str]] = {(one.document, one.sid): set() for one in held}
    allowing = [one for one in held if one.statement.allows]
    for judged in asked:
        said = allows(held, judged)
        for one in held:
            others = [other for other in (held if one.statement.allows else allowing) if other is not one]
            if one.statement.allows:
                is_needed = said and not allows(others, judged)
            else:
                is_needed = not said and allows(others, judged) and not allows([*others, one], judged)
            if is_needed:
                found[one.document, one.sid].add(judged.action)
    return found


def superfluous(held: Sequence[Named], asked: Sequence[Judged]) -> Iterator[tuple[str, str, str]]:
    """Document, Sid and action of every action that could be taken out of its statement and nobody would notice."""
    for one in held:
        for action in one.statement.actions or () if one.statement.allows else ():
            left = tuple(other for other in one.statement.actions or () if other != action)
            less = replace(one, statement=replace(one.statement, actions=left))
            others = [less if other is one else other for other in held]
            about = [judged for judged in asked if judged.action == action]
            if not any(allows(held, judged) and not allows(others, judged) for judged in about):
                yield one.document, one.sid, action


def by_document() -> Mapping[str, Sequence[Role]]:
    """Document to the roles that have it."""
    names = dict.fromkeys(name for role in ROLES for name in role.documents)
    return {name: [role for role in ROLES if name in role.documents] for name in names}
