"""The release workflow's own steps, in order, on a copy of this repository and a GitHub on loopback."""

import hashlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from release import changelog, parts, version
from tests.stub_github import REPOSITORY, TOKEN, Kept, github
from tests.unit.sources import ROOT
from tests.workflow import FAILURE, SKIPPED, SUCCESS, Job, Runner

WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"
VERSION = version.read(ROOT)
TAG, ARCHIVE = f"v{VERSION}", f"tag-team-{VERSION}.zip"
ALL_DONE = {"assemble": SUCCESS, "attest": SUCCESS, "publish": SUCCESS}
NOT_BEGUN = {"assemble": FAILURE, "attest": SKIPPED, "publish": SKIPPED}


@dataclass
class Repository:
    """This repository on GitHub, with a changelog that is ready for a release."""

    root: Path
    hub: Kept
    runner: Runner
    branch: str = "main"
    approved: list[str] = field(default_factory=list)

    def commit(self) -> str:
        """Commit all that there is; its check passes."""
        own = ["-c", "user.name=a", "-c", "user.email=a@shop.example", "-c", "commit.gpgsign=false"]
        for arguments in (["add", "-A"], ["commit", "-q", "--allow-empty", "-m", "x"]):
            subprocess.run(["git", "-C", str(self.root), *own, *arguments], check=True)
        named = subprocess.run(
            ["git", "-C", str(self.root), "rev-parse", "HEAD"], check=True, capture_output=True, text=True
        ).stdout.strip()
        self.hub.checks[named] = [ended("success")]
        return named

    def release(self, commit: str) -> dict[str, Job]:
        """Run the workflow by hand."""
        of_github = {"event_name": "workflow_dispatch", "repository": REPOSITORY, "ref_name": self.branch}
        return self.runner.run(WORKFLOW, {"github": of_github}, commit=commit)

    @property
    def page(self) -> Path:
        return self.root / changelog.FILE


def ended(conclusion: str, minute: int = 0) -> dict[str, Any]:
    began = f"2026-11-26T12:{minute:02}:00Z"
    return {
        **{"id": minute, "name": "check", "conclusion": conclusion, "started_at": began},
        "app": {"slug": "github-actions"},
    }


def results(jobs: dict[str, Job]) -> dict[str, str]:
    return {name: job.result for name, job in jobs.items()}


def logs(jobs: dict[str, Job]) -> str:
    return "\n".join(f"== {name}: {job.result}\n{job.log}" for name, job in jobs.items())


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    root = tmp_path / "repository"
    root.mkdir()
    for name in (*parts.given(ROOT), "release", "pyproject.toml"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, root / name)
    newest = next(one for one in changelog.sections((root / changelog.FILE).read_text()) if one.name == VERSION)
    (root / changelog.FILE).write_text(f"# Changelog\n\n## [{VERSION}] - 2026-11-26\n\n{newest.text}\n")
    subprocess.run(["git", "init", "-q", "-b", "main", str(root)], check=True)
    with github() as hub:
        of_github = {
            "GITHUB_API_URL": hub.url,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_RUN_ID": "4711",
        }
        folder = tmp_path / "runner"
        folder.mkdir()
        runner = Runner(folder, root, Path(sys.prefix), {}, lambda *_: None, {"vars": {}, "secrets": {}}, of_github)
        yield Repository(root, hub, runner)


def test_a_version_is_assembled_attested_approved_tagged_and_released_once(repository: Repository) -> None:
    repo = repository
    commit = repo.commit()
    repo.hub.tags.update({"v0.1.0": "0" * 40, "v-none": "0" * 40})

    jobs = repo.release(commit)

    assert results(jobs) == ALL_DONE, logs(jobs)
    # What is signed is approved too.
    assert repo.runner.environments == ["release", "release"]
    assert repo.hub.tags[TAG] == commit
    (release,) = repo.hub.releases.values()
    assert (release["draft"], release["name"]) == (False, TAG)
    assert changelog.TO_DO in release["body"]
    assert f"](https://github.com/{REPOSITORY}/blob/{TAG}/docs/" in release["body"]
    assert "](docs/" not in release["body"]
    packed = release["assets"][ARCHIVE]
    assert release["assets"]["SHA256SUMS"].decode() == f"{hashlib.sha256(packed).hexdigest()}  {ARCHIVE}\n"
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        assert {name.partition("/")[0] for name in archive.namelist()} == set(parts.given(ROOT))
        assert f"{REPOSITORY}/blob/{TAG}/docs/lab.md" in archive.read("README.md").decode()

    # The same once more: the tag is there.
    jobs = repo.release(commit)
    assert results(jobs) == NOT_BEGUN
    assert f"seen:    tags: {TAG}" in jobs["assemble"].log
    assert len(repo.hub.releases) == 1


def test_what_is_not_ready_is_not_released(repository: Repository) -> None:
    repo = repository
    commit = repo.commit()
    repo.hub.checks[commit] = [ended("failure")]
    jobs = repo.release(commit)
    assert results(jobs) == NOT_BEGUN
    assert "the check `check` has not passed on" in jobs["assemble"].log
    repo.hub.checks[commit] = [ended("success"), ended("cancelled", 1)]
    jobs = repo.release(commit)
    assert results(jobs) == NOT_BEGUN
    assert "seen:    the newest first: cancelled, success" in jobs["assemble"].log
    repo.hub.checks[commit] = [ended("success")]

    repo.branch = "mine"
    assert "releases are made of the main branch only" in repo.release(commit)["assemble"].log
    repo.branch = "main"

    repo.page.write_text(repo.page.read_text().replace(f"## [{VERSION}] - 2026-11-26", f"## [{VERSION}] - unreleased"))
    jobs = repo.release(repo.commit())
    assert results(jobs) == NOT_BEGUN
    assert f"CHANGELOG.md does not say what is new in {VERSION}" in jobs["assemble"].log

    (repo.root / "pyproject.toml").write_text('[project]\nversion = "9.0.0"\n')
    jobs = repo.release(repo.commit())
    assert f"seen:    the newest version is {VERSION}" in jobs["assemble"].log
    assert (repo.hub.tags, repo.hub.releases) == ({}, {})


def test_what_nobody_approves_or_fails_half_way_leaves_no_tag(repository: Repository) -> None:
    repo = repository
    commit = repo.commit()
    repo.runner.approves = lambda environment: environment != "release"
    # Nothing is signed either.
    assert results(repo.release(commit)) == {"assemble": SUCCESS, "attest": FAILURE, "publish": SKIPPED}
    assert (repo.hub.tags, repo.hub.releases) == ({}, {})

    # It fails when it is half made: a draft is left, which is no release and no tag.
    repo.runner.approves = lambda _: True
    repo.hub.refuse_files = True
    assert results(repo.release(commit)) == {**ALL_DONE, "publish": FAILURE}
    ((number, draft),) = repo.hub.releases.items()
    assert (draft["draft"], repo.hub.tags) == (True, {})

    repo.hub.refuse_files = False
    jobs = repo.release(commit)
    assert results(jobs) == {**ALL_DONE, "publish": FAILURE}
    assert f"next:    gh release delete {TAG} --yes" in jobs["publish"].log
    assert (repo.hub.tags, list(repo.hub.releases)) == ({}, [number])

    repo.hub.releases.clear()
    assert results(repo.release(commit)) == ALL_DONE
    assert repo.hub.tags == {TAG: commit}
