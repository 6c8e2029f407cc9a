"""The version and what the changelog says of it: what a release is made of."""

from pathlib import Path

import pytest

from cutover.refusal import Refusal
from release import changelog, ready, version
from tests.unit.sources import ROOT

TO_DO = "### What you have to do\n\n- nothing\n"


def repository(folder: Path, page: str, pyproject: str = '[project]\nversion = "1.2.0"\n') -> Path:
    (folder / "CHANGELOG.md").write_text(page)
    (folder / "pyproject.toml").write_text(pyproject)
    return folder


def test_the_newest_version_of_the_changelog_is_the_one_that_the_code_has() -> None:
    newest = next(one for one in changelog.sections((ROOT / changelog.FILE).read_text()) if one.name != "Unreleased")
    assert newest.name == version.read(ROOT)
    assert changelog.TO_DO in newest.text.splitlines()


def test_versions_go_down_the_page() -> None:
    names = [one.name for one in changelog.sections((ROOT / changelog.FILE).read_text()) if one.name != "Unreleased"]
    assert names == sorted(names, key=version.order, reverse=True)
    assert len(names) == len(set(names)) > 1


def test_a_version_with_a_date_and_what_is_to_be_done_is_taken(tmp_path: Path) -> None:
    page = f"# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-11-26\n\n{TO_DO}\n## [1.1.0] - 2026-11-01\n\n- old\n"
    root = repository(tmp_path, page)
    assert version.read(root) == "1.2.0"
    found = changelog.of_version(root, "1.2.0")
    assert (found.when, found.text) == ("2026-11-26", TO_DO.strip())


@pytest.mark.parametrize(
    ("page", "seen"),
    [
        (f"## [1.1.0] - 2026-11-26\n\n{TO_DO}", "the newest version is 1.1.0"),
        (f"## [1.2.0] - unreleased\n\n{TO_DO}", "has no date, but 'unreleased'"),
        (f"## [1.2.0]\n\n{TO_DO}", "has no date, but ''"),
        (f"## [1.2.0] - 2026-13-26\n\n{TO_DO}", "has no date"),
        (f"## [Unreleased]\n\n- more\n\n## [1.2.0] - 2026-11-26\n\n{TO_DO}", "[Unreleased] has 1 lines"),
        ("## [1.2.0] - 2026-11-26\n\n- new\n", "has no `### What you have to do`"),
        ("# Changelog\n", "the newest version is none"),
    ],
)
def test_a_version_that_is_not_written_down_is_not_released(page: str, seen: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        changelog.of_version(repository(tmp_path, page), "1.2.0")
    assert seen in refused.value.seen


@pytest.mark.parametrize(
    "pyproject", ["", "[project]\n", '[project]\nversion = "1.2"\n', "[project]\nversion = 1\n", "["]
)
def test_a_project_without_a_version_is_refused(pyproject: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="does not say which version this is"):
        version.read(repository(tmp_path, "", pyproject))


def test_a_version_is_released_once_and_none_before_it_afterwards() -> None:
    ready.refuse_known("0.10.0", ["v0.9.1", "v0.2.0", "valid", "v1"])
    for number, newest in (("0.9.1", "v0.9.1"), ("0.9.0", "v0.9.1"), ("0.1.9", "v0.9.1")):
        with pytest.raises(Refusal, match="is not a new one") as refused:
            ready.refuse_known(number, ["v0.9.1", "v0.2.0"])
        assert refused.value.seen.endswith(newest)


@pytest.mark.parametrize("conclusion", ["", "failure", "cancelled", "skipped", "neutral"])
def test_a_commit_on_which_the_tests_have_not_passed_is_refused(conclusion: str) -> None:
    with pytest.raises(Refusal, match="has not passed on abababababab"):
        ready.refuse_unchecked("ab" * 20, conclusion)
    ready.refuse_unchecked("ab" * 20, "success")
