"""What this project's own files say, parsed once for all tests of a process."""

import ast
import re
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def relative(path: Path) -> str:
    """How a file of the project is named in what a test says."""
    return path.relative_to(ROOT).as_posix()


@cache
def nodes(path: Path) -> Collection[ast.AST]:
    """All nodes of a Python file; comments are not among them."""
    return tuple(ast.walk(ast.parse(path.read_text())))


def imported(path: Path) -> Iterator[str]:
    """The full name of everything that is imported, also within functions; relative ones begin with dots."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def packages(path: Path) -> set[str]:
    """The packages at top level from which a file imports anything."""
    return {name.partition(".")[0] for name in imported(path)}


def words(tree: Collection[ast.AST]) -> set[str]:
    """Every word of every text and every name in the code."""
    values = [value for node in tree for value in vars(node).values()]
    flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
    return set(re.findall(r"[a-z]+", " ".join(item for item in flat if isinstance(item, str)).lower()))
