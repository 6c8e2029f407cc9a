"""Patterns of policies: `*` is any text, `?` any one character, and `${key}` what the request says of that key."""

import functools
import re
from collections.abc import Callable

from lab.aws.iam.unknown import CannotEvaluate

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_DEFAULT = re.compile(r"(?P<key>[^,]+?)\s*,\s*'(?P<default>[^']*)'")
_ARN_PARTS = 6
# Stand for characters of a value that are no wildcards, whatever they look like.
_LITERAL = {"*": "\ue000", "?": "\ue001", "$": "\ue002"}
_BACK = str.maketrans({mark: character for character, mark in _LITERAL.items()})

Lookup = Callable[[str], tuple[str, ...] | None]


class NoSuchValue(Exception):
    """The request says nothing of the variable in a pattern: the pattern matches nothing."""


def matches(pattern: str, value: str) -> bool:
    """Whether the whole value is what the pattern says; case counts."""
    return bool(_compiled(pattern).fullmatch(value))


def arn_matches(pattern: str, arn: str) -> bool:
    """Whether an ARN, or `*`, is what the pattern says: part by part, between colons.

    A `*` at the end of a part may go beyond it:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html#reference_policies_elements_resource_wildcards
    Raises CannotEvaluate when the pattern is neither `*` nor an ARN.
    """
    if pattern == "*":
        return True
    if not pattern.startswith("arn:") or pattern.count(":") < _ARN_PARTS - 1:
        raise CannotEvaluate(f"{pattern!r} is no ARN and not *")
    return bool(_compiled_arn(pattern).fullmatch(arn))


def plain(text: str) -> str:
    """A text that is no pattern, after `filled`."""
    return text.translate(_BACK)


def filled(pattern: str, lookup: Lookup) -> str:
    """The pattern with its variables replaced by what the request says, which is never a wildcard itself.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    Raises NoSuchValue, or CannotEvaluate for a key that is not known or has several values.
    """
    return _VARIABLE.sub(lambda match: _value(match[1], lookup), pattern)


def _value(said: str, lookup: Lookup) -> str:
    if said in ("*", "?", "$"):
        return _LITERAL[said]
    match = _DEFAULT.fullmatch(said)
    key, default = (match["key"], match["default"]) if match else (said, None)
    values = lookup(key)
    if values is None and default is None:
        raise NoSuchValue(key)
    if values is not None and len(values) != 1:
        raise CannotEvaluate(f"the variable ${{{said}}} has {len(values)} values")
    text = values[0] if values is not None else default or ""
    return "".join(_LITERAL.get(character, character) for character in text)


@functools.lru_cache(4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(_expression(pattern, ".", ".*"), re.DOTALL)


@functools.lru_cache(4096)
def _compiled_arn(pattern: str) -> re.Pattern[str]:
    parts = [
        _expression(part.removesuffix("*"), "[^:]", "[^:]*") + (".*" if part.endswith("*") else "")
        for part in pattern.split(":")
    ]
    return re.compile(":".join(parts), re.DOTALL)


def _expression(pattern: str, one: str, many: str) -> str:
    wild = {"*": many, "?": one}
    return "".join(
        wild[character] if character in wild else re.escape(character.translate(_BACK)) for character in pattern
    )
