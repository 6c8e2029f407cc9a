"""Parameters of a call in XML."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from xml.etree import ElementTree

from botocore.model import ListShape, MapShape, Shape, StructureShape

from lab.aws.model.violation import Path, Violation
from lab.aws.model.wire_form import UNREAD, scalar


def read(root: ElementTree.Element, shape: StructureShape, found: list[Violation]) -> dict[str, Any]:
    """The parameters by the names of the model; what does not fit it is added to `found`."""
    return _Xml(found).structure(root, shape, ())


@dataclass(frozen=True)
class _Xml:
    found: list[Violation]

    def value(self, element: ElementTree.Element, shape: Shape, path: Path) -> Any:
        if isinstance(shape, StructureShape):
            return self.structure(element, shape, path)
        if isinstance(shape, ListShape):
            return self._list(list(element), shape, path)
        if isinstance(shape, MapShape):
            return self._map(element, shape, path)
        return scalar(element.text or "", shape, path, self.found)

    def structure(self, element: ElementTree.Element, shape: StructureShape, path: Path) -> dict[str, Any]:
        names, read = _wire_names(shape), {}
        flattened: dict[str, tuple[ListShape, list[ElementTree.Element]]] = {}
        for child in element:
            member = names.get(_tag(child))
            if member is None:
                self.found.append(Violation((*path, _tag(child)), "unknown", f"must be one of {', '.join(names)}"))
                continue
            name, child_shape = member
            if isinstance(child_shape, ListShape) and child_shape.serialization.get("flattened"):
                flattened.setdefault(name, (child_shape, []))[1].append(child)
                continue
            value = self.value(child, child_shape, (*path, name))
            if value is not UNREAD:
                read[name] = value
        return read | {name: self._items(items, one, (*path, name)) for name, (one, items) in flattened.items()}

    def _list(self, children: list[ElementTree.Element], shape: ListShape, path: Path) -> list[Any]:
        wrapper = shape.member.serialization.get("name", "member")
        for child in children:
            if _tag(child) != wrapper:
                self.found.append(Violation((*path, _tag(child)), "unknown", f"items of this list are {wrapper}"))
        return self._items([child for child in children if _tag(child) == wrapper], shape, path)

    def _items(self, children: list[ElementTree.Element], shape: ListShape, path: Path) -> list[Any]:
        read = [self.value(child, shape.member, (*path, str(number))) for number, child in enumerate(children, 1)]
        return [item for item in read if item is not UNREAD]

    def _map(self, element: ElementTree.Element, shape: MapShape, path: Path) -> dict[str, Any]:
        names = (shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value"))
        read = {}
        for entry in element:
            parts = {_tag(part): part for part in entry}
            if not set(names) <= set(parts):
                self.found.append(Violation((*path, _tag(entry)), "unknown", f"an entry has {names[0]} and {names[1]}"))
                continue
            key = parts[names[0]].text or ""
            read[key] = self.value(parts[names[1]], shape.value, (*path, key))
        return read


@cache
def _wire_names(shape: StructureShape) -> dict[str, tuple[str, Shape]]:
    """Of the members that are in the body."""
    names = {}
    for name, member in shape.members.items():
        if "location" not in member.serialization:
            said = member.serialization.get("name", name)
            if isinstance(member, ListShape) and member.serialization.get("flattened"):
                said = member.member.serialization.get("name", said)
            names[said] = (name, member)
    return names


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
