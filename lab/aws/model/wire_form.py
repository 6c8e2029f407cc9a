"""Parameters of a call in the query protocols: forms whose names say the place (`Tags.member.1.Key`)."""

import base64
import binascii
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.utils import parse_timestamp

from lab.aws.model.violation import Path, Violation

# What every call says besides its parameters.
ENVELOPE = frozenset({"Action", "Version"})
UNREAD = object()
_INTEGER = re.compile(r"[+-]?\d+")


@dataclass
class _Node:
    """What the form says at one place and below it."""

    value: str | None = None
    below: "dict[str, _Node]" = field(default_factory=dict)


def read(form: Mapping[str, str], shape: Shape | None, *, is_ec2: bool, found: list[Violation]) -> dict[str, Any]:
    """The parameters by the names of the model; what does not fit it is added to `found`.

    shape: None for an operation without parameters.
    """
    top = _Node()
    for name, value in form.items():
        if name not in ENVELOPE:
            _place(top, name).value = value
    return _Form(is_ec2, found).structure(top, shape, ())


def _place(top: _Node, name: str) -> _Node:
    node = top
    for part in name.split("."):
        node = node.below.setdefault(part, _Node())
    return node


@dataclass(frozen=True)
class _Form:
    is_ec2: bool
    found: list[Violation]

    def value(self, node: _Node, shape: Shape, path: Path) -> Any:
        if isinstance(shape, StructureShape):
            return self.structure(node, shape, path)
        if isinstance(shape, ListShape):
            return self._list(node, shape, path)
        if isinstance(shape, MapShape):
            return self._map(node, shape, path)
        self._unknown(node, path)
        return scalar(node.value or "", shape, path, self.found)

    def structure(self, node: _Node, shape: Shape | None, path: Path) -> dict[str, Any]:
        names = _wire_names(shape, self.is_ec2) if isinstance(shape, StructureShape) else {}
        read = {}
        for wire_name, below in node.below.items():
            member = names.get(wire_name)
            if member is None:
                self.found.append(Violation((*path, wire_name), "unknown", f"must be one of {', '.join(names)}"))
                continue
            value = self.value(below, member[1], (*path, member[0]))
            if value is not UNREAD:
                read[member[0]] = value
        return read

    def _list(self, node: _Node, shape: ListShape, path: Path) -> list[Any]:
        items = node.below
        if not self.is_ec2 and not shape.serialization.get("flattened"):
            wrapper = shape.member.serialization.get("name", "member")
            items = node.below[wrapper].below if wrapper in node.below else {}
            self._unknown(node, path, but=wrapper)
        numbered = sorted((int(number), below) for number, below in items.items() if number.isdecimal())
        for number in items:
            if not number.isdecimal():
                self.found.append(Violation((*path, number), "unknown", "items of a list are numbered from 1 on"))
        read = [self.value(below, shape.member, (*path, str(number))) for number, below in numbered]
        return [value for value in read if value is not UNREAD]

    def _map(self, node: _Node, shape: MapShape, path: Path) -> dict[str, Any]:
        entries = node.below if shape.serialization.get("flattened") else node.below.get("entry", _Node()).below
        names = (shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value"))
        read = {}
        for entry in entries.values():
            key, value = (entry.below.get(name, _Node()) for name in names)
            read[key.value or ""] = self.value(value, shape.value, (*path, key.value or ""))
        return read

    def _unknown(self, node: _Node, path: Path, but: str = "") -> None:
        for name in node.below:
            if name != but:
                self.found.append(Violation((*path, name), "unknown", "there is nothing of this name here"))


@functools.cache
def _wire_names(shape: StructureShape, is_ec2: bool) -> dict[str, tuple[str, Shape]]:
    """Name in the form -> name and shape of each member."""
    return {_wire_name(member, name, is_ec2): (name, member) for name, member in shape.members.items()}


def _wire_name(shape: Shape, name: str, is_ec2: bool) -> str:
    """https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html#query-key-resolution"""
    said: dict[str, str] = shape.serialization
    if not is_ec2:
        if isinstance(shape, ListShape) and said.get("flattened"):
            return str(shape.member.serialization.get("name", said.get("name", name)))
        return said.get("name", name)
    if "queryName" in said:
        return said["queryName"]
    return said["name"][:1].upper() + said["name"][1:] if "name" in said else name


def scalar(text: str, shape: Shape, path: Path, found: list[Violation]) -> Any:
    """The value that the text stands for; UNREAD, and an entry in `found`, when it stands for none."""
    kind = shape.type_name
    try:
        if kind in ("integer", "long", "short", "byte"):
            if not _INTEGER.fullmatch(text):
                raise ValueError
            return int(text)
        if kind in ("float", "double"):
            return float(text)
        if kind == "boolean":
            return {"true": True, "false": False}[text.lower()]
        if kind == "timestamp":
            return parse_timestamp(text)
        if kind == "blob":
            return base64.b64decode(text, validate=True)
    except (ValueError, KeyError, OverflowError, binascii.Error):
        found.append(Violation(path, "type", f"Member must be of type {kind}", text))
        return UNREAD
    return text
