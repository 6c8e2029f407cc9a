"""`active` in the file of the live stack, the one value that a tag-back changes there; all else stays as it is written.

`pulumi config set` would write all keys of the file anew, as NAME:key.
"""

from collections.abc import Iterator
from pathlib import Path

import yaml

from ci.project import stack_file
from components.settings import LIVE
from cutover.refusal import Refusal

FILE = stack_file(LIVE)
_KEY = "active"


def write(root: Path, project: str, colour: str) -> None:
    """Write it to the file in the folder `root`; `project` is the project's name. Raises Refusal as `written` does."""
    path = root / FILE
    try:
        # Bytes, so that the ends of its lines stay too.
        text = path.read_bytes().decode()
    except (OSError, ValueError) as error:
        raise _refusal(colour, str(error)) from None
    path.write_bytes(written(text, colour, project).encode())


def written(text: str, colour: str, project: str) -> str:
    """The file's `text` with that colour; raises Refusal unless exactly one key under `config` is `active`."""
    try:
        found = list(_values(yaml.compose(text, Loader=yaml.SafeLoader), {_KEY, f"{project}:{_KEY}"}))
        if len(found) != 1:
            raise ValueError(f"{len(found)} keys `{_KEY}` under `config`")
        ((key, value),) = found
        before = yaml.safe_load(text)
        wanted = {**before, "config": {**before["config"], key: colour}}
        after = f"{text[: value.start_mark.index]}{colour}{text[value.end_mark.index :]}"
        if before == wanted:
            return text
        if yaml.safe_load(after) != wanted:
            raise ValueError(f"`{key}` has no plain value in its own line")
    except (ValueError, yaml.YAMLError) as error:
        raise _refusal(colour, str(error)) from None
    return after


def _values(root: yaml.Node | None, keys: set[str]) -> Iterator[tuple[str, yaml.Node]]:
    """Each of these keys that stands under `config`, however often, and its value."""
    for name, content in _entries(root):
        for key, value in _entries(content) if name == "config" else ():
            if key in keys:
                yield key, value


def _entries(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        yield str(key.value), value


def _refusal(colour: str, seen: str) -> Refusal:
    return Refusal(
        f"`{_KEY}` cannot be written into {FILE}",
        seen=" ".join(seen.split()),
        allowed=f"one key `{_KEY}` under `config`, in a line of its own",
        next_step=f"edit {FILE} so that it says `{_KEY}: {colour}` once, under `config`; then the same step again",
    )
