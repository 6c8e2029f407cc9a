"""The program knows neither the lab nor any colour: what runs here is what runs on AWS."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = re.compile(r"moto|localhost|127\.0\.0\.1|\blab\b", re.IGNORECASE)
DECIDED = [*sorted(ROOT.glob("cutover/**/*.py")), *sorted(ROOT.glob("propagation/**/*.py"))]
WIRING = [ROOT / "__main__.py", *sorted(ROOT.glob("components/**/*.py")), *DECIDED]
SCRIPTS = sorted(ROOT.glob("components/**/*.sh"))
POLICIES = [*sorted(ROOT.glob("policies/**/*.py")), *sorted(ROOT.glob("policies/*.yaml"))]
PROGRAM = [*WIRING, *SCRIPTS, *POLICIES, ROOT / "Pulumi.yaml"]
COLOURS = tuple(yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]["cidrs"]["default"])


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_program_is_where_this_test_looks_for_it() -> None:
    assert len(WIRING) > 20
    assert len(COLOURS) == 2


@pytest.mark.parametrize("path", PROGRAM, ids=relative)
def test_no_file_of_the_program_mentions_the_lab(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert [f"{number}: {line}" for number, line in enumerate(lines, start=1) if FORBIDDEN.search(line)] == []


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


@pytest.mark.parametrize("path", [path for path in PROGRAM if path.suffix == ".py"], ids=relative)
def test_no_file_of_the_program_imports_the_lab_or_the_tests(path: Path) -> None:
    packages = {name.partition(".")[0] for name in imported(parsed(path))}
    assert packages.isdisjoint({"lab", "tests", "moto", "pytest"})


@pytest.mark.parametrize("path", DECIDED, ids=relative)
def test_what_is_decided_does_not_depend_on_what_is_declared(path: Path) -> None:
    packages = {name.partition(".")[0] for name in imported(parsed(path))}
    assert packages.isdisjoint({"components", "pulumi_aws"})


def words(tree: ast.AST) -> set[str]:
    """Every word of every text and every name in the code; comments are not in the tree."""
    values = [value for node in ast.walk(tree) for value in vars(node).values()]
    flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
    return set(re.findall(r"[a-z]+", " ".join(item for item in flat if isinstance(item, str)).lower()))


def test_words_are_found_in_texts_and_names() -> None:
    found = words(ast.parse('def green_light(x):\n    return f"{x} is-blue" if x.Red else {"pink": teal}'))
    assert {"green", "light", "blue", "red", "pink", "teal"} <= found


@pytest.mark.parametrize("path", WIRING, ids=relative)
def test_no_colour_is_known_by_name(path: Path) -> None:
    assert words(parsed(path)).isdisjoint(COLOURS)
