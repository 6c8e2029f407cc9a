"""The template is what a user needs of this repository, as it is there, and works without the rest."""

import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
import yaml

from cutover.refusal import Refusal
from release import archive, links, parts, template, version
from tests import workflow
from tests.pages import Page
from tests.unit.sources import ROOT, nodes, packages, words

SOURCE = "https://github.com/shop/tag-team"
# What is not in it as it is here; of pages only links may differ.
REWRITTEN = {"README.md", "Pulumi.yaml"}
_LINK = re.compile(r"!?\[((?:[^\[\]]|\[[^\]]*\])*)\]\([^()\s]+\)")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made") / "template"
    template.assemble(ROOT, out, SOURCE)
    return out


@pytest.fixture(scope="module")
def unlinked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("unlinked") / "template"
    template.assemble(ROOT, out)
    return out


def files_of(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_every_file_is_the_repositorys_own_but_for_what_is_written_for_its_reader(made: Path) -> None:
    files = files_of(made)
    changed = {file for file in files if (made / file).read_bytes() != (ROOT / file).read_bytes()}
    pages = {file for file in files if file.endswith(".md")}
    assert REWRITTEN <= changed <= REWRITTEN | pages
    for file in changed - REWRITTEN:
        here, there = (_LINK.sub(r"\1", (folder / file).read_text()) for folder in (ROOT, made))
        assert here == there, file
    assert all((ROOT / file).stat().st_mode & 0o100 == (made / file).stat().st_mode & 0o100 for file in files)


def test_nothing_of_the_lab_the_tests_or_the_releases_is_in_it(made: Path) -> None:
    assert {path.name for path in made.iterdir()} == set(parts.given(ROOT))
    assert not {*parts.KEPT, ".venv", ".git"} & {path.name for path in made.rglob("*")}
    assert not [file for file in files_of(made) if file in parts.LEFT_OUT or "__pycache__" in file]


def test_everything_that_is_said_to_be_kept_or_left_out_is_there() -> None:
    given = parts.given(ROOT)
    assert [name for name in (*given, *parts.KEPT, *parts.LEFT_OUT) if not (ROOT / name).exists()] == []
    assert not set(given) & set(parts.KEPT)
    assert {path.name for path in ROOT.glob("Pulumi*.yaml")} <= set(given)


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """One with all that is given, each an empty file but those that say what the project is."""
    root = tmp_path / "repository"
    root.mkdir()
    for name in parts.given(ROOT):
        (root / name).touch()
    for file in ROOT.glob("Pulumi*.yaml"):
        shutil.copy2(file, root)
    (root / ".gitignore").write_text("/.venv\n__pycache__/\n*.pyc\n")
    git(root, "init", "-q")
    git(root, "add", ".")
    return root


def test_what_nobody_has_decided_about_is_refused(repository: Path) -> None:
    (repository / ".venv").mkdir()
    assert len(parts.files(repository)) == len(parts.given(ROOT))
    (repository / "experiments").mkdir()
    (repository / "experiments" / "one.py").touch()
    git(repository, "add", ".")
    git(repository, "rm", "-q", "-f", "setup.sh")
    with pytest.raises(Refusal) as refused:
        parts.files(repository)
    assert refused.value.seen == "undecided: experiments; not there: setup.sh"


def test_a_file_that_git_has_and_the_disk_has_not_is_missing(repository: Path) -> None:
    (repository / "setup.sh").unlink()
    with pytest.raises(Refusal) as refused:
        parts.files(repository)
    assert refused.value.seen == "undecided: none; not there: setup.sh"


def test_what_lies_about_in_a_folder_that_is_given_is_not_given_away(repository: Path) -> None:
    """Ignored or not: secrets, notes of an editor, files of a desktop."""
    (repository / "ci").unlink()
    for name in ("up.py", ".env", ".DS_Store", "up.pyc"):
        (repository / "ci" / name).parent.mkdir(exist_ok=True)
        (repository / "ci" / name).write_text("hunter2")
    (repository / "notes.txt").touch()
    git(repository, "add", "ci/up.py")
    assert [file for file in parts.files(repository) if file.startswith(("ci", "notes"))] == ["ci/up.py"]


def test_without_a_repository_nothing_is_given_and_that_is_said(repository: Path) -> None:
    assert "setup.sh" in parts.files(repository)
    (repository / ".git").rename(repository.parent / "away")
    with pytest.raises(Refusal, match="made of what git has") as refused:
        parts.files(repository)
    assert "not a git repository" in refused.value.seen
    assert refused.value.next_step.startswith("git clone")


def test_what_makes_releases_never_spells_a_colour() -> None:
    paths = sorted((ROOT / "release").glob("*.py"))
    assert len(paths) > 5
    assert [path.name for path in paths if words(nodes(path)) & {"red", "blue"}] == []


def test_a_folder_with_something_in_it_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    with pytest.raises(Refusal, match="is not empty"):
        template.assemble(ROOT, tmp_path)
    assert files_of(tmp_path) == ["mine"]


def test_whatever_its_code_imports_is_in_it_or_is_no_part_of_this_repository(made: Path) -> None:
    ours = {path.name for path in ROOT.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    assert {"lab", "tests", "components"} <= ours
    code = sorted(made.rglob("*.py"))
    assert len(code) > 150
    imported = {path.relative_to(made).as_posix(): packages(path) for path in code}
    away = {"moto", "pytest", *(ours - {path.name for path in made.iterdir()})}
    assert {file: found & away for file, found in imported.items() if found & away} == {}


def dead(folder: Path, file: str) -> list[str]:
    """The links of a page that lead nowhere within the folder."""
    page, found = Page(str(folder / file)), []
    for target in page.links:
        path, _, anchor = target.partition("#")
        if re.match(r"https?://", target):
            continue
        there = ((folder / file).parent / path).resolve() if path else folder / file
        inside = there.is_relative_to(folder.resolve()) and there.exists()
        if not inside or (anchor and anchor not in Page(str(there)).anchors):
            found.append(target)
    return found


@pytest.mark.parametrize("which", ["made", "unlinked"])
def test_no_link_in_it_leads_nowhere(which: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(which)
    pages = [file for file in files_of(folder) if file.endswith(".md")]
    assert len(pages) > 10
    assert {file: found for file in pages if (found := dead(folder, file))} == {}


def test_pages_that_stay_behind_are_linked_where_the_release_has_them(made: Path, unlinked: Path) -> None:
    there = f"{SOURCE}/blob/v{version.read(ROOT)}/docs/"
    assert f"{there}lab.md#" in (made / "docs" / "first-time.md").read_text()
    assert SOURCE not in "".join((unlinked / file).read_text() for file in files_of(unlinked) if file.endswith(".md"))


def test_every_page_that_its_code_names_is_in_it(made: Path) -> None:
    code = [file for file in files_of(made) if Path(file).suffix in (".py", ".sh", ".yml", ".yaml", ".js")]
    named = {(file, page) for file in code for page in re.findall(r"docs/[\w-]+\.md", (made / file).read_text())}
    assert len(named) > 20
    assert [(file, page) for file, page in sorted(named) if not (made / page).exists()] == []


def test_every_page_is_on_its_readmes_map(made: Path) -> None:
    linked = {target.partition("#")[0] for target in Page(str(made / "README.md")).links}
    pages = {file for file in files_of(made) if re.fullmatch(r"docs/[\w-]+\.md", file)}
    assert pages - linked == set()


def test_its_workflows_call_only_what_is_in_it(made: Path) -> None:
    found = sorted((made / ".github" / "workflows").glob("*.yml"))
    assert {path.stem for path in found} == {"preview", "up", "tag-back", "drift"}
    for path in found:
        jobs = workflow.load(path)["jobs"].values()
        scripts = [step["run"] for job in jobs for step in job["steps"] if "run" in step]
        modules = {module for script in scripts for module in re.findall(r"-m ([\w.]+)", script)}
        assert modules, path.name
        assert [one for one in modules if not (made / f"{one.replace('.', '/')}.py").exists()] == []
        # One that only says something and ends calls nothing: a pull request of a fork.
        calling = [one for one in scripts if not re.fullmatch(r'echo "[^"$`\n]*"\nexit 1\n', one)]
        assert not [script for script in calling if "-m " not in script and script != "sh ci/setup.sh"]


def test_the_project_file_has_places_for_the_answers_and_is_otherwise_the_same(made: Path) -> None:
    here, there = (yaml.safe_load((folder / "Pulumi.yaml").read_text()) for folder in (ROOT, made))
    said = there.pop("template")
    assert {**here, "name": "${PROJECT}", "description": "${DESCRIPTION}"} == there
    assert said["description"] == here["description"]
    assert "sh setup.sh REGION" in said["quickstart"]
    placed = [file for file in files_of(made) if re.search(rb"\$\{(PROJECT|DESCRIPTION)\}", (made / file).read_bytes())]
    assert placed == ["Pulumi.yaml", "README.md"]


def test_a_file_that_pulumi_new_would_write_the_name_into_is_refused() -> None:
    with pytest.raises(Refusal, match="write the project's name into a page"):
        template._refuse_filled_in("a page", b"like ${PROJECT}")
    template._refuse_filled_in("README.md", b"like ${PROJECT}")


def test_its_readme_says_the_version(made: Path) -> None:
    assert f"tag-team {version.read(ROOT)}" in (made / "README.md").read_text()


def test_the_archive_has_the_same_bytes_whenever_and_wherever_it_is_made(made: Path, tmp_path: Path) -> None:
    again = tmp_path / "elsewhere"
    template.assemble(ROOT, again, SOURCE)
    for path in again.rglob("*"):
        os.utime(path, (10**9, 10**9))
    for folder, name in ((made, "one.zip"), (again, "two.zip")):
        archive.pack(folder, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as packed:
        assert "cutover/checks/" in packed.namelist()
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        packed.extractall(tmp_path / "unpacked")
    assert files_of(tmp_path / "unpacked") == files_of(made)
    assert all((tmp_path / "unpacked" / file).read_bytes() == (made / file).read_bytes() for file in files_of(made))


def test_links_to_what_is_not_there_are_mended_and_code_is_left_alone() -> None:
    text = "[a](x.md#s), [`b`\nc](../y.md), ![p](z.png) [d](https://e.f), [g](#h), `[i](x.md)`\n```\n[j](x.md)\n```\n"
    left = "a, [`b`\nc](../y.md),  [d](https://e.f), [g](#h), `[i](x.md)`\n```\n[j](x.md)\n```\n"
    assert links.mended(text, "pages/page.md", {"y.md"}, "") == left
    led = links.mended(text, "pages/page.md", {"y.md"}, "https://g.h/blob/v1")
    assert led.startswith("[a](https://g.h/blob/v1/pages/x.md#s), ")
    assert "![p](https://g.h/blob/v1/pages/z.png)" in led


@pytest.mark.parametrize("target", ["../x.md", "y/../../../x.md#s", "/y/x.txt"])
def test_a_link_to_what_is_above_all_pages_is_refused(target: str) -> None:
    with pytest.raises(Refusal, match=r"page\.md links to what is outside of all pages") as refused:
        links.mended(f"[a]({target})", "page.md", {"x.md"}, "https://g.h/blob/v1")
    assert refused.value.seen == target.partition("#")[0]
    assert links.mended("[a](../x.md)", "pages/page.md", {"x.md"}, "") == "[a](../x.md)"
