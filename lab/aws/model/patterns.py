"""The regular expressions of service models, which are Java's."""

import functools

import regex

# The characters beyond U+FFFF, as the two halves that a Java string holds.
_SURROGATES = r"\uD800\uDC00-\uDBFF\uDFFF"
_ASCII_ONLY = {r"\w": "A-Za-z0-9_", r"\d": "0-9"}


def fits(pattern: str, value: str) -> bool:
    """Whether the whole value is what the pattern says: services match it from end to end."""
    return compiled(pattern).fullmatch(value) is not None


@functools.cache
def compiled(pattern: str) -> "regex.Pattern[str]":
    """The pattern for Python's `regex`, which unlike `re` knows \\p{L}.

    Raises regex.error when it is no pattern.
    """
    return regex.compile(_translated(pattern.replace(_SURROGATES, r"\U00010000-\U0010FFFF")))


def _translated(pattern: str) -> str:
    """In Java \\w and \\d are ASCII only, while \\p{L} is every letter; and `-` after a class is itself.

    https://docs.oracle.com/javase/8/docs/api/java/util/regex/Pattern.html#predef
    """
    parts, in_class, position = [], False, 0
    while position < len(pattern):
        part = pattern[position : position + (2 if pattern[position] == "\\" else 1)]
        position += len(part)
        if part in _ASCII_ONLY:
            parts.append(_ASCII_ONLY[part] if in_class else f"[{_ASCII_ONLY[part]}]")
            if in_class and pattern[position : position + 1] == "-":
                parts.append(r"\-")
                position += 1
            continue
        in_class = part == "[" or (in_class and part != "]")
        parts.append(part)
    return "".join(parts)
