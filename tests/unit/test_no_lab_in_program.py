"""The program knows neither the lab nor any colour: what runs here is what runs on AWS."""

import ast
import re

import yaml

from tests.unit.sources import ROOT, imported, nodes, packages, relative, words

FORBIDDEN = re.compile(r"moto|localhost|127\.0\.0\.1|\blab\b", re.IGNORECASE)
DECIDED = [*sorted(ROOT.glob("cutover/**/*.py")), *sorted(ROOT.glob("propagation/**/*.py"))]
LOAD_TEST = sorted(ROOT.glob("load_test/**/*.py"))
IAM = [*sorted(ROOT.glob("iam/**/*.py")), *sorted(ROOT.glob("iam/**/*.json"))]
WIRING = [ROOT / "__main__.py", *sorted(ROOT.glob("components/**/*.py")), *DECIDED, *LOAD_TEST]
SCRIPTS = sorted(ROOT.glob("components/**/*.sh"))
POLICIES = [*sorted(ROOT.glob("policies/**/*.py")), *sorted(ROOT.glob("policies/*.yaml"))]
BOARD = [*sorted(ROOT.glob("board/**/*.py")), ROOT / "board" / "page.css", ROOT / "board" / "page.js"]
# Its page is served on this machine's own address, which therefore stands there, and nowhere else.
SERVED = ROOT / "board" / "serve.py"
PROGRAM = [*WIRING, *SCRIPTS, *POLICIES, *IAM, *(path for path in BOARD if path != SERVED), ROOT / "Pulumi.yaml"]
COLOURS = tuple(yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]["cidrs"]["default"])


def test_the_program_is_where_this_test_looks_for_it() -> None:
    assert len(WIRING) > 20
    assert len(DECIDED) > 50
    assert len(PROGRAM) > len(WIRING) + 5
    assert len(COLOURS) == 2
    assert "pulumi" in packages(ROOT / "components" / "cluster.py")


def test_no_file_of_the_program_mentions_the_lab() -> None:
    found = [
        f"{relative(path)}:{number}: {line}"
        for path in PROGRAM
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if FORBIDDEN.search(line)
    ]
    assert found == []


def test_no_file_of_the_program_imports_the_lab_or_the_tests() -> None:
    found = {relative(path): packages(path) for path in (*PROGRAM, SERVED) if path.suffix == ".py"}
    assert {path: seen for path, seen in found.items() if seen & {"lab", "tests", "moto", "pytest"}} == {}


def test_what_is_decided_does_not_depend_on_what_is_declared() -> None:
    found = {relative(path): packages(path) for path in DECIDED}
    assert {path: seen for path, seen in found.items() if seen & {"components", "pulumi_aws"}} == {}


def test_nothing_of_the_program_depends_on_the_command_that_tests_it() -> None:
    assert len(LOAD_TEST) > 5
    rest = [path for path in WIRING if path not in LOAD_TEST]
    assert [relative(path) for path in rest if "load_test" in packages(path)] == []


def test_words_are_found_in_texts_and_names() -> None:
    tree = ast.parse('def green_light(x):\n    return f"{x} is-blue" if x.Red else {"pink": teal}')
    assert {"green", "light", "blue", "red", "pink", "teal"} <= words(list(ast.walk(tree)))


def test_no_colour_is_known_by_name() -> None:
    # The terminal has moods of its own, for which it takes the terminal's colours.
    known = {ROOT / "board" / "terminal.py": {"red"}}
    paths = [*WIRING, *(path for path in BOARD if path.suffix == ".py")]
    found = {relative(path): words(nodes(path)) & set(COLOURS) - known.get(path, set()) for path in paths}
    assert {path: seen for path, seen in found.items() if seen} == {}


def test_the_board_takes_of_the_components_what_says_how_the_project_is_configured_and_nothing_that_declares() -> None:
    read = ("config_file", "settings", "settings_reader", "shared_settings", "shape", "root_volume")
    allowed = tuple(f"components.{name}" for name in read)
    found = {
        relative(path): [
            name for name in imported(path) if name.startswith("components.") and not name.startswith(allowed)
        ]
        for path in BOARD
        if path.suffix == ".py"
    }
    assert {path: names for path, names in found.items() if names} == {}
    assert not any({"pulumi", "pulumi_aws"} & packages(path) for path in BOARD if path.suffix == ".py")
