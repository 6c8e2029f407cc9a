"""A config value that the engine reads as another text than was written: `release: 1.10` is 1.1 to YAML."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.config_file import ConfigFile, Node, Written
from components.config_key import Key
from components.settings import ALL_KEYS
from cutover import plain_scalar
from cutover.refusal import Refusal

# Of the provider's keys, those that cannot hold a secret.
_SHOWN_OF_AWS = ("allowedAccountIds", "forbiddenAccountIds", "profile", "region")


@dataclass(frozen=True)
class Misread:
    """One text without quotes; path: the key, and where in its value (`offsite.API_KEY`, `names[0]`)."""

    path: str
    written: Written
    read: str


def look(stack: str, project: str, config: Mapping[str, str], files: Sequence[ConfigFile]) -> list[str]:
    """Warnings about values that no file accounts for and that may have been written in another way.

    `config` is the engine's, keys with their namespace; `files` are the stack's own and the project's, the one that
    counts first. Only the file that a value comes from is judged: one that says something else altogether is not in
    use (--config-file). Raises Refusal for the first text that is read as another one.
    """
    warnings = []
    for full_key, text in sorted(config.items()):
        namespace, _, name = full_key.partition(":")
        if namespace not in (project, "aws"):
            continue
        key = ALL_KEYS.get(name) if namespace == project else None
        label = name if namespace == project else full_key
        for file in files:
            found = None if full_key not in file.config else find(file.config[full_key], _read(text), label)
            if found is not None:
                for misread in found:
                    if not _harmless(misread, key):
                        raise _refusal(stack, file.name, misread, key, shown=_is_shown(namespace, name, key))
                break
        else:
            if key is not None and not _is_number(key) and plain_scalar.looks_like_a_number(text):
                warnings.append(
                    f"{label} of stack {stack} is {text}, and no file of this project says so: "
                    "write it in quotes wherever it comes from, or YAML may have made it of another text"
                )
    return warnings


def find(node: Node, read: Any, path: str) -> list[Misread] | None:
    """The texts of `node` that the engine reads as another text; None when `read` does not come from `node`.

    `read` is the engine's value, with every scalar as its text.
    """
    if isinstance(node, Written):
        if read == node.text:
            return []
        misread = not node.quoted and isinstance(read, str) and plain_scalar.becomes(node.text, read)
        return [Misread(path, node, read)] if misread else None
    if isinstance(node, Mapping) and set(node) == {"secure"}:
        return []  # a secret, which is encrypted in the file
    if isinstance(node, Mapping):
        same = isinstance(read, dict) and set(read) == set(node)
        return _all(find(node[name], read[name], f"{path}.{name}") for name in node) if same else None
    same = isinstance(read, list) and len(read) == len(node)
    return (
        _all(find(one, other, f"{path}[{i}]") for i, (one, other) in enumerate(zip(node, read, strict=True)))
        if same
        else None
    )


def _all(found: Iterator[list[Misread] | None]) -> list[Misread] | None:
    parts = list(found)
    return None if None in parts else [misread for part in parts for misread in part or ()]


def _read(text: str) -> Any:
    """The engine's text of a value as data, with every scalar as its text."""
    if text[:1] not in ("{", "["):
        return text
    try:
        return _texts(json.loads(text, parse_int=str, parse_float=str))
    except (ValueError, RecursionError):
        return text


def _texts(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _texts(item) for key, item in data.items()}
    if isinstance(data, list):
        return [_texts(item) for item in data]
    return data if isinstance(data, str) else json.dumps(data)


def _is_number(key: Key | None) -> bool:
    return key is not None and key.default is not None and isinstance(key.parse(key.default), int)


def _harmless(misread: Misread, key: Key | None) -> bool:
    """Whether it is true or false in another case, and no text."""
    return misread.read in ("true", "false") and (key is None or _is_number(key))


def _is_shown(namespace: str, name: str, key: Key | None) -> bool:
    return name in _SHOWN_OF_AWS if namespace == "aws" else key is None or key.shown


def _refusal(stack: str, file: str, misread: Misread, key: Key | None, *, shown: bool) -> Refusal:
    written, read = (misread.written.text, misread.read) if shown else ("(not shown)", "(not shown)")
    where = f"in line {misread.written.line} of {file}"
    quoted = json.dumps(written, ensure_ascii=False) if shown else "the same text in quotes"
    edit = f"write {quoted} {where}, then pulumi preview -s {stack}"
    allowed = "a text in quotes, or one that is read as it is written"
    if _is_number(key):
        allowed = f"a number as it is read: {read}"
        edit = f"write {read}, or the number that is meant, {where}, then pulumi preview -s {stack}"
    elif key is not None and misread.path == key.name and not key.shared and shown:
        edit = f"pulumi config set {key.name} {shlex.quote(written)} -s {stack}"
    was = f"was written {written or '(nothing)'} and is read as {read or '(nothing)'}"
    return Refusal(
        f"config key {misread.path} of stack {stack} {was if shown else 'is read as another text than was written'}",
        seen=f"{misread.path}: {written} without quotes {where}",
        allowed=allowed,
        next_step=edit,
    )
