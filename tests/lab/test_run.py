"""What `make test` says at its end."""

from pathlib import Path

import pytest

from tests.run import NO_TESTS, Outcome, Part, Run, outcome, run, summary, unit_tests
from tests.unit.sources import ROOT

PART = Part("unit tests", 1, ("tests/unit",))
REPORT = """<testsuites><testsuite>
<testcase classname="tests.unit.test_a" name="test_one"/>
<testcase classname="tests.unit.test_a" name="test_two"><failure message="no">…</failure></testcase>
<testcase classname="tests.unit.test_a" name="test_three"><error message="no">…</error></testcase>
<testcase classname="tests.unit.test_a" name="test_four"><skipped message="unbound is not installed"/></testcase>
<testcase classname="tests.unit.test_a" name="test_five"><skipped message="unbound is not installed"/></testcase>
</testsuite></testsuites>"""


@pytest.fixture(autouse=True)
def _no_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs here needs none, and to load them is most of what it takes."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def test_the_end_says_in_words_what_failed_and_what_was_skipped_and_why(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(REPORT, encoding="utf-8")
    bad = outcome(PART, 1, 0.5, tmp_path / "report.xml")
    good = Outcome(Part("policy pack", 2, ()), 0, 1.0, passed=7)
    assert summary([bad, good]) == [
        "unit tests: 2 FAILED, 1 passed, 2 skipped, 0.5 minutes",
        "policy pack: 7 passed, 0 skipped, 1.0 minutes",
        "skipped, 2: unbound is not installed",
        "failed: tests.unit.test_a.test_two",
        "failed: tests.unit.test_a.test_three",
        "1 of 2 parts failed: unit tests",
    ]
    assert summary([good])[-1] == "all parts passed"


def test_a_part_that_does_not_run_to_its_end_has_failed_and_one_without_tests_has_not() -> None:
    assert not Outcome(PART, 2, 0.0, passed=3).is_well
    assert "DID NOT RUN TO ITS END (exit code 4)" in Outcome(PART, 4, 0.0).line()
    assert Outcome(PART, NO_TESTS, 0.0).is_well


@pytest.mark.parametrize("processes", [1, 2, 3, 64])
def test_every_file_of_unit_tests_is_in_one_process(processes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    files = [path for part in unit_tests(processes) for path in part.arguments]
    assert sorted(files) == sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("tests/unit/**/test_*.py"))
    assert len(files) > 50


def test_a_part_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    for name, line in (("bad", "assert False"), ("good", "pass")):
        (tmp_path / f"test_{name}.py").write_text(f"def test_it():\n    {line}\n")
    options = ("-p", "no:cacheprovider", f"--rootdir={tmp_path}", "-c", "/dev/null")
    found = run(
        [Part(name, n, (*options, str(tmp_path / f"test_{name}.py"))) for n, name in enumerate(("bad", "good"))]
    )
    assert [(one.exit_code, one.passed, len(one.failed)) for one in found] == [(1, 0, 1), (0, 1, 0)]


def test_a_part_that_cannot_even_begin_has_failed(tmp_path: Path) -> None:
    found = Run(Part("wrong", 1, ("--no-such-option",)), tmp_path, shown=False).outcome()
    assert (found.is_well, found.exit_code) == (False, 4)
