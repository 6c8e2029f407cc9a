"""The wait for DNS is a package of its own: it knows nothing of the program, and the program nothing of its insides."""

import re
import sys

import pytest

import propagation
from tests.unit.sources import ROOT, imported, nodes, packages, relative, words

PACKAGE = sorted(ROOT.glob("propagation/**/*.py"))
NOUNS = {"Endpoint", "Outcome", "PropagationTimeout", "Target", "Watch"}
# What asks DNS, and what asks over HTTPS where it is there.
NEEDED = {"dns", "httpx2"}
# Tests of the package itself may look inside.
OF_THE_PACKAGE = re.compile(r"tests/unit/(test_propagation|test_dns_|dns_world)|tests/lab/(propagation|resolvers)/")
FOLDERS = ("components", "cutover", "policies", "lab", "bench", "tests", "ci", "board", "load_test")
OUTSIDE = [
    path
    for path in [ROOT / "__main__.py", *(path for folder in FOLDERS for path in sorted(ROOT.glob(f"{folder}/**/*.py")))]
    if not OF_THE_PACKAGE.search(relative(path)) and "__pycache__" not in relative(path)
]


def test_the_files_are_where_this_test_looks_for_them() -> None:
    assert len(PACKAGE) > 10
    assert len(OUTSIDE) > 200
    assert {"propagation.Target", "propagation.Watch"} <= set(imported(ROOT / "components" / "live_hooks.py"))


def test_the_package_imports_only_itself_the_standard_library_and_what_asks_dns() -> None:
    allowed = {"propagation", *NEEDED, *sys.stdlib_module_names}
    found = {relative(path): packages(path) - allowed for path in PACKAGE}
    assert {path: seen for path, seen in found.items() if seen} == {}


def test_the_package_knows_no_colour_no_cloud_and_no_tool() -> None:
    # In comments a source may be named.
    found = {
        relative(path): [
            *(words(nodes(path)) & {"aws", "pulumi", "lab"}),
            *re.findall(r"(?i)colou?r|\bred\b|\bblue\b", path.read_text()),
        ]
        for path in PACKAGE
    }
    assert {path: seen for path, seen in found.items() if seen} == {}


def test_nobody_outside_imports_more_than_the_five_nouns() -> None:
    assert set(propagation.__all__) == NOUNS
    allowed = {f"propagation.{noun}" for noun in NOUNS}
    found = {relative(path): [name for name in imported(path) if re.match(r"propagation\b", name)] for path in OUTSIDE}
    assert {path: names for path, names in found.items() if not set(names) <= allowed} == {}


def test_a_noun_that_is_not_there_is_told_as_any_other() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Watcher'"):
        _ = propagation.Watcher
