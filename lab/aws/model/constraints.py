"""What a service model demands of parameters that were read."""

from collections.abc import Callable
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from lab.aws.model.patterns import fits
from lab.aws.model.violation import Path, Violation

_NAMED = 30  # values of an enum in a message: EC2 has a thousand instance types
_NUMBERS = frozenset({"integer", "long", "short", "byte", "float", "double"})


def check(value: Any, shape: Shape, path: Path, found: list[Violation]) -> None:
    """Add to `found` what is missing, too long or short, out of range, of another pattern or no value of the enum."""
    if isinstance(shape, StructureShape):
        _structure(value, shape, path, found)
    elif isinstance(shape, ListShape):
        _limits(value, len, "length", shape, path, found)
        for number, item in enumerate(value, 1):
            check(item, shape.member, (*path, str(number)), found)
    elif isinstance(shape, MapShape):
        _limits(value, len, "length", shape, path, found)
        for key, item in value.items():
            check(key, shape.key, (*path, key), found)
            check(item, shape.value, (*path, key), found)
    elif shape.type_name in _NUMBERS:
        _limits(value, lambda number: number, "value", shape, path, found)
    elif shape.type_name in ("string", "blob"):
        _limits(value, len, "length", shape, path, found)
        _text(value, shape, path, found)


def _structure(value: Any, shape: StructureShape, path: Path, found: list[Violation]) -> None:
    if shape.is_document_type:
        return
    missing = [name for name in shape.required_members if name not in value]
    found += [Violation((*path, name), "missing", "Member must not be null") for name in missing]
    if shape.is_tagged_union and len(value) != 1:
        problem = f"exactly one of {', '.join(shape.members)} must be set"
        found.append(Violation(path, "constraint", problem, ", ".join(value)))
    for name, item in value.items():
        check(item, shape.members[name], (*path, name), found)


def _text(value: Any, shape: Shape, path: Path, found: list[Violation]) -> None:
    pattern, allowed = shape.metadata.get("pattern"), shape.metadata.get("enum")
    if allowed and value not in allowed:
        named = (*allowed[:_NAMED], "…") if len(allowed) > _NAMED else allowed
        problem = f"Member must satisfy enum value set: [{', '.join(named)}]"
        found.append(Violation(path, "constraint", problem, str(value)))
    if pattern and isinstance(value, str) and not fits(pattern, value):
        problem = f"Member must satisfy regular expression pattern: {pattern}"
        found.append(Violation(path, "constraint", problem, value))


def _limits(
    value: Any, measure: Callable[[Any], float], of: str, shape: Shape, path: Path, found: list[Violation]
) -> None:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and measure(value) < least:
        problem = f"Member must have {of} greater than or equal to {least}"
        found.append(Violation(path, "constraint", problem, str(value)))
    if most is not None and measure(value) > most:
        problem = f"Member must have {of} less than or equal to {most}"
        found.append(Violation(path, "constraint", problem, str(value)))
