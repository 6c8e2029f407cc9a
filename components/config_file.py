"""A project's or stack's file as it was written: which texts stand in it, and whether in quotes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from cutover import plain_scalar

_STRING, _UNQUOTED = "tag:yaml.org,2002:str", "!unquoted"
# What YAML reads as something else than a text: without quotes, or because a tag says so.
_READ = {_UNQUOTED, *(f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "bool", "null", "timestamp"))}


@dataclass(frozen=True)
class Written:
    """A text in the file; `quoted`: what YAML hands over is this text. line: from 1."""

    text: str
    quoted: bool
    line: int


Node: TypeAlias = "Written | Sequence[Node] | Mapping[str, Node]"


@dataclass(frozen=True)
class ConfigFile:
    """The config of a file called `name`: key, always with its namespace, to what is written for it.

    twice: keys that stand in the file with the project's namespace and without it.
    """

    name: str
    config: Mapping[str, Node]
    twice: Sequence[str] = ()


class _Loader(yaml.SafeLoader):
    """Keeps plain scalars apart from quoted ones, which are the same once they are values."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is yaml.ScalarNode:
            return _UNQUOTED if implicit[0] else _STRING
        return super().resolve(kind, value, implicit)  # type: ignore[no-untyped-call]  # yaml has no types here


def parse(content: bytes) -> Mapping[str, Node]:
    """The top level of a YAML (or JSON) file; raises ValueError when it cannot be read."""
    try:
        root = yaml.compose(content, Loader=_Loader)
        found = {} if root is None or isinstance(root, yaml.ScalarNode) else _node(root)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(" ".join(str(error).split())) from None
    if not isinstance(found, Mapping):
        raise ValueError("it is a list")  # for the caller it is one of many wrong contents
    return found


def config_of(name: str, content: Mapping[str, Node], project: str, *, declared: bool = False) -> ConfigFile:
    """The config in the file `name`, whose top level is `content`.

    declared: it is the project's file, in which a map declares a key, with its `default` or `value`.
    """
    entries = content.get("config")
    found: dict[str, Node] = {}
    twice = []
    for written, entry in entries.items() if isinstance(entries, Mapping) else ():
        key = _with_namespace(written, project)
        if key in found:
            twice.append(key)
        if (node := _declared(entry) if declared else entry) is not None:
            found[key] = node
    return ConfigFile(name, found, twice)


def text(content: Mapping[str, Node], key: str) -> str:
    """The text of `key`, empty when it is not there or no text."""
    node = content.get(key)
    return node.text if isinstance(node, Written) else ""


def value(node: Node) -> Any:
    """What the engine makes of `node`, as data."""
    if isinstance(node, Written):
        return node.text if node.quoted else plain_scalar.meaning(node.text)
    if isinstance(node, Mapping):
        return {key: value(item) for key, item in node.items()}
    return [value(item) for item in node]


def _with_namespace(key: str, project: str) -> str:
    namespace, colon, name = key.partition(":")
    # NAMESPACE:config:NAME is an old way to write NAMESPACE:NAME, and understood by the engine.
    return f"{namespace}:{name.removeprefix('config:')}" if colon else f"{project}:{key}"


def _declared(entry: Node) -> "Node | None":
    return entry.get("default", entry.get("value")) if isinstance(entry, Mapping) else entry


def _node(node: yaml.Node) -> Node:
    if isinstance(node, yaml.SequenceNode):
        return tuple(_node(item) for item in node.value)
    if isinstance(node, yaml.MappingNode):
        return dict(_entries(node))
    return Written(str(node.value), node.tag not in _READ, int(node.start_mark.line) + 1)


def _entries(node: yaml.MappingNode) -> Iterator[tuple[str, Node]]:
    """The entries of a map, those that it takes over (`<<: *other`) first."""
    for key, item in node.value:
        if key.value == "<<" and key.tag == _UNQUOTED:
            for other in reversed(item.value) if isinstance(item, yaml.SequenceNode) else [item]:
                if isinstance(other, yaml.MappingNode):
                    yield from _entries(other)
    for key, item in node.value:
        if not (key.value == "<<" and key.tag == _UNQUOTED):
            yield str(key.value), _node(item)


def within(texts: Mapping[str, str], namespace: str) -> dict[str, str]:
    """Those of `texts` that are in one namespace, keys without it."""
    return {key.removeprefix(f"{namespace}:"): text for key, text in texts.items() if key.startswith(f"{namespace}:")}


def texts_of(file: ConfigFile) -> dict[str, str]:
    """Every key of a file with its namespace, and its value in the form of the engine's texts."""
    found = {key: value(node) for key, node in file.config.items()}
    return {key: one if isinstance(one, str) else json.dumps(one) for key, one in found.items() if one is not None}
