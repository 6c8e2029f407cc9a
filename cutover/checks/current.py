"""The checks `current` and `alike`: a cluster is built to today's measure, and so is the other one.

A shape maps what makes a cluster (`capacity`, `instanceType` …) to its value, both as texts; release, colour and
address range are no part of it. A colour's stack exports the shape that it was built with.
"""

from collections.abc import Mapping

from cutover.checks.check import ALIKE, CURRENT, Check

NOT_SET = "nothing"


def check(built: Mapping[str, str], declared: Mapping[str, str]) -> Check:
    """Holds when the colour was `built` with what the project's config has `declared` since."""
    different = _differences(built, declared)
    seen = f"built with what is declared now ({len(declared)} settings)"
    if different:
        first = different[0]
        seen = f"{first}: built with {built.get(first, NOT_SET)}, declared {declared.get(first, NOT_SET)}"
    return Check(CURRENT, not different, seen + _more(different), "a cluster as the project's config declares it now")


def check_alike(built: Mapping[str, str], other: Mapping[str, str], other_colour: str) -> Check:
    """Holds when the `other` colour, of that name, was built with the same; there is always a warning at most."""
    different = _differences(built, other)
    seen = f"built like {other_colour}"
    if different:
        first = different[0]
        seen = f"{first}: built with {built.get(first, NOT_SET)}, {other_colour} with {other.get(first, NOT_SET)}"
    return Check(ALIKE, not different, seen + _more(different), f"the same as {other_colour}")


def _differences(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """What differs, in the order of `other`."""
    return [name for name in dict.fromkeys([*other, *one]) if one.get(name) != other.get(name)]


def _more(different: list[str]) -> str:
    return f" (and {len(different) - 1} more: {', '.join(different[1:])})" if len(different) > 1 else ""
