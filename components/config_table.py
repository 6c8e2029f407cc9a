"""The keys of the settings as people read them: in docs/config.md, and as `config` of Pulumi.yaml.

`python -m components.config_table` writes both. Of Pulumi.yaml it changes descriptions and adds what is not there; a
value that is there is the project's.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from components.config_key import Key
from components.settings import COLOUR_KEYS, LIVE, LIVE_KEYS, SHARED_KEYS
from cutover.cost import OwnPrices

DOCS, PROJECT = Path("docs/config.md"), Path("Pulumi.yaml")
BEGIN, END = "<!-- written by python -m components.config_table -->", "<!-- end of what it writes -->"
# https://www.pulumi.com/docs/iac/concepts/projects/project-file/#config-options
_EMPTY = '""'
_TYPES = {bool: "boolean", int: "integer", tuple: "array", dict: "object", OwnPrices: "object"}


def documented(page: str, project: str) -> str:
    """docs/config.md with its tables as the keys, and what Pulumi.yaml (`project`) sets them to, say.

    Raises ValueError when the page does not have the two marks, once each and in order.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end) or BEGIN in rest or END in after:
        raise ValueError(f"{DOCS} needs {BEGIN!r} and {END!r}, each once")
    config = yaml.safe_load(project)["config"]
    set_to = {key.name: _text(config[key.name]) for key in SHARED_KEYS if key.name in config}
    files = ", ".join(f"`Pulumi.{colour}.yaml`" for colour in yaml.safe_load(set_to["cidrs"]))
    parts = (
        _table("in `Pulumi.yaml`", SHARED_KEYS, set_to),
        f"**A colour**: {files}, or `pulumi config set KEY VALUE -s COLOUR`.",
        _table("default", COLOUR_KEYS),
        f"**Live**: `Pulumi.{LIVE}.yaml`.",
        _table("default", LIVE_KEYS),
    )
    return "\n\n".join((before + begin, *parts, end + after))


def declared(project: str) -> str:
    """Pulumi.yaml (`project`) with the description of every shared key, and with those keys that it had not.

    Raises ValueError when there is no `config` at its top level.
    """
    head, start, config = project.partition("\nconfig:\n")
    if not start:
        raise ValueError(f"{PROJECT} has no config")
    there = yaml.safe_load(project)["config"]
    for key in SHARED_KEYS:
        if key.name not in there:
            config = f"{config.rstrip()}\n{_declaration(key)}"
        entry = re.compile(rf"^  {key.name}:\n(?:    .*\n)*", re.MULTILINE)
        config = entry.sub(partial(_described, key), config, count=1)
    return head + start + config


def _described(key: Key, entry: re.Match[str]) -> str:
    means = f" ({key.default or 'empty'} = {key.default_means})" if key.default_means else ""
    description = f"{key.meaning[:1].upper()}{key.meaning[1:]}{means}"
    lines = [line for line in entry[0].splitlines(keepends=True) if not line.startswith("    description:")]
    return f"{''.join(lines)}    {_yaml({'description': description})}\n"


def _declaration(key: Key) -> str:
    value = "" if key.default is None else key.parse(key.default)
    kind = next((name for of, name in _TYPES.items() if type(value) is of), "string")
    text = json.dumps(key.default or "") if kind == "string" else key.default
    return f"  {key.name}:\n    type: {kind}\n    default: {text}\n"


def _table(column: str, keys: Iterable[Key], set_to: Mapping[str, str] | None = None) -> str:
    rows = (
        (f"`{key.name}`", key.meaning, _default(key, set_to), f"{key.allowed}; {key.note}" if key.note else key.allowed)
        for key in keys
    )
    return "\n".join(_row(cells) for cells in (("key", "meaning", column, "allowed"), ("---",) * 4, *rows))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _default(key: Key, set_to: Mapping[str, str] | None) -> str:
    text = key.default if set_to is None else set_to.get(key.name, key.default)
    if text is None:
        return "none: required"
    required = set_to is not None and key.default is None
    means = "required" if required else key.default_means if text == key.default else ""
    return f"`{text or _EMPTY}`" + (f" ({means})" if means else "")


def _text(entry: Any) -> str:
    """What the project sets a key to, on one line; an entry that is no map is the value itself."""
    value = entry.get("value", entry.get("default")) if isinstance(entry, dict) else entry
    return value if isinstance(value, str) else _yaml([value], flow=True)[1:-1]


def _yaml(value: Any, *, flow: bool = False) -> str:
    text = yaml.safe_dump(value, default_flow_style=flow, sort_keys=False, allow_unicode=True, width=1000)
    return str(text).strip()


if __name__ == "__main__":
    PROJECT.write_text(declared(PROJECT.read_text(encoding="utf-8")), encoding="utf-8")
    DOCS.write_text(documented(DOCS.read_text(encoding="utf-8"), PROJECT.read_text(encoding="utf-8")), encoding="utf-8")
