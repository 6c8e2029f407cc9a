"""Properties of a resource, from pulumi-aws names and shapes to those of the bridge and back."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from google.protobuf import json_format
from google.protobuf.struct_pb2 import NULL_VALUE, Struct, Value

from lab.plugins.aws_names import Rename, Resource

# How the engine writes what plain JSON cannot say:
# https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

_FIRST_STEP = re.compile(r'^(?:\["(?P<quoted>[^"]+)"\]|(?P<plain>[^.\[]+))')
_FIRST_POSITION = re.compile(r"^\[(?:0|\*)\]")


class TooMany(ValueError):
    """A property takes one block, and the program gave more."""


def to_bridge(properties: Struct, resource: Resource) -> None:
    """Rename and reshape `properties` in place. Raises TooMany."""
    for name, rename in resource.renames.items():
        if rename.one and name in properties.fields and _length(properties.fields[name]) > 1:
            raise TooMany(f"{name} takes at most one block")
        _move(properties, name, rename.bridge, _first if rename.one else _same)
    for name in resource.json:
        _move(properties, name, name, _json_text)


def to_pulumi(properties: Struct, renames: Mapping[str, Rename]) -> None:
    """Undo the renames of `to_bridge` in place."""
    for name, rename in renames.items():
        _move(properties, rename.bridge, name, _list_of_one if rename.one else _same)


def path_to_bridge(path: str, renames: Mapping[str, Rename]) -> str:
    """A property path of the program in the bridge's words: `aliases[0].name` -> `alias.name`."""
    name, rest = _split(path)
    rename = renames.get(name)
    if rename is None:
        return path
    return rename.bridge + (_FIRST_POSITION.sub("", rest) if rename.one else rest)


def path_to_pulumi(path: str, renames: Mapping[str, Rename]) -> str:
    """A property path of the bridge in the program's words: `alias.name` -> `aliases[0].name`."""
    bridge_name, rest = _split(path)
    for name, rename in renames.items():
        if rename.bridge == bridge_name:
            return name + ("[0]" if rename.one and rest else "") + rest
    return path


def paths_set(properties: Struct, dotted_paths: Sequence[str]) -> list[str]:
    """Which of `dotted_paths` are given a value, as property paths; false and empty values are no values."""
    whole = Value(struct_value=properties)
    return [found for dotted in dotted_paths for found in _found(whole, dotted.split("."), "")]


def plain_text(properties: Struct, name: str) -> str | None:
    """The value of a property that is a plain known string, also a secret one; otherwise None."""
    if name not in properties.fields:
        return None
    value = _revealed(properties.fields[name])
    text = value.string_value if value.WhichOneof("kind") == "string_value" else None
    return None if text == UNKNOWN else text


def is_set(properties: Struct, name: str) -> bool:
    """Whether a property has a value, known or not."""
    return name in properties.fields and properties.fields[name].WhichOneof("kind") != "null_value"


def list_of_one(value: Value) -> Value:
    """An object of the provider's configuration as the list that the bridge takes, also when it is JSON text."""
    if value.string_value.startswith("{"):
        return Value(string_value=f"[{value.string_value}]")
    return _list_of_one(value) or value


def first(value: Value) -> Value:
    """Undo `list_of_one`; a null value for an empty list."""
    if value.string_value.startswith("["):
        items = json.loads(value.string_value)
        return Value(string_value=json.dumps(items[0])) if items else Value(null_value=NULL_VALUE)
    return _first(value) or Value(null_value=NULL_VALUE)


def _move(properties: Struct, old: str, new: str, change: Callable[[Value], Value | None]) -> None:
    if old not in properties.fields:
        return
    value = Value()
    value.CopyFrom(properties.fields[old])
    del properties.fields[old]
    changed = change(value)
    if changed is not None:
        properties.fields[new].CopyFrom(changed)


def _same(value: Value) -> Value:
    return value


def _first(value: Value) -> Value | None:
    if value.WhichOneof("kind") == "list_value":
        return value.list_value.values[0] if value.list_value.values else None
    return _inside(value, _first)


def _list_of_one(value: Value) -> Value | None:
    if value.WhichOneof("kind") == "struct_value" and not _is_wrapper(value):
        result = Value()
        result.list_value.values.add().CopyFrom(value)
        return result
    return _inside(value, _list_of_one)


def _json_text(value: Value) -> Value | None:
    if value.WhichOneof("kind") != "struct_value":
        return value
    if _is_wrapper(value):
        return _inside(value, _json_text)
    written = json.dumps(json_format.MessageToDict(value))
    if UNKNOWN in written:
        return Value(string_value=UNKNOWN)
    if SECRET not in written and OUTPUT not in written:
        return Value(string_value=written)
    secret = Value()
    secret.struct_value.fields[SIGNATURE].string_value = SECRET
    secret.struct_value.fields["value"].string_value = json.dumps(_plain(value))
    return secret


def _plain(value: Value) -> object:
    value = _revealed(value)
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return {name: _plain(item) for name, item in value.struct_value.fields.items()}
    if kind == "list_value":
        return [_plain(item) for item in value.list_value.values]
    return json_format.MessageToDict(value)


def _inside(value: Value, change: Callable[[Value], Value | None]) -> Value | None:
    """`value` with `change` applied to what a secret or an output holds; anything else as it is."""
    if not _is_wrapper(value) or "value" not in value.struct_value.fields:
        return value
    changed = change(value.struct_value.fields["value"])
    if changed is None:
        return None
    result = Value()
    result.CopyFrom(value)
    result.struct_value.fields["value"].CopyFrom(changed)
    return result


def _is_wrapper(value: Value) -> bool:
    return (
        value.struct_value.fields[SIGNATURE].string_value in (SECRET, OUTPUT)
        if (value.WhichOneof("kind") == "struct_value" and SIGNATURE in value.struct_value.fields)
        else False
    )


def _revealed(value: Value) -> Value:
    while _is_wrapper(value):
        if "value" not in value.struct_value.fields:
            return Value(string_value=UNKNOWN)
        value = value.struct_value.fields["value"]
    return value


def _length(value: Value) -> int:
    return len(_revealed(value).list_value.values)


def _found(value: Value, steps: Sequence[str], path: str) -> Iterator[str]:
    value = _revealed(value)
    kind = value.WhichOneof("kind")
    if kind == "list_value":
        for position, item in enumerate(value.list_value.values):
            yield from _found(item, steps, f"{path}[{position}]")
    elif not steps:
        if kind in ("string_value", "number_value") or value.bool_value or value.struct_value.fields:
            yield path
    elif kind == "struct_value" and steps[0] in value.struct_value.fields:
        yield from _found(value.struct_value.fields[steps[0]], steps[1:], f"{path}.{steps[0]}".removeprefix("."))


def _split(path: str) -> tuple[str, str]:
    match = _FIRST_STEP.match(path)
    if match is None:
        return path, ""
    return match.group("quoted") or match.group("plain"), path[match.end() :]
