"""Parameters of a call in JSON."""

import base64
import binascii
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.utils import parse_timestamp

from lab.aws.model.violation import Path, Violation
from lab.aws.model.wire_form import UNREAD

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "short": (int,),
    "byte": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float, str),
    "blob": (str,),
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
}


def read(content: Any, shape: Shape | None, found: list[Violation]) -> dict[str, Any]:
    """The parameters by the names of the model; what does not fit it is added to `found`.

    content: the parsed JSON. shape: None for an operation without parameters.
    """
    if shape is None:
        found += [Violation((str(name),), "unknown", "the operation has no parameters") for name in content or {}]
        return {}
    value = _Json(found).value(content, shape, ())
    return value if isinstance(value, dict) else {}


@dataclass(frozen=True)
class _Json:
    found: list[Violation]

    def value(self, content: Any, shape: Shape, path: Path) -> Any:
        kind = shape.type_name
        if isinstance(shape, StructureShape) and shape.is_document_type:
            return content
        fits = isinstance(content, _TYPES[kind]) and (kind == "boolean" or not isinstance(content, bool))
        if not fits:
            self.found.append(Violation(path, "type", f"Member must be of type {kind}", str(content)))
            return UNREAD
        if isinstance(shape, StructureShape):
            return self._structure(content, shape, path)
        if isinstance(shape, ListShape):
            read = [self.value(item, shape.member, (*path, str(number))) for number, item in enumerate(content, 1)]
            return [item for item in read if item is not UNREAD]
        if isinstance(shape, MapShape):
            return {key: self.value(item, shape.value, (*path, key)) for key, item in content.items()}
        return self._converted(content, kind, path)

    def _structure(self, content: dict[str, Any], shape: StructureShape, path: Path) -> dict[str, Any]:
        names, read = _wire_names(shape), {}
        for wire_name, item in content.items():
            member = names.get(wire_name)
            if member is None:
                self.found.append(Violation((*path, wire_name), "unknown", f"must be one of {', '.join(names)}"))
            elif item is not None:
                value = self.value(item, member[1], (*path, member[0]))
                if value is not UNREAD:
                    read[member[0]] = value
        return read

    def _converted(self, content: Any, kind: str, path: Path) -> Any:
        try:
            if kind == "blob":
                return base64.b64decode(content, validate=True)
            if kind == "timestamp":
                return parse_timestamp(content)
        except (ValueError, binascii.Error):
            self.found.append(Violation(path, "type", f"Member must be of type {kind}", str(content)))
            return UNREAD
        return content


@cache
def _wire_names(shape: StructureShape) -> dict[str, tuple[str, Shape]]:
    return {member.serialization.get("name", name): (name, member) for name, member in shape.members.items()}
