"""What the engine makes of a text that stands in a YAML file without quotes.

Its parser is go-yaml v3, which takes YAML 1.2 with the octal numbers and underscores of 1.1:
https://github.com/go-yaml/yaml/blob/v3.0.1/resolve.go
"""

import math
import re

_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_OCTAL = re.compile(r"([-+]?)0([0-7]+)")
_PREFIXED = re.compile(r"[-+]?0([xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
# How the engine writes a number: as Go's encoding/json does.
_AS_PASSED_ON = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?(e[-+]?[0-9]+)?")
_UNDERSCORE_IN_DIGITS = re.compile(r"(?<=[0-9])_(?=[0-9])")
_DATE = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
    r"([Tt ][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(\.[0-9]+)?(Z| ?[-+][0-9:]+( \S+)?)?)?"
)


def meaning(text: str) -> bool | int | float | str | None:
    """What `text` without quotes is: nothing, true or false, a number, or a text; a date is given as its text."""
    if text in _WORDS:
        return _WORDS[text]
    if text[:1] == ".":
        return _float(_UNDERSCORE_IN_DIGITS.sub("", text))
    if text[:1] in "0123456789+-":
        plain = text.replace("_", "")
        whole = _whole_number(plain)
        number = _float(plain) if whole is None else whole
        return text if isinstance(number, str) else number
    return text


def becomes(text: str, read: str) -> bool:
    """Whether the engine passes on `read` for `text` without quotes: the same text, or another one."""
    value = meaning(text)
    if value is None:
        return read in ("", "null")
    if isinstance(value, bool):
        return read == str(value).lower()
    if isinstance(value, int | float):
        return looks_like_a_number(read) and float(read) == float(value)
    return read == text or (_day(text) is not None and _day(read) == _day(text))


def looks_like_a_number(read: str) -> bool:
    """Whether a text of the engine may have been a number, and so written in another way."""
    return _AS_PASSED_ON.fullmatch(read) is not None


def _whole_number(plain: str) -> int | None:
    number: int | None = None
    if octal := _OCTAL.fullmatch(plain):
        number = int(octal[1] + octal[2], 8)
    elif _PREFIXED.fullmatch(plain):
        number = int(plain, 0)
    elif _DECIMAL.fullmatch(plain) and len(plain) <= 20:
        number = int(plain)
    return number if number is not None and -(2**63) <= number < 2**64 else None


def _float(plain: str) -> float | str:
    number = float(plain) if _FLOAT.fullmatch(plain) else math.inf
    return plain if math.isinf(number) else number


def _day(text: str) -> tuple[int, int, int] | None:
    found = _DATE.fullmatch(text)
    return (int(found["year"]), int(found["month"]), int(found["day"])) if found else None
