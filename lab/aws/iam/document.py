"""Policy documents as plain data.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lab.aws.iam.unknown import CannotEvaluate

VERSIONS = ("2012-10-17", "2008-10-17")  # without one it is the older, which knows no variables
_PAIRS = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))
_ELEMENTS = frozenset({"Sid", "Effect", "Condition", *(name for pair in _PAIRS for name in pair)})
_PRINCIPALS = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})


@dataclass(frozen=True)
class Condition:
    """One operator on one key: `values` are those that the policy names."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """What a statement says; None for an element that it does not have, of two that exclude each other one is None.

    principals: (kind, name) of each, as ("AWS", "*") or ("Service", "ec2.amazonaws.com").
    """

    allows: bool
    actions: tuple[str, ...] | None
    not_actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None
    not_resources: tuple[str, ...] | None
    principals: tuple[tuple[str, str], ...] | None
    not_principals: tuple[tuple[str, str], ...] | None
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Policy:
    """The statements of a document. has_variables: whether `${…}` in it is a variable."""

    statements: tuple[Statement, ...]
    has_variables: bool = True


def parse(document: str | Mapping[str, Any]) -> Policy:
    """Read a policy. Raises CannotEvaluate when it holds what the grammar does not have."""
    try:
        content = json.loads(document) if isinstance(document, str) else document
    except ValueError as broken:
        raise CannotEvaluate(f"the policy is no JSON: {broken}") from broken
    if not isinstance(content, Mapping):
        raise CannotEvaluate(f"a policy is an object, not {content!r}")
    if unknown := set(content) - {"Version", "Id", "Statement"}:
        raise CannotEvaluate(f"unknown elements of a policy: {', '.join(sorted(unknown))}")
    version = content.get("Version", VERSIONS[1])
    if version not in VERSIONS:
        raise CannotEvaluate(f"unknown version of a policy: {version!r}")
    said = content.get("Statement")
    statements = [said] if isinstance(said, Mapping) else said
    if not isinstance(statements, list) or not statements:
        raise CannotEvaluate(f"a policy has statements, not {said!r}")
    return Policy(tuple(_statement(one) for one in statements), version == VERSIONS[0])


def _statement(said: Any) -> Statement:
    if not isinstance(said, Mapping):
        raise CannotEvaluate(f"a statement is an object, not {said!r}")
    if unknown := set(said) - _ELEMENTS:
        raise CannotEvaluate(f"unknown elements of a statement: {', '.join(sorted(unknown))}")
    if said.get("Effect") not in ("Allow", "Deny"):
        raise CannotEvaluate(f"Effect is Allow or Deny, not {said.get('Effect')!r}")
    for one, other in _PAIRS:
        if one in said and other in said:
            raise CannotEvaluate(f"a statement has {one} or {other}, not both")
    if "Action" not in said and "NotAction" not in said:
        raise CannotEvaluate("a statement without Action and NotAction")
    if said["Effect"] == "Allow" and "NotPrincipal" in said:
        raise CannotEvaluate("NotPrincipal with Allow: AWS advises against it, and it is not known here")
    return Statement(
        allows=said["Effect"] == "Allow",
        actions=_texts(said, "Action"),
        not_actions=_texts(said, "NotAction"),
        resources=_texts(said, "Resource"),
        not_resources=_texts(said, "NotResource"),
        principals=_principals(said.get("Principal")),
        not_principals=_principals(said.get("NotPrincipal")),
        conditions=_conditions(said.get("Condition", {})),
    )


def _texts(said: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    return _values(said[name], name) if name in said else None


def _values(said: Any, name: str) -> tuple[str, ...]:
    values = said if isinstance(said, list) else [said]
    texts = [str(value).lower() if isinstance(value, bool) else value for value in values]
    texts = [str(value) if isinstance(value, (int, float)) else value for value in texts]
    if not all(isinstance(value, str) for value in texts):
        raise CannotEvaluate(f"{name} is a text or a list of texts, not {said!r}")
    return tuple(texts)


def _principals(said: Any) -> tuple[tuple[str, str], ...] | None:
    if said is None:
        return None
    if said == "*":
        return (("AWS", "*"),)
    if not isinstance(said, Mapping) or set(said) - _PRINCIPALS:
        raise CannotEvaluate(f"unknown principal: {said!r}")
    return tuple((kind, name) for kind, names in said.items() for name in _values(names, "Principal"))


def _conditions(said: Any) -> tuple[Condition, ...]:
    if not isinstance(said, Mapping) or not all(isinstance(keys, Mapping) for keys in said.values()):
        raise CannotEvaluate(f"Condition is an object of objects, not {said!r}")
    return tuple(
        Condition(operator, key, _values(values, key))
        for operator, keys in said.items()
        for key, values in keys.items()
    )
