"""One change of a recorded stack: a line of mutations.yaml, and what it makes of the stack."""

import base64
import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from tests.policies.recorded import Resource, Stack, added

TABLE = Path(__file__).with_name("mutations.yaml")
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"  # the engine's mark for what a preview does not know


@dataclass(frozen=True)
class Mutation:
    """`rule` catches it, together with those in `also`, and no other.

    `stack` is `colour` or `live`. `of` is the last part of a type and, where there are several, a pattern of the name:
    `Listener *-https`. `add` is a type, declared with `set` for its inputs beside what is there; `copy` is the name of
    a copy of the resource `of`, which is changed in its place. Paths have dots, and lead through JSON texts too;
    what is appended to user data is a line of the script.
    """

    rule: str
    what: str
    stack: str = "colour"
    of: str = ""
    add: str = ""
    copy: str = ""
    remove: bool = False
    set: Mapping[str, Any] = field(default_factory=dict)
    append: Mapping[str, Any] = field(default_factory=dict)
    drop: Sequence[str] = ()
    unknown: Sequence[str] = ()
    also: Sequence[str] = ()

    def apply(self, stack: Stack) -> tuple[Stack, Stack]:
        """The stack after the change, and of it the resources that are changed or new."""
        if self.add:
            new = self._added(stack)
            return (*stack, new), (new,)
        chosen = self._chosen(stack)
        if self.remove:
            return tuple(resource for resource in stack if resource is not chosen), ()
        changed = self._changed(chosen)
        if self.copy:
            changed = replace(changed, name=self.copy, urn=f"{chosen.urn.rpartition('::')[0]}::{self.copy}")
            return (*stack, changed), (changed,)
        return tuple(changed if resource is chosen else resource for resource in stack), (changed,)

    def _chosen(self, stack: Stack) -> Resource:
        kind, _, pattern = self.of.partition(" ")
        found = [
            resource
            for resource in stack
            if resource.type.rpartition(":")[2] == kind
            and fnmatchcase(resource.name, pattern or "*")
            and not resource.type.startswith("tag-team:")
        ]
        assert len(found) == 1, f"{self.of} is {[resource.name for resource in found]}"
        return found[0]

    def _added(self, stack: Stack) -> Resource:
        # Tagged as all else is, so that there is one thing to say of it.
        inputs: dict[str, Any] = {"tags": next(r.inputs["tags"] for r in stack if "tags" in r.inputs)}
        for path, value in self.set.items():
            _at(inputs, path, partial(_instead, value))
        return added(stack, self.add, "added", inputs)

    def _changed(self, resource: Resource) -> Resource:
        inputs = copy.deepcopy(dict(resource.inputs))
        for path, value in self.set.items():
            _at(inputs, path, partial(_instead, value))
        for path, value in self.append.items():
            _at(inputs, path, partial(_appended, value))
        for path in self.unknown:
            _at(inputs, path, partial(_instead, UNKNOWN))
        for path in self.drop:
            _at(inputs, path, None)
        assert inputs != resource.inputs or self.copy, f"{self.what}: changes nothing"
        made = {key: value for key, value in resource.outputs.items() if key not in resource.inputs}
        # What is written there, or gone, is no longer made from another resource.
        sources = {k: v for k, v in resource.property_dependencies.items() if k not in {*self.set, *self.drop}}
        return replace(resource, inputs=inputs, outputs=made | inputs, property_dependencies=sources)


def table() -> list[Mutation]:
    """Every line of the table."""
    return [Mutation(**line) for line in yaml.safe_load(TABLE.read_text())]


def _at(container: Any, path: str, change: Callable[[Any], Any] | None) -> None:
    """Change, or drop, what is at `path` of `container`; keys that are not there are made."""
    step, _, rest = path.partition(".")
    key: Any = int(step) if isinstance(container, list) else step
    if isinstance(container, dict) and change is not None:
        container.setdefault(key, {} if rest else None)
    if rest and isinstance(container[key], str):
        document = json.loads(container[key])
        _at(document, rest, change)
        container[key] = json.dumps(document)
    elif rest:
        _at(container[key], rest, change)
    elif change is None:
        del container[key]
    else:
        container[key] = change(container[key])


def _instead(value: Any, _old: Any) -> Any:
    return value


def _appended(value: Any, old: Any) -> Any:
    if isinstance(old, str):
        script = base64.b64decode(old).decode()
        return base64.b64encode(f"{script}{value}\n".encode()).decode()
    return [*(old or []), value]
