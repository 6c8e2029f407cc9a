"""One line for each resource that is not left as it was, of the engine's own events."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cutover.printable import printable

STACK = "pulumi:pulumi:Stack"
# What the engine also counts of a replacement; the line `replace` says it all.
_PARTS = ("create-replacement", "delete-replaced", "discard-replaced", "read-replacement", "remove-pending-replace")
_UNCHANGED = ("same", "read", "discard")
_SIGNS = {"create": "+", "update": "~", "delete": "-", "replace": "+-", "import": "=", "refresh": "~"}
MOST_VALUES = 6
_LONGEST_VALUE = 60


@dataclass(frozen=True)
class Step:
    """What is done to one resource; `values` say what of an update or a replacement is new."""

    op: str
    type: str
    name: str
    values: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """What is done to what: by this two previews are compared."""
        return f"{self.op} {self.type} {self.name}"

    @property
    def shown(self) -> str:
        """The line with what is new, as Pulumi's display has it."""
        sign = _SIGNS.get(self.op, "?")
        values = f"  {'; '.join(self.values)}" if self.values else ""
        return f"{sign:>2} {self.type}  {self.name}  {self.op}{values}"


def of(op: str, urn: str, type_: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Step | None:
    """The step of an event; None when it changes nothing, or is a part of another one. `old`, `new`: the inputs."""
    if op in (*_UNCHANGED, *_PARTS) or type_ == STACK:
        return None
    # As Pulumi prints types: without the module's file.
    package, _, rest = type_.partition(":")
    module, _, kind = rest.partition(":")
    short = f"{package}:{module.partition('/')[0]}:{kind}" if kind else type_
    values = tuple(_differences("", old, new)) if op in ("update", "replace") else ()
    more = (f"{len(values) - MOST_VALUES} more",) if len(values) > MOST_VALUES else ()
    return Step(op, short, urn.rpartition("::")[2], (*values[:MOST_VALUES], *more))


def _differences(path: str, old: Any, new: Any) -> Iterator[str]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            if not str(key).startswith("__"):
                yield from _differences(f"{path}.{key}" if path else str(key), old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _differences(f"{path}[{index}]", one, other)
    else:
        yield f"{path}: {_shown(old)} => {_shown(new)}"


def _shown(value: Any) -> str:
    # The engine's own word for what is only known afterwards.
    text = "[unknown]" if value == "04da6b54-80e4-46f7-96ec-b56ff0331ba9" else str(value)
    return printable(text, _LONGEST_VALUE)
